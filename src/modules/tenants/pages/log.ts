import { find, maybeFind, reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { cell, empty, facts, formatInstant, link } from "../../../platform/http/pages/cells.ts";
import { containing } from "../../../platform/http/lists/kinds.ts";
import { type List, listAnswer } from "../../../platform/http/lists/list.ts";
import { type Answer, page, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { operatorLog } from "../schema.ts";
import { operatorPage } from "./form.ts";
import { detailFacts, detailsOf, doingInWords, type LogRow } from "./rows.ts";

/** What operators did: the whole of it, and entry by entry. */

const home = "/log";

const logList: List<LogRow> = {
  title: "Log",
  subtitle: "What operators did. Nothing in it can be changed.",
  url: home,
  table: "operator_log",
  query: (ctx) => reach(ctx, "operator_log").selectAll("operator_log"),
  search: "Organization or operator",
  match: (query, text, ctx) => containing(query, text, ["operator_log.about_name", "operator_log.operator_name"], ctx),
  columns: [
    {
      key: "timestamp",
      label: "When",
      sort: { reference: "operator_log.timestamp", column: operatorLog.columns.timestamp },
      cell: (row, ctx) => cell.instant(row.timestamp, ctx.tenant, ctx.app.clock.now()),
    },
    { key: "operator_name", label: "Who", cell: (row) => cell.person(row.operator_name) },
    {
      key: "doing",
      label: "What",
      is_main: true,
      cell: (row) => cell.strong(doingInWords(row.doing), `${home}/${row.id}`),
    },
    { key: "about_name", label: "Organization", cell: (row) => cell.text(row.about_name) },
    { key: "details", label: "Details", is_secondary: true, cell: (row) => cell.muted(detailsOf(row.details)) },
    { key: "ip_address", label: "Address", is_secondary: true, cell: (row) => cell.muted(row.ip_address) },
  ],
  sort: "-timestamp",
  href: (row) => `${home}/${row.id}`,
  empty: () => empty("history", t("Nothing yet"), t("What operators do appears here.")),
};

async function showEntry(ctx: Ctx, id: string): Promise<Answer> {
  const entry = await find(ctx, "operator_log", id);
  // Its organization may be gone; the entry stays.
  const about = await maybeFind(ctx, "tenants", entry.about_tenant_id);
  const title = doingInWords(entry.doing);
  return page("records/show", title, {
    header: {
      title,
      subtitle: `${entry.operator_name} · ${formatInstant(entry.timestamp, ctx.tenant)}`,
      breadcrumbs: [{ label: t("Log"), href: home }],
      badges: [],
      actions: about === undefined ? [] : [link(t("To the organization"), `/tenants/${about.id}`, "building")],
    },
    stats: [],
    tabs: [],
    sections: [],
    facts: [
      ...(Object.keys(entry.details).length === 0 ? [] : [facts(t("Details"), detailFacts(entry.details, ctx))]),
      facts(t("Who and from where"), [
        [t("Who"), cell.person(entry.operator_name)],
        [t("When"), cell.text(formatInstant(entry.timestamp, ctx.tenant))],
        [t("Organization"), cell.text(entry.about_name)],
        [t("Address"), cell.text(entry.ip_address)],
        [t("Program"), cell.muted(entry.user_agent)],
      ]),
    ],
    notes: "",
    attachments: [],
  });
}

export const logPages: Route[] = [
  operatorPage(home, (ctx, incoming) => listAnswer(ctx, incoming, logList)),
  operatorPage(`${home}/:id`, (ctx, { params }) => showEntry(ctx, params["id"] ?? "")),
];
