import { sql } from "kysely";
import { type Ctx, readerOf } from "../../context.ts";
import { searchIds } from "../../database/search.ts";
import { noId } from "../../ids.ts";
import { choicesAnswer, choicesAsked, isLong, shortened } from "../choices.ts";
import type { Answer } from "../route.ts";
import { called, t } from "../../language/index.ts";
import type { List, ListFilter, ListQuery } from "./list.ts";
import type { ListModel } from "../models/lists.ts";
import type { ListState } from "./state.ts";

/** What a list is narrowed by: filters and the words in its search box. */

const mostFound = 300;

type FilterOption = ListModel["filters"][number]["options"][number];

/** All filters of a list, those that the organization has made itself among them. */
export async function filtersOf<R>(ctx: Ctx, list: Pick<List<R>, "filters" | "moreFilters">): Promise<ListFilter<R>[]> {
  return [...(list.filters ?? []), ...((await list.moreFilters?.(ctx)) ?? [])];
}

/** The chosen values of a filter: one, or where it takes several, those between the commas. */
export function valuesOf(
  filter: Pick<ListFilter<unknown>, "name" | "is_multiple">,
  parameters: URLSearchParams,
): string[] {
  const value = parameters.get(filter.name) ?? "";
  return (filter.is_multiple === true ? value.split(",") : [value]).filter((one) => one !== "");
}

/** What an address says of which rows there are, by name: the values of the filters in any order, and the words. */
function narrowing<R>({ filters = [] }: Pick<List<R>, "filters">, parameters: URLSearchParams): Map<string, string> {
  const named = [
    ...filters.map((filter) => [filter.name, valuesOf(filter, parameters).toSorted().join()] as const),
    ["q", (parameters.get("q") ?? "").trim()] as const,
  ];
  return new Map(named.filter(([, value]) => value !== ""));
}

/**
 * How much a view says of what a list shows: the number of its filters, or null where one of them is not what is shown. A list may
 * be narrowed further and is still the view's.
 */
export function saidBy<R>({ list, parameters }: ListState<R>, view: URLSearchParams): number | null {
  const [now, own] = [narrowing(list, parameters), narrowing(list, view)];
  return [...own].every(([name, value]) => now.get(name) === value) ? own.size : null;
}

/** The rows that a list's filters and search let through. */
export async function narrowed<R>(ctx: Ctx, parameters: URLSearchParams, list: List<R>): Promise<ListQuery<R>> {
  let query = list.query(ctx, (parameters.get("sort") ?? list.sort).replace("-", ""));
  for (const filter of await filtersOf(ctx, list)) {
    const values = valuesOf(filter, parameters);
    const [value] = values;
    if (value !== undefined) query = filter.apply(query, value, ctx, values);
    else query = filter.otherwise?.(query, ctx) ?? query;
  }
  const words = wordsOf(list, parameters);
  if (words === "") return query;
  if (list.match !== undefined) return list.match(query, words, ctx);
  const ids = await searchIds(ctx, list.table, words, mostFound);
  return query.where(sql.ref(`${list.table}.id`), "in", ids.length === 0 ? [noId] : ids);
}

/** The words that a list is searched for; empty for none, and for a list that is not searched. */
export function wordsOf(list: Pick<List<never>, "search">, parameters: URLSearchParams): string {
  return list.search === undefined ? "" : (parameters.get("q") ?? "").trim();
}

/** A filter's choices, the present ones chosen. */
async function optionsOf<R>(ctx: Ctx, filter: ListFilter<R>, values: readonly string[]): Promise<FilterOption[]> {
  const choices = await filter.options(ctx);
  const needsAny = filter.is_multiple !== true && !choices.some((option) => option.value === "");
  // What is not chosen reads as what there is to choose: "Company", as the button of several values does.
  const any = { value: "", label: called(filter) };
  return (needsAny ? [any, ...choices] : choices).map((option) => ({
    ...option,
    is_selected: values.length === 0 ? option.value === "" : values.includes(option.value),
  }));
}

/** The choices of the filter that was asked for; null when the list itself is to be shown. */
export async function filterChoices<R>(ctx: Ctx, { list, parameters }: ListState<R>): Promise<Answer | null> {
  const asked = choicesAsked(Object.fromEntries(parameters));
  const filter = list.filters?.find(({ name }) => name === asked?.name);
  if (filter === undefined || asked === null) return null;
  const options = await optionsOf(readerOf(ctx, ctx.db, asked.words), filter, valuesOf(filter, parameters));
  const isMultiple = filter.is_multiple === true;
  // What is ticked stands above the others already.
  return choicesAnswer(
    isMultiple ? options.filter(({ is_selected }) => !is_selected) : options,
    asked.words,
    isMultiple ? filter.name : null,
  );
}

/** The filters as they are drawn, and a chip for each that is set; not for those of a view that comes with the list, while its tab says them. */
export async function filterModels<R>(
  ctx: Ctx,
  state: ListState<R>,
): Promise<Pick<ListModel, "filters" | "chips" | "has_long_choices">> {
  const { list, view, parameters, at } = state;
  const isNamed = view?.saved === null && saidBy(state, view.parameters) !== null;
  const isWhole = choicesAsked(Object.fromEntries(parameters))?.name === "all";
  const filters: ListModel["filters"] = [];
  const chips: NonNullable<ListModel["chips"]> = [];
  const all = list.filters ?? [];
  const choices = await Promise.all(all.map((filter) => optionsOf(ctx, filter, valuesOf(filter, parameters))));
  for (const [index, filter] of all.entries()) {
    const values = valuesOf(filter, parameters);
    const options = choices[index] ?? [];
    const is_long = !isWhole && isLong(options);
    const labels = values.map((value) => options.find((option) => option.value === value)?.label ?? value);
    filters.push({
      name: filter.name,
      label: called(filter),
      is_date: filter.is_date ?? false,
      is_multiple: filter.is_multiple ?? false,
      is_set: values.length > 0,
      is_long,
      text: summary(labels),
      value: values[0] ?? "",
      options: is_long ? shortened(options, filter.is_multiple) : options,
    });
    const isOfView = isNamed && view?.parameters.get(filter.name) === parameters.get(filter.name);
    if (values.length > 0 && !isOfView)
      chips.push({
        label: called(filter),
        text: filter.is_date === true ? (values[0] ?? "") : labels.join(", "),
        remove_url: at({ [filter.name]: null, after: null }),
      });
  }
  return { filters, chips, has_long_choices: filters.some(({ is_long }) => is_long) };
}

/** What a filter of several values shows on its button. */
function summary([first, ...others]: readonly string[]): string {
  if (first === undefined) return t("Any");
  return others.length === 0 ? first : `${first} +${others.length}`;
}
