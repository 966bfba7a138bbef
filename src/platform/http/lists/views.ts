import { sql } from "kysely";
import { can } from "../../access/actor.ts";
import { reach } from "../../access/reach.ts";
import type { Ctx } from "../../context.ts";
import { t } from "../../language/index.ts";
import { fold } from "../../text.ts";
import type { List, ListQuery, ListView } from "./list.ts";
import type { ListModel } from "../models/lists.ts";
import type { TabModel } from "../models/partials.ts";
import { filtersOf, narrowed, saidBy } from "./filters.ts";
import { type ListState, savedQuery, savedView, type ShownView, usualView } from "./state.ts";

/** Views as tabs with counts, and in a menu with what one can do with them. */

/** Counting stops here: more is "999+". */
const mostCounted = 999;

/** Saved views of a list that this person has, or that are shared, by name. */
export async function savedViews(ctx: Ctx, url: string): Promise<ShownView[]> {
  if (ctx.actor.kind !== "staff" || !ctx.app.registry.lists.has(url)) return [];
  const rows = await reach(ctx, "saved_views")
    .select(["id", "name", "view_query", "user_id", "is_shared", "is_pinned"])
    .where("list_key", "=", url)
    .orderBy("name")
    .orderBy("id")
    .limit(200)
    .execute();
  return toldApart(rows.map(savedView));
}

/** A shared view that is called as one's own says that it is shared. */
function toldApart(views: readonly ShownView[]): ShownView[] {
  return views.map((view) => {
    const isTwice = views.some((other) => other.key !== view.key && fold(other.label) === fold(view.label));
    return isTwice && view.saved?.is_shared === true
      ? { ...view, label: t("{name} (shared)", { name: view.label }) }
      : view;
  });
}

/** The saved views of all lists at once, by the list's address. */
export async function savedViewsByList(ctx: Ctx): Promise<Map<string, ShownView[]>> {
  if (ctx.actor.kind !== "staff") return new Map();
  const rows = await reach(ctx, "saved_views")
    .select(["id", "name", "view_query", "user_id", "is_shared", "is_pinned", "list_key"])
    .orderBy("name")
    .orderBy("id")
    .limit(1000)
    .execute();
  return new Map(
    Object.entries(Object.groupBy(rows, (row) => row.list_key)).map(([url, own]) => [
      url,
      toldApart((own ?? []).map(savedView)),
    ]),
  );
}

function offeredViews<R>(ctx: Ctx, list: List<R>): ListView[] {
  return (list.views ?? []).filter(({ permission }) => permission === undefined || can(ctx.actor, permission));
}

/** Which views stand above a list: those that it brings for it, the pinned ones, and the one that is shown. */
function tabbed<R>(ctx: Ctx, list: List<R>, saved: readonly ShownView[], current: string): (ListView | ShownView)[] {
  return [
    ...offeredViews(ctx, list).filter((view) => view.is_tab !== false || view.key === current),
    ...saved.filter((view) => view.saved?.is_pinned === true || view.key === current),
  ];
}

/** Views that come with a list are called in the reader's language, saved ones as somebody has named them. */
function labelOf(view: ListView | ShownView): string {
  return "saved" in view && view.saved !== null ? view.label : t(view.label);
}

function hrefOf(list: { url: string }, view: ListView | ShownView): string {
  return "href" in view && view.href !== undefined ? view.href : `${list.url}?view=${encodeURIComponent(view.key)}`;
}

/**
 * The key of the tab that says what a list shows: its view's, or once a filter of that has been changed, of those that still hold
 * the one that says most; else empty, for no tab would be right.
 */
export function tabShown<R>(ctx: Ctx, state: ListState<R>, saved: readonly ShownView[]): string {
  const { list, view } = state;
  if (view === null || saidBy(state, view.parameters) !== null) return view?.key ?? "";
  let best = { key: "", said: -1 };
  for (const one of tabbed(ctx, list, saved, view.key)) {
    if (!("parameters" in one) && one.href !== undefined) continue;
    const said = saidBy(state, "parameters" in one ? one.parameters : new URLSearchParams(one.query));
    if (said !== null && said > best.said) best = { key: one.key, said };
  }
  return best.key;
}

