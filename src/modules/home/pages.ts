import type { Ctx } from "../../platform/context.ts";
import { dateIn } from "../../platform/clock.ts";
import { formatDate, primaryLast } from "../../platform/http/pages/cells.ts";
import type { DashboardModel, SearchModel } from "../../platform/http/models/pages.ts";
import { ofKind, panelsOf } from "../../platform/http/pages/panels.ts";
import { type Answer, fragment, page, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { paletteNamed } from "./palette.ts";
import { searchModel } from "./search.ts";

/** What is still to be done stands first, in its order; what is done follows. */
const openFirst = <S extends { is_done: boolean }>(steps: readonly S[]): S[] =>
  steps.toSorted((one, other) => Number(one.is_done) - Number(other.is_done));

async function dashboard(ctx: Ctx): Promise<Answer> {
  const panels = await panelsOf(ctx, "dashboard", { id: ctx.actor.user_id ?? "" });
  const steps = ofKind(panels, "step");
  const done = steps.filter((step) => step.is_done).length;
  const model: DashboardModel = {
    greeting: t("Hello, {name}", { name: ctx.actor.name.split(" ")[0] ?? "" }),
    date_text: formatDate(dateIn(ctx.tenant.zone, ctx.app.clock.now()), ctx.tenant),
    actions: primaryLast(ofKind(panels, "action")),
    checklist:
      done === steps.length
        ? null
        : { title: t("What to do next"), done_count: done, total_count: steps.length, items: openFirst(steps) },
    stats: ofKind(panels, "stat"),
    sections: ofKind(panels, "section"),
  };
  return page("dashboard/index", t("Dashboard"), model);
}

/** Everything that is found, and above it the pages and commands of that name: what the command palette offers. */
async function allFound(ctx: Ctx, query: string): Promise<SearchModel> {
  const [found, named] = await Promise.all([searchModel(ctx, query, 20), paletteNamed(ctx, query, "")]);
  const groups = named.groups.map(({ label, entries }) => ({
    label,
    more_url: "",
    hits: entries
      .filter((entry) => entry.is_post !== true)
      .map((entry) => ({
        href: entry.href,
        icon: entry.icon,
        title: entry.label,
        detail: entry.detail ?? "",
        badge: null,
      })),
  }));
  return { ...found, groups: [...groups.filter(({ hits }) => hits.length > 0), ...found.groups] };
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
      page("search/results", t("Search"), await allFound(ctx, (incoming.url.searchParams.get("q") ?? "").trim())),
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
