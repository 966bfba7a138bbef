import { sql } from "kysely";
import type { Ctx } from "../context.ts";
import type { Database } from "./database.ts";
import type { Place, SortKey } from "./order.ts";

/** The indexes of a table, read from the database's own catalog. */

export interface Index {
  isUnique: boolean;
  /** Whether it holds some of the rows only. */
  isPartial: boolean;
  /** Its columns in their order; the name is null where it is an expression. */
  parts: { column: string | null; isFolded: boolean }[];
}

interface Part {
  index_name: string;
  is_unique: boolean | number;
  is_partial: boolean | number;
  column_name: string | null;
  /** How SQLite compares, or what PostgreSQL computes. */
  form: string | null;
}

/** The schema stays as it is while the program runs; custom fields add nothing but indexes over expressions. */
const known = new WeakMap<Database, Map<string, Promise<Index[]>>>();

export function indexesOf({ db, app: { database } }: Ctx, table: string): Promise<Index[]> {
  const tables = known.get(database) ?? new Map<string, Promise<Index[]>>();
  known.set(database, tables);
  const found = tables.get(table) ?? read({ db, dialect: database.dialect }, table);
  tables.set(table, found);
  // What could not be read is not remembered.
  found.catch(() => tables.delete(table));
  return found;
}

async function read({ db, dialect }: Place, table: string): Promise<Index[]> {
  const { rows } =
    dialect === "sqlite"
      ? await sql<Part>`
          select list.name as index_name, list."unique" as is_unique, list.partial as is_partial,
                 info.name as column_name, info.coll as form
            from pragma_index_list(${table}) as list join pragma_index_xinfo(list.name) as info
           where info.key = 1 order by list.name, info.seqno`.execute(db)
      : await sql<Part>`
          select index.indexrelid::regclass::text as index_name, index.indisunique as is_unique,
                 index.indpred is not null as is_partial, attribute.attname as column_name,
                 pg_get_indexdef(index.indexrelid, part.place::int, true) as form
            from pg_index index
            cross join lateral unnest(index.indkey::int2[]) with ordinality as part(number, place)
            left join pg_attribute attribute on attribute.attrelid = index.indrelid and attribute.attnum = part.number
           where index.indrelid = ${table}::regclass order by 1, part.place`.execute(db);
  return [...Map.groupBy(rows, (row) => row.index_name).values()].map((parts) => ({
    isUnique: Boolean(parts[0]?.is_unique),
    isPartial: Boolean(parts[0]?.is_partial),
    parts: parts.map(partOf),
  }));
}

/** Texts are compared without case: SQLite's column has a collation, PostgreSQL's index an expression. */
function partOf({ column_name, form }: Part): Index["parts"][number] {
  const folded = /^lower\(\(?"?(\w+)"?\)?(?:::text)?\)$/.exec(form ?? "")?.[1];
  return column_name === null
    ? { column: folded ?? null, isFolded: folded !== undefined }
    : { column: column_name, isFolded: form?.toUpperCase() === "NOCASE" };
}

/** The unique keys of a table, each as its columns without the tenant; one with another expression in it is left to the database. */
export async function uniqueKeys(ctx: Ctx, table: string): Promise<string[][]> {
  return (await indexesOf(ctx, table))
    .filter(({ isUnique, parts }) => isUnique && parts.every(({ column }) => column !== null))
    .map(({ parts }) => parts.flatMap(({ column }) => (column === null || column === "tenant_id" ? [] : [column])));
}

/** Whether an index leads to the rows that have a value in a column. */
export async function isIndexed(ctx: Ctx, table: string, name: string): Promise<boolean> {
  return (await indexesOf(ctx, table)).some(({ parts: [tenant, first] }) => {
    return tenant?.column === "tenant_id" && first?.column === name && !first.isFolded;
  });
}

/** Whether an index gives an order of a table's rows, or nearly: then a page of a list is read off it. */
export async function isInOrder(ctx: Ctx, table: string, keys: readonly SortKey[]): Promise<boolean> {
  return (await indexesOf(ctx, table)).some((index) => gives(index, table, keys));
}

function gives(
  { isPartial, isUnique, parts: [tenant, ...parts] }: Index,
  table: string,
  keys: readonly SortKey[],
): boolean {
  if (isPartial || tenant?.column !== "tenant_id") return false;
  const matched = keys.findIndex(
    (key, at) => !isKeyOf(parts[at], table, key) || key.isDescending !== keys[0]?.isDescending,
  );
  const alike = matched === -1 ? keys : keys.slice(0, matched);
  const isWhole = alike.length === keys.length;
  const [after] = parts.slice(alike.length);
  if (isWhole && after?.column === "id") return true;
  // What is left to sort are the rows that are equal in so much: few where that is an instant, or a place within a record.
  const isFine = alike.some(({ column }) => column.kind === "instant") || (isWhole && alike.length > 1);
  return isFine || (isUnique && alike.length > 0 && alike.length === parts.length);
}

function isKeyOf(part: Index["parts"][number] | undefined, table: string, key: SortKey): boolean {
  const { kind, isNullable } = key.column;
  // What may be missing is compared by an expression, which no index has.
  if (isNullable || key.expression !== undefined || key.reference !== `${table}.${part?.column}`) return false;
  return part?.isFolded === (kind === "text" || kind === "enum");
}
