import { sql } from "kysely";
import { type Few, fewInOrder } from "./few.ts";
import { after, bound, expression, inOrder, type Place, type Query, type SortKey } from "./order.ts";
import { rowsAlongKey, rowsByPieces } from "./windows.ts";

/** The rows of a query that stand behind a place in an order, read in the way that the order allows. */

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
  if (first?.window?.along === "key") return rowsAlongKey(place, behind, first.window, order, values, most);
  if (first?.window?.along === "id") return rowsByPieces(place, behind, first.window, order, most);
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
