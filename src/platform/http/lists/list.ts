import type { SelectQueryBuilder } from "kysely";
import { can } from "../../access/actor.ts";
import type { Ctx } from "../../context.ts";
import type { SortKey } from "../../database/order.ts";
import { t } from "../../language/index.ts";
import type { BulkChoice } from "./bulk.ts";
import { filterChoices, filterModels, narrowed, wordsOf } from "./filters.ts";
import { orderOf, rowsOf } from "./order.ts";
import { isViewGone, listState, type ListState } from "./state.ts";
import { choosable, chosenTable } from "./table.ts";
import { savedViews, tabShown, viewsMenu, viewTabs } from "./views.ts";
import { type Answer, fragment, type Incoming, page, redirect } from "../route.ts";
import type { CellModel, ListModel } from "../models/lists.ts";
import type { ActionLink, EmptyModel, PageHeaderModel } from "../models/partials.ts";

export { narrowed } from "./filters.ts";
export { tableModel } from "./table.ts";

/** Rows of a list page are whatever its query selects; the list's own functions know them. */
export interface ListColumn<R> {
  key: string;
  label: string;
  /** The label is the organization's own, as the field model has it. */
  is_own_words?: boolean;
  /** What the column sorts by; absent when it cannot be sorted by. */
  sort?: Pick<SortKey, "reference" | "column" | "expression" | "few" | "window">;
  is_numeric?: boolean;
  /** Gives way on a narrow screen. */
  is_secondary?: boolean;
  /** Names the record to whoever reads down the list, and so gets the most room; else the bold column does. */
  is_main?: boolean;
  /** What one needs to see it; absent: whoever sees the list sees it. */
  permission?: string;
  /** The table of another module that it shows something of: who may not read that one, does not see it here. */
  reads?: string;
  /** Hidden until somebody chooses it. */
  is_optional?: boolean;
  /** What the query needs beside its own columns to show or sort by this one: a join, another column. */
  select?(query: ListQuery<R>): ListQuery<R>;
  cell(row: R, ctx: Ctx): CellModel;
  /** Cells for a whole page of rows, where what they show does not stand in the rows: tags, sums. In place of `cell`. */
  cells?(rows: readonly R[], ctx: Ctx): Promise<CellModel[]>;
}

export interface ListFilter<R> {
  name: string;
  label: string;
  /** The label is the organization's own, as the field model has it. */
  is_own_words?: boolean;
  /** A date field instead of a choice. */
  is_date?: boolean;
  /** Several values may be chosen at once, with commas between them in the address. */
  is_multiple?: boolean;
  options(ctx: Ctx): Promise<{ value: string; label: string }[]> | { value: string; label: string }[];
  /** Narrows the list to a value; to any of `values` where several may be chosen. */
  apply(query: ListQuery<R>, value: string, ctx: Ctx, values: readonly string[]): ListQuery<R>;
  /** What holds while nothing is chosen: archived records stay out. */
  otherwise?(query: ListQuery<R>, ctx: Ctx): ListQuery<R>;
}

/** A view that comes with a list: filters and order under a name. */
export interface ListView {
  /** What stands in `?view=`. */
  key: string;
  label: string;
  /** The list's parameters: `state=open&sort=title`. */
  query: string;
  /** The view that a bare address shows; else the one that narrows nothing. */
  is_usual?: boolean;
  /** False for one that stands in the menu of views only. */
  is_tab?: boolean;
  /** False where a number says nothing, such as that of all closed tickets. */
  is_counted?: boolean;
  permission?: string;
  /** A page of its own instead of parameters, with its own count. */
  href?: string;
  count?(ctx: Ctx): Promise<number>;
}

// A list's query may join what it likes; only its rows matter here.
// oxlint-disable-next-line no-explicit-any
export type ListQuery<R> = SelectQueryBuilder<any, any, R>;