/**
 * The tabs above a list. `view` is the key of the one that it is looked at through, which has a tab in any case; `current` of the one
 * that says what is shown (`tabShown`). Counts come later, by `countedTabs`.
 */
export function viewTabs<R>(
  ctx: Ctx,
  list: List<R>,
  saved: readonly ShownView[],
  view: string,
  current = view,
): TabModel[] {
  return tabbed(ctx, list, saved, view).map((one) => ({
    label: labelOf(one),
    href: hrefOf(list, one),
    is_current: one.key === current,
    count: "",
  }));
}

/** The same tabs with how much stands behind each; shared views count what this person may see. */
export async function countedTabs<R>(ctx: Ctx, whole: List<R>, view: string, current: string): Promise<TabModel[]> {
  const { moreFilters: _, ...rest } = whole;
  const list: List<R> = { ...rest, filters: await filtersOf(ctx, whole) };
  const saved = await savedViews(ctx, list.url);
  const tabs = viewTabs(ctx, list, saved, view, current);
  for (const [index, one] of tabbed(ctx, list, saved, view).entries()) {
    const tab = tabs[index];
    if (tab !== undefined) tab.count = await countText(ctx, list, one);
  }
  return tabs;
}

async function countText<R>(ctx: Ctx, list: List<R>, view: ListView | ShownView): Promise<string> {
  if ("parameters" in view) return capped(await countOf(ctx, list, view.parameters));
  if (view.is_counted === false) return "";
  if (view.count !== undefined) return capped(await view.count(ctx));
  return capped(await countOf(ctx, list, new URLSearchParams(view.query)));
}

function capped(count: number): string {
  return count > mostCounted ? `${mostCounted}+` : String(count);
}

/** How many rows a view holds, counted no further than one beyond `most`. */
export async function countOf<R>(
  ctx: Ctx,
  list: List<R>,
  parameters: URLSearchParams,
  most: number = mostCounted,
): Promise<number> {
  const query = (await narrowed(ctx, parameters, list)) as ListQuery<object>;
  const some = query
    .clearSelect()
    .select(sql.lit(1).as("counted"))
    .limit(most + 1);
  const { rows } = await sql<{
    count: number | string;
  }>`select count(*) as count from (${some}) as counted_rows`.execute(ctx.db);
  return Number(rows[0]?.count ?? 0);
}

/** The menu of views; null where a list has none that one could keep. */
export function viewsMenu<R>(
  ctx: Ctx,
  state: ListState<R>,
  saved: readonly ShownView[],
  current: string,
): NonNullable<ListModel["views"]> | null {
  const { list, view, settings } = state;
  if (settings === null) return null;
  const own = view?.saved?.user_id === ctx.actor.user_id;
  const mayChange = view?.saved != null && (own || can(ctx.actor, "views.share"));
  const back = encodeURIComponent(state.at({ after: null }));
  const query = savedQuery(state as ListState<unknown>);
  const isChanged = view !== null && query !== view.parameters.toString();
  const key = view?.key ?? "";
  const isDefault = (settings.default_view ?? usualView(list)?.key ?? "") === key;
  const item = (one: ShownView | ListView): { label: string; href: string; is_current: boolean; hint: string } => ({
    label: labelOf(one),
    href: hrefOf(list, one),
    is_current: one.key === current,
    hint: "saved" in one && one.saved !== null ? (one.saved.is_shared ? t("Shared") : t("Only you")) : "",
  });
  return {
    items: [...offeredViews(ctx, list).map(item), ...saved.map(item)],
    save_url: `/lists/views/new?list=${encodeURIComponent(list.url)}&back=${back}`,
    is_changed: isChanged,
    name: view?.label ?? "",
    edit_url: mayChange ? `/lists/views/${key}?back=${back}` : "",
    update_url: mayChange && isChanged ? `/lists/views/${key}/update` : "",
    default_url: view === null || isDefault ? "" : "/lists/views/default",
    list: list.url,
    key,
    back: state.at({ after: null }),
  };
}
