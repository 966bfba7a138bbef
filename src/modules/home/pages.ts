import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { isOn } from "../../platform/switches.ts";
import { searchIds } from "../../platform/database/search.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { tableNamed } from "../../platform/database/columns.ts";
import { dateIn } from "../../platform/clock.ts";
import { empty, formatDate, primaryLast } from "../../platform/http/cells.ts";
import type { DashboardModel, SearchModel } from "../../platform/http/page-models.ts";
import { ofKind, panelsOf } from "../../platform/http/panels.ts";
import { type Answer, fragment, page, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";

async function dashboard(ctx: Ctx): Promise<Answer> {
  const panels = await panelsOf(ctx, "dashboard", { id: ctx.actor.user_id ?? "" });
  const steps = ofKind(panels, "step");
  const done = steps.filter((step) => step.is_done).length;
  const model: DashboardModel = {
    greeting: t("Hello, {name}", { name: ctx.actor.name.split(" ")[0] ?? "" }),
    date_text: formatDate(dateIn(ctx.tenant.timezone, ctx.app.clock.now()), ctx.tenant),
    actions: primaryLast(ofKind(panels, "action")),
    checklist:
      done === steps.length
        ? null
        : { title: t("What to do next"), done_count: done, total_count: steps.length, items: steps },
    stats: ofKind(panels, "stat"),
    sections: ofKind(panels, "section"),
  };
  return page("dashboard/index", t("Dashboard"), model);
}

/** What is found, a group for each kind of record; each row is fetched through reach, so a hit is always one that may be opened. */
async function searchModel(ctx: Ctx, query: string, limit: number): Promise<SearchModel> {
  const groups: SearchModel["groups"] = [];
  let total = 0;
  for (const facet of ctx.app.registry.search.values()) {
    if (!isOn(ctx.app, ctx.tenant, facet)) continue;
    const table = tableNamed(facet.table);
    if (table?.readPermission != null && !can(ctx.actor, table.readPermission)) continue;
    const ids = await searchIds(ctx, facet.table, query, limit);
    if (ids.length === 0) continue;
    const rows = (await reach(ctx, facet.table as TableName)
      .selectAll()
      .where("id" as never, "in", ids as never)
      .execute()) as Record<string, unknown>[];
    const found = ids.map((id) => rows.find((row) => row["id"] === id)).filter((row) => row !== undefined);
    if (found.length === 0) continue;
    total += found.length;
    groups.push({
      label: facet.label,
      more_url: "",
      hits: found.map((row) => ({ ...facet.hit(row), icon: facet.icon, badge: null })),
    });
  }
  return {
    query,
    total_text: query === "" ? "" : `${total} ${total === 1 ? "result" : "results"}`,
    groups,
    empty:
      query === ""
        ? empty("search", t("Search everything"), t("Type a name, a ticket number, a word of a note."))
        : empty("search", t("Nothing found"), t("Nothing matches “{query}”. Try fewer or other words.", { query })),
    all_url: `/search?q=${encodeURIComponent(query)}`,
  };
}

/** The dashboard, the global search, and what operators ask the program. */
export const homePages: Route[] = [
  { method: "GET", path: "/", door: "staff", permission: null, handle: dashboard },
  {
    method: "GET",
    path: "/search",
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) =>
      page(
        "search/results",
        t("Search"),
        await searchModel(ctx, (incoming.url.searchParams.get("q") ?? "").trim(), 20),
      ),
  },
  {
    method: "GET",
    path: "/search/suggest",
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) =>
      fragment("search/_suggest", await searchModel(ctx, (incoming.url.searchParams.get("q") ?? "").trim(), 5)),
  },
];