/** A list page: what it selects, how it looks, what it can be narrowed by. All of its state is in the URL. */
export interface List<R> {
  title: string;
  url: string;
  /** The topic that tells of changes of its records. */
  live?: string;
  /** The table whose ids order and search the rows, as the query names it. */
  table: string;
  /** Starts at reach; has to select `id` and what the columns sort by, each under its column's key. */
  query(ctx: Ctx, sortedBy?: string): ListQuery<R>;
  columns: readonly ListColumn<R>[];
  /** Columns that the organization has made itself (custom fields), after the others. */
  moreColumns?(ctx: Ctx): Promise<ListColumn<R>[]> | ListColumn<R>[];
  filters?: readonly ListFilter<R>[];
  /** Filters by what the organization has made itself (custom fields, tags), after the others. */
  moreFilters?(ctx: Ctx): Promise<ListFilter<R>[]>;
  /** Placeholder of the search box; absent when the list has none. */
  search?: string;
  /** How the words are looked for, in lists whose records are not in the full-text search. */
  match?(query: ListQuery<R>, text: string, ctx: Ctx): ListQuery<R> | Promise<ListQuery<R>>;
  /** Column key, with `-` for descending. */
  sort: string;
  href(row: R): string;
  isBold?(row: R): boolean;
  actions?(ctx: Ctx): ActionLink[];
  /** A sentence under the title; `rows` is what the filters let through, for sums. */
  subtitle?: string | ((ctx: Ctx, rows: () => Promise<ListQuery<R>>) => Promise<string>);
  /** Where its file is, for lists that no module registers (`listFileRoute`). */
  file?: string;
  /** What one can do with many of its records at once. */
  bulk?: readonly BulkChoice[];
  /** The way back, for lists that the navigation does not name. */
  breadcrumbs?: PageHeaderModel["breadcrumbs"];
  /** The views that it comes with, for the list pages of the staff. */
  views?: readonly ListView[];
  /** Tabs of lists without views, in the portal. */
  tabs?(ctx: Ctx, current: string): Promise<ListModel["tabs"]> | ListModel["tabs"];
  /** The parameter that says which of those tabs is shown: it stays when filters change or are cleared. */
  view?: string;
  /** What an empty list says when nothing narrows it; `view` is the key of the view that is shown. */
  empty(ctx: Ctx, view: string): EmptyModel;
  size?: number;
}

/** Answers with the list page, or with just its region when htmx asks for that. */
export async function listAnswer<R>(ctx: Ctx, incoming: Incoming, list: List<R>): Promise<Answer> {
  const state = await listState(ctx, incoming.url, list);
  const choices = incoming.isFragment ? await filterChoices(ctx, state) : null;
  if (choices !== null) return choices;
  if (!incoming.isFragment && isViewGone(state, incoming.url))
    return redirect(
      state.at({ view: undefined }),
      t("This view is not there any more, or not shared with you."),
      "error",
    );
  const model = await listModel(ctx, incoming.url, state);
  if (incoming.isFragment && incoming.fragmentTarget.includes("list-region")) return fragment("lists/_region", model);
  return page("lists/index", model.title, model);
}

