import { type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import type { Column } from "./columns.ts";
import { decimalBound, decimalOrder } from "./decimal-order.ts";
import type { Few } from "./few.ts";
import type { Db, TableName } from "./tables.ts";

/** In which order a query's rows stand. */

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
  /** Where rows have to be looked at, many for one that is wanted: they are, a piece of the table at a time. Only of the first key. */
  window?: Window;
  isDescending: boolean;
}

/** Whether rows can be put in order by a column. Ids that may be missing say nothing by their order. */
export function isSortable({ isSecret, kind, isNullable }: Column): boolean {
  return !isSecret && kind !== "json" && (kind !== "id" || !isNullable);
}

/** How the rows of a table are looked at where no index leads to those that are wanted. */
export interface Window {
  table: TableName;
  /**
   * What the pieces follow. `key`: the order itself, which has an index: one stops as soon as enough is found. `id`: nothing
   * gives the order, so every piece is looked at and the best of each are kept.
   */
  along: "key" | "id";
}

/** Where statements run. */
export interface Place {
  db: Db;
  dialect: "sqlite" | "postgres";
}

// Queries of every table come through here; their row type is the caller's.
// oxlint-disable-next-line no-explicit-any
export type Query<R> = SelectQueryBuilder<any, any, R>;

/** The keys and, so that the order of no two rows is left open, the id. */
export function wholeOrder(idReference: string, keys: readonly SortKey[]): SortKey[] {
  // Behind an id there is nothing left to put in order.
  const at = keys.findIndex(({ name }) => name === "id");
  if (at !== -1) return keys.slice(0, at + 1);
  const isDescending = keys.at(-1)?.isDescending ?? false;
  return [...keys, { name: "id", reference: idReference, column: { kind: "id", isNullable: false }, isDescending }];
}

/** A query in an order, which the id ends. */
export function inOrder<R>(query: Query<R>, dialect: "sqlite" | "postgres", order: readonly SortKey[]): Query<R> {
  let ordered = query;
  for (const key of order) ordered = ordered.orderBy(expression(key, dialect), key.isDescending ? "desc" : "asc");
  return ordered;
}

/** What a key sorts by, as it is read. */
export function plain(key: SortKey): RawBuilder<unknown> {
  return key.expression ?? sql`${sql.ref(key.reference)}`;
}

/** What a key sorts by, as it is compared: nothing sorts as less than anything, letters without case. */
export function expression(key: SortKey, dialect: "sqlite" | "postgres"): RawBuilder<unknown> {
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

/** What stands behind a place in an order. */
export function after(
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

/** A value as it is compared with what a key sorts by. */
export function bound(key: SortKey, value: unknown, dialect: "sqlite" | "postgres"): RawBuilder<unknown> {
  if (value === null) return sentinel(key.column.kind, dialect);
  if (dialect === "postgres" && (key.column.kind === "text" || key.column.kind === "enum"))
    return sql`lower(${value}::text)`;
  if (key.column.kind === "decimal") return decimalBound(String(value), dialect);
  return sql`${value}`;
}
