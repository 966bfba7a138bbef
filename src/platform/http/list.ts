import { sql, type SelectQueryBuilder } from "kysely";
import type { Ctx } from "../context.ts";
import { type Page, pageOf, type SortKey } from "../database/paging.ts";
import { searchIds } from "../database/search.ts";
import { malformed } from "../errors.ts";
import { noId } from "../ids.ts";
import { t } from "../language/index.ts";
import { columnKeys, columnsNamed, offeredColumns, settingsOf, usualColumns } from "./lists/columns.ts";
import { chosenTable } from "./lists/table.ts";
import { type Answer, fragment, type Incoming, page } from "./route.ts";
import type { ActionLink, CellModel, EmptyModel, ListModel, PageHeaderModel } from "./view-models.ts";

export { tableModel } from "./lists/table.ts";

/** Rows of a list page are whatever its query selects; the list's own functions know them. */
export interface ListColumn<R> {
  key: string;
  label: string;
  /** What the column sorts by; absent when it cannot be sorted by. */
  sort?: Pick<SortKey, "reference" | "column" | "expression">;
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
  /** A date field instead of a choice. */
  is_date?: boolean;
  options(ctx: Ctx): Promise<{ value: string; label: string }[]> | { value: string; label: string }[];
  apply(query: ListQuery<R>, value: string, ctx: Ctx): ListQuery<R>;
}

// A list's query may join what it likes; only its rows matter here.
// oxlint-disable-next-line no-explicit-any
export type ListQuery<R> = SelectQueryBuilder<any, any, R>;

/** A list page: what it selects, how it looks, what it can be narrowed by. All of its state is in the URL. */
export interface List<R> {
  title: string;
  url: string;
  /** The table whose ids order and search the rows, as the query names it. */
  table: string;
  /** Starts at reach; has to select `id` and what the columns sort by, each under its column's key. */
  query(ctx: Ctx): ListQuery<R>;
  columns: readonly ListColumn<R>[];
  /** Columns that the organization has made itself (custom fields), after the others. */
  moreColumns?(ctx: Ctx): Promise<ListColumn<R>[]> | ListColumn<R>[];
  filters?: readonly ListFilter<R>[];
  /** Filters by what the organization has made itself (custom fields, tags), after the others. */
  moreFilters?(ctx: Ctx): Promise<ListFilter<R>[]>;
  /** Placeholder of the search box; absent when the list has none. */
  search?: string;
  /** How the words are looked for, in lists whose records are not in the full-text search. */
  match?(query: ListQuery<R>, text: string, ctx: Ctx): ListQuery<R>;
  /** Column key, with `-` for descending. */
  sort: string;
  href(row: R): string;
  isBold?(row: R): boolean;
  actions?(ctx: Ctx): ActionLink[];
  subtitle?: string;
  /** The way back, for lists that the navigation does not name. */
  breadcrumbs?: PageHeaderModel["breadcrumbs"];
  tabs?(ctx: Ctx, current: string): Promise<ListModel["tabs"]> | ListModel["tabs"];
  /** The parameter that says which tab is shown: it stays when filters change or are cleared. */
  view?: string;
  /** What an empty list says when nothing narrows it. */
  empty(ctx: Ctx): EmptyModel;
  size?: number;
}

type AnyRow = Record<string, unknown>;

/** Answers with the list page, or with just its region when htmx asks for that. */
export async function listAnswer<R>(ctx: Ctx, incoming: Incoming, list: List<R>): Promise<Answer> {
  const model = await listModel(ctx, incoming.url, list);
  if (incoming.isFragment && incoming.fragmentTarget.includes("list-region")) return fragment("lists/_region", model);
  return page("lists/index", list.title, model);
}