/** The model of a list page for a URL; parameters that the list does not know are ignored, as on any web page. */
async function listModel<R>(ctx: Ctx, url: URL, state: ListState<R>): Promise<ListModel> {
  const { list, parameters, at, view, shown } = state;
  const [found, saved, { filters, chips, has_long_choices }, subtitle] = await Promise.all([
    rowsOf(ctx, state, list.size ?? 50),
    savedViews(ctx, list.url),
    filterModels(ctx, state),
    typeof list.subtitle === "function"
      ? list.subtitle(ctx, () => narrowed(ctx, parameters, list))
      : t(list.subtitle ?? ""),
  ]);
  const current = tabShown(ctx, state, saved);
  const { order } = orderOf(state);
  const words = wordsOf(list, parameters);
  // What the view itself says does not narrow it.
  const narrowing = ["q", ...(list.filters ?? []).map(({ name }) => name)].filter(
    (name) => (parameters.get(name) ?? "") !== (view?.parameters.get(name) ?? ""),
  );
  const cleared = at(Object.fromEntries([...narrowing, "after"].map((name) => [name, undefined])));
  const kept = new URL(at({ after: null }), "http://list.invalid").searchParams;
  const choices = (list.bulk ?? []).filter(({ action }) => can(ctx.actor, action.permission ?? ""));
  const table = await chosenTable(ctx, { ...list, columns: shown }, found.rows as R[], order, (sort) =>
    at({ sort, after: null }),
  );
  const columnsUrl = new URLSearchParams({ list: list.url, back: at({ after: null }) });
  return {
    title: t(list.title),
    subtitle,
    breadcrumbs: list.breadcrumbs ?? [],
    actions: list.actions?.(ctx) ?? [],
    url: list.url,
    ...(list.live === undefined ? {} : { live: list.live }),
    search: list.search === undefined ? null : { name: "q", value: words, placeholder: t(list.search) },
    tabs: view === null ? ((await list.tabs?.(ctx, url.search)) ?? []) : viewTabs(ctx, list, saved, view.key, current),
    counts_url:
      view === null || state.settings === null
        ? ""
        : `/lists/counts?${new URLSearchParams({ list: list.url, view: view.key, ...(current === view.key ? {} : { shown: current }) }).toString()}`,
    ...(view === null ? {} : { tab: { key: current } }),
    views: viewsMenu(ctx, state, saved, current),
    filters,
    chips,
    has_long_choices: has_long_choices ?? false,
    has_filters: narrowing.length > 0,
    clear_url: cleared,
    keep: ["view", "sort", "columns", ...(list.view === undefined ? [] : [list.view])].flatMap((name) =>
      kept.has(name) ? [{ name, value: kept.get(name) ?? "" }] : [],
    ),
    view_names: [...(view?.parameters.keys() ?? [])].join(" "),
    columns_url: state.settings === null ? "" : `/lists/columns?${columnsUrl.toString()}`,
    files: filesOf(ctx, list, columnsUrl, new URL(at({ after: null }), "http://list.invalid").search),
    table: choices.length === 0 ? table : choosable(table, { form: "bulk-form", are_chosen: false }),
    bulk:
      choices.length === 0
        ? null
        : {
            list: list.url,
            back: at({}),
            choices: choices.map(({ key, label, icon }) => ({ key, label: t(label), icon })),
          },
    next_url: found.next === null ? "" : at({ after: found.next }),
    first_url: (parameters.get("after") ?? "") === "" ? "" : at({ after: null }),
    empty:
      narrowing.length > 0
        ? nothingMatches(t("No record fits the search and the filters."), cleared)
        : view?.saved != null
          ? nothingMatches(t("No record fits this view."), null)
          : list.empty(ctx, view?.key ?? ""),
  };

  function nothingMatches(text: string, href: string | null): ListModel["empty"] {
    const action = {
      label: t("Clear search and filters"),
      icon: "x",
      look: "ghost",
      is_post: false,
      confirm: "",
    } as const;
    return { icon: "search", title: t("Nothing matches"), text, action: href === null ? null : { ...action, href } };
  }
}

/** The files of a list: what is shown, and, where it is a resource's, all of it in a form that can be imported again. */
function filesOf(
  ctx: Ctx,
  list: Pick<List<never>, "url" | "table" | "file">,
  named: URLSearchParams,
  search: string,
): NonNullable<ListModel["files"]> {
  const label = t("The columns that are shown");
  const hint = t("As they stand here, in their order");
  if (list.file !== undefined) return [{ label, hint, href: `${list.file}${search}` }];
  if (!ctx.app.registry.lists.has(list.url)) return [];
  const at = (columns: "shown" | "all"): string =>
    `/lists/export?${new URLSearchParams({ ...Object.fromEntries(named), columns }).toString()}`;
  return [
    { label, hint, href: at("shown") },
    ...(isExported(ctx, list)
      ? [{ label: t("All columns"), hint: t("To change and import again"), href: at("all") }]
      : []),
  ];
}

/** Whether a list's records go out as a file: they are a resource's, and the list one of the staff's own. */
function isExported(ctx: Ctx, { url, table }: Pick<List<never>, "url" | "table">): boolean {
  if (!ctx.app.registry.lists.has(url)) return false;
  const resources = [...ctx.app.registry.resources.values()];
  const of = resources.find((one) => one.table.name === table && one.audience === "staff");
  return of !== undefined && (of.permission === null || can(ctx.actor, of.permission));
}
