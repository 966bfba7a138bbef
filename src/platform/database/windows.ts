import { sql } from "kysely";
import { bound, expression, inOrder, type Place, plain, type Query, type SortKey, type Window } from "./order.ts";

/**
 * Where no index leads to the rows that are wanted, many have to be looked at for a few: a word in a log, tickets by an attribute
 * that has no index. One statement that looks at all of them would keep everybody else from being answered, on SQLite
 * (decision 0031). So each looks at a piece of the table, and what lies between two pieces is known from an index.
 */

/** Rows in the first piece: a page of what is frequent is found in it. */
const firstPiece = 1000;
/** Rows in the largest: some 20 milliseconds of SQLite. */
const largestPiece = 10_000;
/** So many ids of the best are put in order, and the rest dropped. */
const mostKept = 2000;

/** The rows of a query in an order that the table has an index of, at most so many; `values` say behind which place. */
export async function rowsAlongKey<R>(
  { db, dialect }: Place,
  behind: Query<R>,
  { table }: Window,
  order: readonly SortKey[],
  values: readonly unknown[] | null,
  most: number,
): Promise<R[]> {
  const rows: R[] = [];
  const [first] = order;
  if (first === undefined) return rows;
  const key = expression(first, dialect);
  const [way, beyond, until] = first.isDescending ? (["desc", "<", ">="] as const) : (["asc", ">", "<="] as const);
  let part = behind;
  let from = values === null ? null : bound(first, values[0], dialect);
  for (let size = firstPiece; rows.length < most; size = Math.min(size * 4, largestPiece)) {
    const ahead = db.selectFrom(table).select(plain(first).as("edge"));
    const left = from === null ? ahead : ahead.where(key, beyond, from);
    const last = await left.orderBy(key, way).offset(size).limit(1).executeTakeFirst();
    const edge = last === undefined ? null : bound(first, last.edge, dialect);
    const these = edge === null ? part : part.where(key, until, edge);
    const found = inOrder(these, dialect, order).limit(most - rows.length);
    rows.push(...(await found.execute()));
    if (edge === null) break;
    from = edge;
    part = behind.where(key, beyond, from);
  }
  return rows;
}

/** The rows of a query in an order that nothing gives, at most so many. */
export async function rowsByPieces<R>(
  place: Place,
  behind: Query<R>,
  { table }: Window,
  order: readonly SortKey[],
  most: number,
): Promise<R[]> {
  const { db, dialect } = place;
  const id = sql.ref<string>(`${table}.id`);
  const bare = behind.clearSelect().select(sql<string>`${id}`.as("id")) as Query<{ id: string }>;
  const bestOf = async (query: Query<{ id: string }>): Promise<string[]> =>
    (await inOrder(query, dialect, order).limit(most).execute()).map((row) => row.id);
  const edgeAfter = async (from: string | null): Promise<{ id: string } | undefined> => {
    const ahead = db.selectFrom(table).select(sql<string>`${id}`.as("id"));
    const left = from === null ? ahead : ahead.where(id, ">", from);
    return left.orderBy(id).offset(largestPiece).limit(1).executeTakeFirst();
  };
  let best: string[] = [];
  for (let from: string | null = null; ;) {
    const edge = await edgeAfter(from);
    if (edge === undefined && from === null) return inOrder(behind, dialect, order).limit(most).execute();
    const these = from === null ? bare : bare.where(id, ">", from);
    best.push(...(await bestOf(edge === undefined ? these : these.where(id, "<=", edge.id))));
    if (best.length > mostKept) best = await bestOf(bare.where(id, "in", best));
    if (edge === undefined) break;
    from = edge.id;
  }
  if (best.length === 0) return [];
  return inOrder(behind.where(id, "in", best), dialect, order)
    .limit(most)
    .execute();
}
