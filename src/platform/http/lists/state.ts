import { reach } from "../../access/reach.ts";
import type { Ctx } from "../../context.ts";
import { isId } from "../../ids.ts";
import type { List, ListView } from "./list.ts";
import { columnKeys, columnsNamed, type ListSettings, offeredColumns, settingsOf, usualColumns } from "./columns.ts";
import { filtersOf } from "./filters.ts";
import type { ListColumn } from "./list.ts";

/** A view that a list can be looked at through: one that comes with the list, or one that somebody has saved. */
export interface ShownView {
  /** What stands in `?view=`. */
  key: string;
  label: string;
  parameters: URLSearchParams;
  /** Of a saved one: who may change it, and who else sees it. */
  saved: { user_id: string; is_shared: boolean; is_pinned: boolean } | null;
}

/** All that an address says about a list page, together with the view behind it and what the person likes. */
export interface ListState<R> {
  list: List<R>;
  /** Null for lists without views. */
  view: ShownView | null;
  /** What the view says, and over it the address. */
  parameters: URLSearchParams;
  settings: ListSettings | null;
  offered: ListColumn<R>[];
  shown: ListColumn<R>[];
  /** This page's address with changes: null takes a parameter away, also one of the view; undefined leaves it to the view. */
  at(changes: Readonly<Record<string, string | null | undefined>>): string;
}

/** Parameters that say where one is in a list, and are no part of a view. */
const passing = new Set(["view", "after", "_choices", "_words"]);

/** What an address says of a list, laid over its view and over what the person has chosen (docs/lists.md). */
export async function listState<R>(ctx: Ctx, url: URL, whole: List<R>): Promise<ListState<R>> {
  const { moreFilters: _, ...rest } = whole;
  const list: List<R> = { ...rest, filters: await filtersOf(ctx, whole) };
  const given = url.searchParams;
  const settings = await settingsOf(ctx, list);
  const view = await viewOf(ctx, list, given, settings);
  const parameters = new URLSearchParams(view?.parameters);
  for (const name of new Set(given.keys())) parameters.set(name, given.getAll(name).filter(Boolean).join());
  const offered = await offeredColumns(ctx, list);
  const shown =
    columnsNamed(offered, columnKeys(parameters)) ??
    columnsNamed(offered, settings?.shown_columns ?? []) ??
    usualColumns(offered);
  const isPersonal = view !== null && !given.has("view") && view.key !== usualView(list)?.key;
  return {
    list,
    view,
    parameters,
    settings,
    offered,
    shown,
    at: (changes) => {
      const next = new URLSearchParams(isPersonal ? { view: view.key } : {});
      for (const name of new Set(given.keys())) next.set(name, given.getAll(name).filter(Boolean).join());
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined) next.delete(name);
        else next.set(name, value ?? "");
      }
      for (const name of new Set(next.keys())) {
        const isOverruling = view !== null && !passing.has(name) && view.parameters.has(name);
        if (next.get(name) === "" && !isOverruling) next.delete(name);
      }
      const text = next.toString();
      return text === "" ? list.url : `${list.url}?${text}`;
    },
  };
}

/** Whether an address names a saved view that is deleted or out of reach: its list would show something else under that name. */
export function isViewGone<R>({ list, view }: ListState<R>, { searchParams }: URL): boolean {
  const key = searchParams.get("view");
  return list.views !== undefined && key !== null && isId(key) && view?.key !== key;
}

/** What a view saved from this state would say. */
export function savedQuery(state: ListState<unknown>): string {
  const kept = [...state.parameters].filter(([name, value]) => value !== "" && !passing.has(name));
  return new URLSearchParams(kept).toString();
}

/** The view that a list shows unless told. */
export function usualView(list: Pick<List<never>, "views">): ListView | undefined {
  const own = (list.views ?? []).filter((view) => view.href === undefined);
  return own.find((view) => view.is_usual === true) ?? own.find((view) => view.query === "") ?? own[0];
}

/**
 * The view of an address: the one it names; for a bare address the one that the person has chosen to start with; else the
 * list's own. An address from before there were views may say the same as one of them, and then is that one.
 */
async function viewOf<R>(
  ctx: Ctx,
  list: List<R>,
  given: URLSearchParams,
  settings: ListSettings | null,
): Promise<ShownView | null> {
  const isBare = [...given.keys()].length === 0;
  const key = given.get("view") ?? (isBare ? (settings?.default_view ?? null) : null);
  const named = key === null ? null : await viewNamed(ctx, list, key);
  if (named !== null) return named;
  const usual = usualView(list);
  if (usual === undefined) return null;
  const wanted = comparable(given);
  const same = (list.views ?? []).find(
    (view) => view.query !== "" && comparable(new URLSearchParams(view.query)) === wanted,
  );
  return builtIn(same ?? usual);
}

function comparable(parameters: URLSearchParams): string {
  return [...parameters]
    .filter(([name]) => !passing.has(name))
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join("&");
}

/** A view that comes with the list. */
export function builtIn({ key, label, query }: ListView): ShownView {
  return { key, label, parameters: new URLSearchParams(query), saved: null };
}

/** A view by its key or id, when it is there and within reach. */
export async function viewNamed<R>(ctx: Ctx, list: List<R>, key: string): Promise<ShownView | null> {
  const known = list.views?.find((view) => view.key === key && view.href === undefined);
  if (known !== undefined) return builtIn(known);
  if (!isId(key) || !ctx.app.registry.lists.has(list.url)) return null;
  const row = await reach(ctx, "saved_views")
    .select(["id", "name", "view_query", "user_id", "is_shared", "is_pinned"])
    .where("id", "=", key)
    .where("list_key", "=", list.url)
    .executeTakeFirst();
  return row === undefined ? null : savedView(row);
}

/** A view that somebody has saved, from its row. */
export function savedView(row: {
  id: string;
  name: string;
  view_query: string;
  user_id: string;
  is_shared: boolean;
  is_pinned: boolean;
}): ShownView {
  const { id, name, view_query, user_id, is_shared, is_pinned } = row;
  const saved = { user_id, is_shared, is_pinned };
  return { key: id, label: name, parameters: new URLSearchParams(view_query), saved };
}
