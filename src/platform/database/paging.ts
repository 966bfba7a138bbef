import { sql } from "kysely";
import { isOfFormat } from "../access/formats.ts";
import { aboutParameter, malformed } from "../errors.ts";
import { isId } from "../ids.ts";
import { type Place, plain, type Query, type SortKey, wholeOrder } from "./order.ts";
import { rowsBehind } from "./rows.ts";
import type { TableName } from "./tables.ts";

/** Keyset paging: a page starts after the last row of the page before, so its cost does not grow with the table. */

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

/**
 * One page of a query, in the order of `keys` and then by id. The query has to select every sort key under its name, and
 * the row's id as `id`; `idReference` is the id as the query knows it.
 */
export async function pageOf<R extends Record<string, unknown>>(
  query: Query<R>,
  place: Place,
  idReference: string,
  keys: readonly SortKey[],
  request: PageRequest,
): Promise<Page<R>> {
  const order = wholeOrder(idReference, keys);
  const values = request.after === null ? null : decodeCursor(request.after, order);
  const rows = await rowsBehind(place, query, order, values, request.size + 1);
  const shown = rows.slice(0, request.size);
  const last = shown.at(-1);
  const next = rows.length > request.size && last !== undefined ? encodeCursor(order, last) : null;
  return { rows: shown, next };
}

/** The ids of a query's rows in their order, at most so many: nothing else of them is fetched. */
export async function idsInOrder(
  query: Query<unknown>,
  place: Place,
  idReference: string,
  keys: readonly SortKey[],
  most: number,
): Promise<string[]> {
  const bare = query.clearSelect().select(sql<string>`${sql.ref(idReference)}`.as("id"));
  const rows = await rowsBehind(place, bare, wholeOrder(idReference, keys), null, most);
  return rows.map(({ id }) => id);
}

/**
 * The ids of a table's rows in a query that come after one (null: from the first), in the order of ids, at most so many. Whatever
 * the query looks for, each statement looks at a piece of the table only.
 */
export async function idsAfter(
  query: Query<unknown>,
  place: Place,
  table: string,
  last: string | null,
  most: number,
): Promise<string[]> {
  const idReference = `${table}.id`;
  const bare = query
    .clearSelect()
    .clearOrderBy()
    .select(sql<string>`${sql.ref(idReference)}`.as("id"));
  const order = wholeOrder(idReference, []).map((key) => ({
    ...key,
    window: { table: table as TableName, along: "key" } as const,
  }));
  const rows = await rowsBehind(place, bare, order, last === null ? null : [last], most);
  return rows.map(({ id }) => id);
}

/** Which way one goes through rows in an order. */
export type Way = "previous" | "next";

/**
 * The row before or after one in a query's order; null at its end, and where there is no such row. It is looked for from where
 * that row stands among `all`, of which `query` is a part: the row itself may be none of the query's any more.
 */
export async function besideInOrder(
  { query, all }: { query: Query<unknown>; all: Query<unknown> },
  place: Place,
  idReference: string,
  keys: readonly SortKey[],
  id: string,
  way: Way,
): Promise<string | null> {
  const order = wholeOrder(idReference, keys);
  const here = await order
    .reduce((one, key) => one.select(plain(key).as(key.name)), all.clearSelect() as Query<Record<string, unknown>>)
    .where(sql.ref(idReference), "=", id)
    .executeTakeFirst();
  if (here === undefined) return null;
  const values = order.map(({ name }) => here[name] ?? null);
  const ids = query.clearSelect().select(sql<string>`${sql.ref(idReference)}`.as("id"));
  const onward = way === "next" ? order : order.map((key) => ({ ...key, isDescending: !key.isDescending }));
  return (await rowsBehind(place, ids, onward, values, 1))[0]?.id ?? null;
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
function fits({ column: { kind, isNullable }, expression }: SortKey, value: unknown): boolean {
  // Of what is joined even a column that is never empty may be missing.
  if (value === null) return kind !== "id" || isNullable;
  switch (kind) {
    case "id":
      return typeof value === "string" && isId(value);
    case "boolean":
      return typeof value === "boolean" || value === 0 || value === 1;
    case "integer":
      // What is computed, as the number in a custom field, need not fit a column.
      return expression === undefined ? isWhole(value) && Math.abs(Number(value)) <= 2_147_483_647 : isNumber(value);
    case "money":
      return isWhole(value) && Number.isSafeInteger(Number(value));
    case "decimal":
      return isNumber(value);
    case "instant":
    case "date":
    case "time":
      return typeof value === "string" && isOfFormat(kind, value);
    default:
      return typeof value === "string" && !value.includes("\u0000");
  }
}

/** PostgreSQL gives some numbers as texts. */
function isNumber(value: unknown): boolean {
  return (typeof value === "number" || typeof value === "string") && /^-?\d{1,19}(\.\d{1,20})?$/.test(String(value));
}

const isWhole = (value: unknown): boolean => isNumber(value) && !String(value).includes(".");
