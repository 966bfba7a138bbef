import { type Ctx, placeOf } from "../../context.ts";
import type { SortKey } from "../../database/order.ts";
import { besideInOrder, idsInOrder, type Page, pageOf, type Way } from "../../database/paging.ts";
import { malformed } from "../../errors.ts";
import type { ListColumn, ListQuery } from "./list.ts";
import { narrowed, wordsOf } from "./filters.ts";
import type { ListState } from "./state.ts";

type Row = Record<string, unknown>;

/** The order that a list stands in: as asked, where the list knows that, else its own. */
export function orderOf<R>({ list, parameters, offered }: ListState<R>): { order: string; keys: SortKey[] } {
  const asked = parameters.get("sort") ?? list.sort;
  // Only for words are values looked through.
  const isSearched = wordsOf(list, parameters) !== "";
  const keysOf = (order: string): SortKey[] | null =>
    sortKeys(offered, order)?.map(({ window, ...key }) =>
      isSearched && window !== undefined ? { ...key, window } : key,
    ) ?? null;
  const keys = keysOf(asked);
  return keys === null ? { order: list.sort, keys: keysOf(list.sort) ?? [] } : { order: asked, keys };
}

function sortKeys<R>(columns: readonly ListColumn<R>[], order: string): SortKey[] | null {
  const column = columns.find((one) => one.key === order.replace(/^-/, ""));
  if (column?.sort === undefined) return null;
  return [{ name: column.key, ...column.sort, isDescending: order.startsWith("-") }];
}

/** A page of a list's rows, with what the shown columns and the order need. */
export async function rowsOf<R>(ctx: Ctx, state: ListState<R>, size: number): Promise<Page<Row>> {
  const { keys } = orderOf(state);
  const query = await showing(ctx, state, state.shown);
  return firstIfBadCursor(
    (after) => pageOf<Row>(query as ListQuery<Row>, placeOf(ctx), `${state.list.table}.id`, keys, { size, after }),
    state.parameters.get("after"),
  );
}

/** The rows of a list with what these columns and its order need. */
async function showing<R>(ctx: Ctx, state: ListState<R>, columns: readonly ListColumn<R>[]): Promise<ListQuery<R>> {
  return sortable(state, await narrowed(ctx, state.parameters, state.list), columns);
}

/** A query of a list with what its order and these columns need. */
function sortable<R>(state: ListState<R>, query: ListQuery<R>, columns: readonly ListColumn<R>[] = []): ListQuery<R> {
  const { keys } = orderOf(state);
  const sorted = state.offered.filter(({ key }) => keys.some(({ name }) => name === key));
  return [...new Set([...columns, ...sorted])].reduce((one, column) => column.select?.(one) ?? one, query);
}

/** The ids of a list's rows in its order, at most so many: for doing something with all of them. */
export async function idsOf<R>(ctx: Ctx, state: ListState<R>, most: number): Promise<string[]> {
  const query = await showing(ctx, state, []);
  return idsInOrder(query as ListQuery<unknown>, placeOf(ctx), `${state.list.table}.id`, orderOf(state).keys, most);
}

/**
 * The id before or after a record in a list's order; null at its end. A record that the list no longer shows, because its state
 * has changed, has its place there all the same.
 */
export async function besideOf<R>(ctx: Ctx, state: ListState<R>, id: string, way: Way): Promise<string | null> {
  const { list } = state;
  const { order, keys } = orderOf(state);
  const query = (await showing(ctx, state, [])) as ListQuery<unknown>;
  const all = sortable(state, list.query(ctx, order.replace("-", ""))) as ListQuery<unknown>;
  return besideInOrder({ query, all }, placeOf(ctx), `${list.table}.id`, keys, id, way);
}

/** A link that was kept while the list's order changed starts at the first page instead of failing. */
export async function firstIfBadCursor<R>(
  run: (after: string | null) => Promise<Page<R>>,
  after: string | null,
): Promise<Page<R>> {
  try {
    return await run(after === "" ? null : after);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === malformed("", "bad_cursor").code) return run(null);
    throw error;
  }
}
