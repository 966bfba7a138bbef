import { type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import type { Column } from "./columns.ts";
import { decimalBound, decimalOrder } from "./decimal-order.ts";
import { type Few, fewInOrder } from "./few.ts";
import type { Db, TableName } from "./tables.ts";

/** In which order a query's rows stand, and those behind a place in it. */

export interface SortKey {
  /** The name in the URL and in the row: what the cursor remembers. */
  name: string;
  /** The column as the query knows it, `companies.name`. */
  reference: string;
  column: Pick<Column, "kind" | "isNullable">;
  /** What is compared, where it is not a column; the query selects it under the key's name. */
  expression?: RawBuilder<unknown>;
  /** Where the order is that of a few other records: theirs are read one after another. Only of the first key. */
  few?: Few;
  /**
   * Where every row has to be looked at for what is searched: its table, which has an index in the order of this key, an instant.
   * So many rows are looked at by one statement. Only of the first key.
   */
  window?: TableName;
  isDescending: boolean;
}

/** Whether rows can be put in order by a column. Ids that may be missing say nothing by their order. */
export function isSortable({ isSecret, kind, isNullable }: Column): boolean {
  return !isSecret && kind !== "json" && (kind !== "id" || !isNullable);
}

/** So many rows of a log are looked through by one statement: some 20 milliseconds of SQLite. */
const windowSize = 10_000;

/** Where statements run. */
export interface Place {
  db: Db;
  dialect: "sqlite" | "postgres";
}

// Queries of every table come through here; their row type is the caller's.
// oxlint-disable-next-line no-explicit-any
export type Query<R> = SelectQueryBuilder<any, any, R>;

/** The rows behind a place in an order (null: from the beginning), at most so many. */
export async function rowsBehind<R>(
  place: Place,
  query: Query<R>,
  order: readonly SortKey[],
  values: readonly unknown[] | null,
  most: number,
): Promise<R[]> {
  const { dialect } = place;
  const [first] = order;
  if (first?.few !== undefined) return rowsOfFew(place, query, first.few, order, values, most);
  const behind = values === null ? query : query.where(after(order, values, dialect));
  if (first?.window !== undefined) return rowsByWindows(place, behind, first.window, order, values, most);
  return inOrder(behind, dialect, order).limit(most).execute();
}

async function rowsOfFew<R>(
  { db, dialect }: Place,
  query: Query<R>,
  few: Few,
  [first, ...rest]: readonly SortKey[],
  values: readonly unknown[] | null,
  most: number,
): Promise<R[]> {
  const rows: R[] = [];
  if (first === undefined) return rows;
  const groups = await fewInOrder(db, few, {
    order: (reference) => expression({ ...first, reference }, dialect),
    isDescending: first.isDescending,
    from: values === null ? null : bound(first, values[0], dialect),
  });
  for (const { ids, isFirst } of groups) {
    let theirs = query.where(sql.ref(few.reference), "in", ids);
    if (isFirst && values !== null) theirs = theirs.where(after(rest, values.slice(1), dialect));
    const found = inOrder(theirs, dialect, rest).limit(most - rows.length);
    rows.push(...(await found.execute()));
    if (rows.length === most) break;
  }
  return rows;
}

async function rowsByWindows<R>(
  { db, dialect }: Place,
  behind: Query<R>,
  table: TableName,
  order: readonly SortKey[],
  values: readonly unknown[] | null,
  most: number,
): Promise<R[]> {
  const rows: R[] = [];
  const [first] = order;
  if (first === undefined) return rows;
  const key = sql.ref<string>(first.reference);
  const [way, beyond, until] = first.isDescending ? (["desc", "<", ">="] as const) : (["asc", ">", "<="] as const);
  let part = behind;
  let from = values === null ? null : String(values[0]);
  while (rows.length < most) {
    const ahead = db.selectFrom(table).select(sql<string>`${key}`.as("edge"));
    const left = from === null ? ahead : ahead.where(key, beyond, from);
    const edge = await left.orderBy(key, way).offset(windowSize).limit(1).executeTakeFirst();
    const these = edge === undefined ? part : part.where(key, until, edge.edge);
    const found = inOrder(these, dialect, order).limit(most - rows.length);
    rows.push(...(await found.execute()));
    if (edge === undefined) break;
    from = edge.edge;
    part = behind.where(key, beyond, from);
  }
  return rows;
}

/** The keys and, so that the order of no two rows is left open, the id. */
export function wholeOrder(idReference: string, keys: readonly SortKey[]): SortKey[] {
  const isDescending = keys.at(-1)?.isDescending ?? false;
  const id: SortKey = { name: "id", reference: idReference, column: { kind: "id", isNullable: false }, isDescending };
  return [...keys.filter((key) => key.name !== "id"), id];
}

function inOrder<R>(query: Query<R>, dialect: "sqlite" | "postgres", order: readonly SortKey[]): Query<R> {
  let ordered = query;
  for (const key of order) ordered = ordered.orderBy(expression(key, dialect), key.isDescending ? "desc" : "asc");
  return ordered;
}

/** What a key sorts by, as it is read. */
export function plain(key: SortKey): RawBuilder<unknown> {
  return key.expression ?? sql`${sql.ref(key.reference)}`;
}

/** What a key sorts by, as it is compared: nothing sorts as less than anything, letters without case. */
function expression(key: SortKey, dialect: "sqlite" | "postgres"): RawBuilder<unknown> {
  const reference = plain(key);
  const { kind, isNullable } = key.column;
  if (kind === "decimal") {
    const ordered = decimalOrder(reference, dialect);
    return isNullable ? sql`coalesce(${ordered}, ${sentinel(kind, dialect)})` : ordered;
  }
  const value = isNullable ? sql`coalesce(${reference}, ${sentinel(kind, dialect)})` : sql`${reference}`;
  if (kind !== "text" && kind !== "enum") return value;
  return dialect === "sqlite" ? sql`${value} collate nocase` : sql`lower(${value})`;
}

function sentinel(kind: Column["kind"], dialect: "sqlite" | "postgres"): RawBuilder<unknown> {
  if (kind === "money" || kind === "integer") return sql.lit(-9_007_199_254_740_991);
  if (kind === "boolean") return sql.lit(dialect === "sqlite" ? 0 : false);
  if (dialect === "postgres" && (kind === "instant" || kind === "date" || kind === "decimal"))
    return sql.lit("-infinity");
  return sql.lit("");
}

function after(
  order: readonly SortKey[],
  values: readonly unknown[],
  dialect: "sqlite" | "postgres",
): RawBuilder<boolean> {
  const alternatives = order.map((key, index) => {
    const equal = order
      .slice(0, index)
      .map((before, at) => sql`${expression(before, dialect)} = ${bound(before, values[at], dialect)}`);
    const beyond = sql`${expression(key, dialect)} ${sql.raw(key.isDescending ? "<" : ">")} ${bound(key, values[index], dialect)}`;
    return sql`(${sql.join([...equal, beyond], sql` and `)})`;
  });
  const anyOf = sql<boolean>`(${sql.join(alternatives, sql` or `)})`;
  const [first] = order;
  if (first === undefined) return anyOf;
  // Says nothing new, and lets the database begin in the index where the page begins.
  const from = sql`${expression(first, dialect)} ${sql.raw(first.isDescending ? "<=" : ">=")} ${bound(first, values[0], dialect)}`;
  return sql<boolean>`(${from} and ${anyOf})`;
}

function bound(key: SortKey, value: unknown, dialect: "sqlite" | "postgres"): RawBuilder<unknown> {
  if (value === null) return sentinel(key.column.kind, dialect);
  if (dialect === "postgres" && (key.column.kind === "text" || key.column.kind === "enum"))
    return sql`lower(${value}::text)`;
  if (key.column.kind === "decimal") return decimalBound(String(value), dialect);
  return sql`${value}`;
}
