import { Type } from "@sinclair/typebox";
import { action, perform } from "../../platform/action.ts";
import { can } from "../../platform/access/actor.ts";
import { type Ctx, reading, type Work } from "../../platform/context.ts";
import { forbidden, notFound } from "../../platform/errors.ts";
import type { List } from "../../platform/http/lists/list.ts";
import {
  columnKeys,
  columnsNamed,
  mostColumns,
  offeredColumns,
  settingsOf,
  usualColumns,
} from "../../platform/http/lists/columns.ts";
import { type Answer, fragment, type Incoming, page, redirect, type Route } from "../../platform/http/route.ts";
import { called, t } from "../../platform/language/index.ts";

/** Choosing the columns of a list: a page of its own that opens as a dialog where scripts run. */

/** `lists/columns`. */
export interface ColumnsModel {
  title: string;
  list: string;
  back: string;
  columns: { key: string; label: string; is_shown: boolean }[];
}

/** The list page that an address names, for somebody who may open it. */
export function listNamed(ctx: Ctx, url: string): List<unknown> {
  const found = ctx.app.registry.lists.get(url);
  if (found === undefined) throw notFound(t("This list"));
  if (!can(ctx.actor, found.permission)) throw forbidden();
  return found.list;
}

/** Remembers how a person likes a list; `null` forgets it. */
export const chooseColumns = action({
  name: "lists.choose_columns",
  permission: null,
  input: Type.Object(
    {
      list: Type.String({ maxLength: 100 }),
      columns: Type.Union([Type.Array(Type.String({ maxLength: 100 }), { maxItems: mostColumns }), Type.Null()]),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: { list: string; columns: string[] | null }): Promise<void> => {
    await keep(work, input.list, { shown_columns: input.columns });
  },
});

/** Writes a part of a person's settings of a list. */
export async function keep(
  work: Work,
  list_key: string,
  settings: { shown_columns?: string[] | null; default_view?: string | null },
): Promise<void> {
  const { user_id } = work.actor;
  if (work.actor.kind !== "staff" || user_id === null) throw forbidden();
  await work.db
    .insertInto("list_settings")
    .values({ user_id, list_key, ...settings })
    .onConflict((oc) => oc.columns(["tenant_id", "user_id", "list_key"]).doUpdateSet(settings))
    .execute();
}

/** The way back into the list: an address of that list and of nothing else. */
export function backTo(list: string, given: unknown): URL {
  const home = new URL(list, "http://list.invalid");
  if (typeof given !== "string" || !URL.canParse(given, home.href)) return home;
  const url = new URL(given, home);
  return url.host === home.host && url.pathname === home.pathname ? url : home;
}

const pathOf = (url: URL): string => url.pathname + url.search;

async function show(ctx: Ctx, incoming: Incoming, order: readonly string[] | null = null): Promise<Answer> {
  const { fields } = incoming.request.method === "POST" ? await incoming.form() : { fields: {} };
  const given = (name: string): string => {
    const value = (fields as Record<string, unknown>)[name] ?? incoming.url.searchParams.get(name);
    return typeof value === "string" ? value : "";
  };
  const list = listNamed(ctx, given("list"));
  const back = backTo(list.url, given("back"));
  const offered = await offeredColumns(ctx, list);
  const asked = columnsNamed(offered, columnKeys(back.searchParams));
  const remembered = columnsNamed(offered, (await settingsOf(ctx, list))?.shown_columns ?? []);
  const shown = new Set(
    order === null
      ? (asked ?? remembered ?? usualColumns(offered)).map(({ key }) => key)
      : many((fields as Record<string, unknown>)["columns"]),
  );
  const first = columnsNamed(offered, order ?? [...shown]) ?? [];
  const model: ColumnsModel = {
    title: t("Columns"),
    list: list.url,
    back: pathOf(back),
    columns: [...first, ...offered.filter((column) => !first.includes(column))]
      .filter(({ label }) => label !== "")
      .map((column) => ({ key: column.key, label: called(column), is_shown: shown.has(column.key) })),
  };
  return incoming.isFragment ? fragment("lists/_columns", model) : page("lists/columns", model.title, model);
}

function many(value: unknown): string[] {
  return [value ?? []].flat().map(String);
}

/** One place up or down. */
function moved(order: readonly string[], move: string): string[] {
  const [direction, key = ""] = move.split(":");
  const from = order.indexOf(key);
  const to = from + (direction === "up" ? -1 : 1);
  if (from === -1 || to < 0 || to >= order.length) return [...order];
  return order.toSpliced(from, 1).toSpliced(to, 0, key);
}

async function save(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const { fields } = await incoming.form();
  const list = listNamed(ctx, String(fields["list"] ?? ""));
  const order = many(fields["order"]);
  if (typeof fields["move"] === "string") {
    const next = moved(order, fields["move"]);
    return reading(ctx, (reader) => show(reader, incoming, next));
  }
  const back = backTo(list.url, fields["back"]);
  const offered = await reading(ctx, (reader) => offeredColumns(reader, list));
  const chosen = columnsNamed(offered, many(fields["columns"]))?.map(({ key }) => key) ?? null;
  const usual = usualColumns(offered).map(({ key }) => key);
  const isUsual = fields["reset"] !== undefined || chosen === null || chosen.join() === usual.join();
  await perform(ctx, chooseColumns, { list: list.url, columns: isUsual ? null : chosen });
  if (isUsual) back.searchParams.delete("columns");
  else back.searchParams.set("columns", chosen.join());
  return redirect(pathOf(back));
}

export const columnRoutes: Route[] = [
  {
    method: "GET",
    path: "/lists/columns",
    door: "staff",
    permission: null,
    handle: (ctx, incoming) => show(ctx, incoming),
  },
  { method: "POST", path: "/lists/columns", door: "staff", permission: null, handle: save },
];