/** The model of a list page for a URL; parameters that the list does not know are ignored, as on any web page. */
export async function listModel<R>(ctx: Ctx, url: URL, whole: List<R>): Promise<ListModel> {
  const parameters = url.searchParams;
  const offered = await offeredColumns(ctx, whole);
  const settings = await settingsOf(ctx, whole);
  const shown =
    columnsNamed(offered, columnKeys(parameters)) ??
    columnsNamed(offered, settings?.shown_columns ?? []) ??
    usualColumns(offered);
  const list = { ...whole, columns: offered, filters: await filtersOf(ctx, whole), moreFilters: noFilters };
  let query = await narrowed(ctx, parameters, list);
  const chosen = chosenFilters(parameters, list);
  const words = searchedWords(parameters, list);
  const order = parameters.get("sort") ?? list.sort;
  const keys = sortKeys(list, order) ?? sortKeys(list, list.sort) ?? [];
  for (const column of new Set([...shown, ...offered.filter(({ key }) => keys.some(({ name }) => name === key))]))
    query = column.select?.(query) ?? query;
  const size = list.size ?? 50;
  const found = await firstIfBadCursor(
    (after) =>
      pageOf<AnyRow>(query as ListQuery<AnyRow>, ctx.app.database.dialect, `${list.table}.id`, keys, { size, after }),
    parameters.get("after"),
  );
  const at = (changes: Record<string, string | null>): string => withParameters(list.url, parameters, changes);
  const filters = [];
  for (const filter of list.filters ?? []) {
    const choices = await filter.options(ctx);
    const options = choices.some((option) => option.value === "")
      ? choices
      : [{ value: "", label: t("Any") }, ...choices];
    filters.push({
      name: filter.name,
      label: filter.label,
      is_date: filter.is_date ?? false,
      value: chosen.get(filter.name) ?? "",
      options: options.map((option) => ({ ...option, is_selected: option.value === (chosen.get(filter.name) ?? "") })),
    });
  }
  const isNarrowed = words !== "" || chosen.size > 0;
  const view = list.view === undefined ? null : parameters.get(list.view);
  const kept = list.view === undefined || view === null ? [] : [{ name: list.view, value: view }];
  const cleared = withParameters(
    list.url,
    new URLSearchParams(Object.fromEntries(kept.map(({ name, value }) => [name, value]))),
    {},
  );
  return {
    title: list.title,
    subtitle: list.subtitle ?? "",
    breadcrumbs: list.breadcrumbs ?? [],
    actions: list.actions?.(ctx) ?? [],
    url: list.url,
    search: list.search === undefined ? null : { name: "q", value: words, placeholder: list.search },
    tabs: (await list.tabs?.(ctx, url.search)) ?? [],
    filters,
    has_filters: isNarrowed,
    clear_url: cleared,
    keep: [
      ...(parameters.has("sort") ? [{ name: "sort", value: order }] : []),
      ...(parameters.has("columns") ? [{ name: "columns", value: shown.map(({ key }) => key).join() }] : []),
      ...kept,
    ],
    columns_url:
      settings === null
        ? ""
        : `/lists/columns?${new URLSearchParams({ list: list.url, back: at({ after: null }) }).toString()}`,
    table: await chosenTable(ctx, { ...list, columns: shown }, found.rows as R[], order, (sort) =>
      at({ sort, after: null }),
    ),
    next_url: found.next === null ? "" : at({ after: found.next }),
    first_url: parameters.has("after") ? at({ after: null }) : "",
    empty: isNarrowed
      ? {
          icon: "search",
          title: t("Nothing matches"),
          text: t("No record fits the search and the filters."),
          action: {
            label: t("Clear search and filters"),
            href: cleared,
            icon: "x",
            look: "ghost",
            is_post: false,
            confirm: "",
          },
        }
      : list.empty(ctx),
  };
}

/** The list's query, narrowed by the filters and the words of a URL. */
export async function narrowed<R>(ctx: Ctx, parameters: URLSearchParams, list: List<R>): Promise<ListQuery<R>> {
  let query = list.query(ctx);
  const filters = await filtersOf(ctx, list);
  const chosen = chosenFilters(parameters, { filters });
  for (const filter of filters) {
    const value = chosen.get(filter.name);
    if (value !== undefined) query = filter.apply(query, value, ctx);
  }
  const words = searchedWords(parameters, list);
  if (words === "") return query;
  if (list.match !== undefined) return list.match(query, words, ctx);
  const ids = await searchIds(ctx, list.table, words, 300);
  return query.where(sql.ref(`${list.table}.id`), "in", ids.length === 0 ? [noId] : ids);
}

const noFilters = async (): Promise<[]> => [];

async function filtersOf<R>(ctx: Ctx, list: List<R>): Promise<ListFilter<R>[]> {
  return [...(list.filters ?? []), ...((await list.moreFilters?.(ctx)) ?? [])];
}

function chosenFilters<R>(parameters: URLSearchParams, list: Pick<List<R>, "filters">): Map<string, string> {
  const given = (list.filters ?? []).map(({ name }) => [name, parameters.get(name) ?? ""] as const);
  return new Map(given.filter(([, value]) => value !== ""));
}

function searchedWords<R>(parameters: URLSearchParams, list: List<R>): string {
  return list.search === undefined ? "" : (parameters.get("q") ?? "").trim();
}

function sortKeys<R>(list: List<R>, order: string): SortKey[] | null {
  const isDescending = order.startsWith("-");
  const column = list.columns.find((one) => one.key === order.replace(/^-/, ""));
  if (column?.sort === undefined) return null;
  return [{ name: column.key, ...column.sort, isDescending }];
}

/** A link that was kept while the list's order changed starts at the first page instead of failing. */
async function firstIfBadCursor(
  run: (after: string | null) => Promise<Page<AnyRow>>,
  after: string | null,
): Promise<Page<AnyRow>> {
  try {
    return await run(after);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === malformed("", "bad_cursor").code) return run(null);
    throw error;
  }
}

function withParameters(url: string, parameters: URLSearchParams, changes: Record<string, string | null>): string {
  const next = new URLSearchParams([...parameters].filter(([, value]) => value !== ""));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text === "" ? url : `${url}?${text}`;
}
