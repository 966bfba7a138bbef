import { can } from "../../access/actor.ts";
import { reach } from "../../access/reach.ts";
import type { Ctx } from "../../context.ts";
import { tableNamed } from "../../database/columns.ts";
import type { List, ListColumn } from "./list.ts";

/** Which columns of a list a person gets to see: as chosen in the address, else as remembered, else as the list comes. */

export const mostColumns = 30;

/** All columns that this person may see, the optional ones and those of custom fields included. */
export async function offeredColumns<R>(
  ctx: Ctx,
  list: Pick<List<R>, "columns" | "moreColumns">,
): Promise<ListColumn<R>[]> {
  const more = (await list.moreColumns?.(ctx)) ?? [];
  return allowedColumns(ctx, [...list.columns, ...more]);
}

/** Those of the columns that this person may see. */
export function allowedColumns<R>(ctx: Ctx, columns: readonly ListColumn<R>[]): ListColumn<R>[] {
  return columns.filter(({ permission, reads }) => {
    const readPermission = reads === undefined ? null : (tableNamed(reads)?.readPermission ?? null);
    return [permission ?? null, readPermission].every((name) => name === null || can(ctx.actor, name));
  });
}

/** The columns that a list comes with. */
export function usualColumns<R>(offered: readonly ListColumn<R>[]): ListColumn<R>[] {
  return offered.filter((column) => column.is_optional !== true);
}

/** Columns by their keys, in that order; what is not offered is left out, and null stands for no valid choice. */
export function columnsNamed<R>(offered: readonly ListColumn<R>[], keys: readonly string[]): ListColumn<R>[] | null {
  const found = [...new Set(keys)].slice(0, mostColumns).flatMap((key) => offered.find((one) => one.key === key) ?? []);
  return found.length === 0 ? null : found;
}

export interface ListSettings {
  shown_columns: string[] | null;
  default_view: string | null;
}

/** How a person likes a list; null where nothing is kept: in the portal, and of lists that are no list page of a module. */
export async function settingsOf(ctx: Ctx, list: { url: string }): Promise<ListSettings | null> {
  if (ctx.actor.kind !== "staff" || !ctx.app.registry.lists.has(list.url)) return null;
  const row = await reach(ctx, "list_settings")
    .select(["shown_columns", "default_view"])
    .where("list_key", "=", list.url)
    .executeTakeFirst();
  return row ?? { shown_columns: null, default_view: null };
}

/** The keys in a `columns` parameter: separated by commas, or repeated by a form. */
export function columnKeys(parameters: URLSearchParams): string[] {
  return parameters
    .getAll("columns")
    .flatMap((value) => value.split(","))
    .filter((key) => key !== "");
}
