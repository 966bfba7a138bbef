import { type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import { aboutParameter, malformed } from "../errors.ts";
import { decimalBound, decimalOrder } from "./decimal-order.ts";
import { isId } from "../ids.ts";
import type { Column } from "./columns.ts";

/** Keyset paging: a page starts after the last row of the page before, so its cost does not grow with the table. */
export interface SortKey {
  /** The name in the URL and in the row: what the cursor remembers. */
  name: string;
  /** The column as the query knows it, `companies.name`. */
  reference: string;
  column: Pick<Column, "kind" | "isNullable">;
  /** What is compared, where it is not a column; the query selects it under the key's name. */
  expression?: RawBuilder<unknown>;
  isDescending: boolean;
}

export interface Page<R> {
  rows: R[];
  /** Where the next page starts, or null on the last one. */
  next: string | null;
}

export interface PageRequest {
  size: number;
  /** A `next` of an earlier page, or null for the first. */
  after: string | null;
}

// Queries of every table come through here; their row type is the caller's.
// oxlint-disable-next-line no-explicit-any
type Query<R> = SelectQueryBuilder<any, any, R>;

/**
 * One page of a query, in the order of `keys` and then by id. The query has to select every sort key under its name, and
 * the row's id as `id`; `idReference` is the id as the query knows it.
 */
export async function pageOf<R extends Record<string, unknown>>(
  query: Query<R>,
  dialect: "sqlite" | "postgres",
  idReference: string,
  keys: readonly SortKey[],
  request: PageRequest,
): Promise<Page<R>> {
  const order = wholeOrder(idReference, keys);
  let paged: Query<R> = query;
  if (request.after !== null) paged = paged.where(after(order, decodeCursor(request.after, order), dialect));
  const rows = await inOrder(paged, dialect, order)
    .limit(request.size + 1)
    .execute();
  const shown = rows.slice(0, request.size);
  const last = shown.at(-1);
  const next = rows.length > request.size && last !== undefined ? encodeCursor(order, last) : null;
  return { rows: shown, next };
}

/** The ids of a query's rows in their order, at most so many: nothing else of them is fetched. */
export async function idsInOrder(
  query: Query<unknown>,
  dialect: "sqlite" | "postgres",
  idReference: string,
  keys: readonly SortKey[],
  most: number,
): Promise<string[]> {
  const bare = query.clearSelect().select(sql<string>`${sql.ref(idReference)}`.as("id"));
  const rows = await inOrder(bare, dialect, wholeOrder(idReference, keys)).limit(most).execute();
  return rows.map(({ id }) => id);
}

/** The ids of a query's rows that come after one (null: from the first), in the order of ids, at most so many. */
export async function idsAfter(
  query: Query<unknown>,
  idReference: string,
  last: string | null,
  most: number,
): Promise<string[]> {
  const id = sql.ref<string>(idReference);
  const rest = last === null ? query : query.where(id, ">", last);
  const rows = await rest
    .clearSelect()
    .clearOrderBy()
    .select(sql<string>`${id}`.as("id"))
    .orderBy(id)
    .limit(most)
    .execute();
  return rows.map((row) => row.id);
}

/**
 * The rows before and after one in a query's order: null at its ends, and twice null when the query does not have the row.
 * Each is looked for from where that row stands, so it costs the same wherever that is.
 */
export async function besideInOrder(
  query: Query<unknown>,
  dialect: "sqlite" | "postgres",
  idReference: string,
  keys: readonly SortKey[],
  id: string,
): Promise<{ previous: string | null; next: string | null }> {
  const order = wholeOrder(idReference, keys);
  const bare = query.clearSelect();
  const here = await order
    .reduce((one, key) => one.select(plain(key).as(key.name)), bare as Query<Record<string, unknown>>)
    .where(sql.ref(idReference), "=", id)
    .executeTakeFirst();
  if (here === undefined) return { previous: null, next: null };
  const values = order.map(({ name }) => here[name] ?? null);
  const first = async (way: readonly SortKey[]): Promise<string | null> => {
    const beyond = bare.select(sql<string>`${sql.ref(idReference)}`.as("id")).where(after(way, values, dialect));
    return (await inOrder(beyond, dialect, way).limit(1).executeTakeFirst())?.id ?? null;
  };
  const back = order.map((key) => ({ ...key, isDescending: !key.isDescending }));
  return { previous: await first(back), next: await first(order) };
}

/** The keys and, so that the order of no two rows is left open, the id. */
function wholeOrder(idReference: string, keys: readonly SortKey[]): SortKey[] {
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
function plain(key: SortKey): RawBuilder<unknown> {
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

/** In which order the list stood: a place in another order is none. */
function orderName(order: readonly SortKey[]): string {
  return order.map(({ name, isDescending }) => (isDescending ? `-${name}` : name)).join(",");
}

function encodeCursor(order: readonly SortKey[], last: Record<string, unknown>): string {
  const values = order.map(({ name }) => last[name] ?? null);
  return Buffer.from(JSON.stringify([orderName(order), ...values])).toString("base64url");
}

function decodeCursor(text: string, order: readonly SortKey[]): unknown[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    const [name, ...values] = Array.isArray(read) ? (read as unknown[]) : [];
    if (name === orderName(order) && values.length === order.length && order.every((key, at) => fits(key, values[at])))
      return values;
  } catch {
    // Falls through: whatever it was, it is no cursor of ours.
  }
  return aboutParameter("page[after]", () => {
    throw malformed("page[after] is not a cursor of this list in this order; start from the first page.", "bad_cursor");
  });
}

/** Whether a value can be that of a key: what somebody else has made up is not handed to the database. */
function fits({ column: { kind, isNullable } }: SortKey, value: unknown): boolean {
  // Of what is joined even a column that is never empty may be missing.
  if (value === null) return kind !== "id" || isNullable;
  switch (kind) {
    case "id":
      return typeof value === "string" && isId(value);
    case "boolean":
      return typeof value === "boolean" || value === 0 || value === 1;
    case "integer":
    case "money":
    case "decimal":
      return (
        (typeof value === "number" || typeof value === "string") && /^-?\d{1,19}(\.\d{1,20})?$/.test(String(value))
      );
    case "instant":
    case "date":
      return typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value));
    default:
      return typeof value === "string" && !value.includes("\u0000");
  }
}
