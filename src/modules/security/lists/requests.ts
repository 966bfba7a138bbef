import type { RawBuilder } from "kysely";
import { can } from "../../../platform/access/actor.ts";
import { apiRequests } from "../../../platform/access/access-log.ts";
import { reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { anyContains } from "../../../platform/database/containing.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import { dayFilters } from "../../../platform/http/lists/kinds.ts";
import type { List } from "../../../platform/http/lists/list.ts";
import { t } from "../../../platform/language/index.ts";
import { crumbs, whoFilter } from "./shared.ts";

export interface RequestRow {
  id: string;
  requested_at: string;
  method: string;
  path: string;
  status_code: number;
  duration_ms: number;
  actor_name: string;
  ip_address: string;
  user_agent: string;
}

/** The person's name holds the key's as well: "Ada Boss (API key Reports)". */
export const inRequests = async (ctx: Ctx, text: string): Promise<RawBuilder<boolean>> =>
  anyContains(
    ["api_requests.path", "api_requests.actor_name", "api_requests.ip_address"],
    text,
    ctx.app.database.dialect,
  );

export const requestList: List<RequestRow> = {
  title: "API requests",
  subtitle: "Who asked the API for what, and how it was answered.",
  breadcrumbs: crumbs,
  url: "/settings/api-requests",
  table: "api_requests",
  query: (ctx) =>
    reach(ctx, "api_requests").select([
      "api_requests.id",
      "api_requests.requested_at",
      "api_requests.method",
      "api_requests.path",
      "api_requests.status_code",
      "api_requests.duration_ms",
      "api_requests.actor_name",
      "api_requests.ip_address",
      "api_requests.user_agent",
    ]),
  columns: [
    {
      key: "requested_at",
      label: "When",
      sort: {
        reference: "api_requests.requested_at",
        column: apiRequests.columns.requested_at,
        window: { table: "api_requests", along: "key" },
      },
      cell: (row, ctx) => cell.instant(row.requested_at, ctx.tenant, ctx.app.clock.now()),
    },
    { key: "actor_name", label: "Who", cell: (row) => cell.person(row.actor_name) },
    { key: "request", label: "Request", is_main: true, cell: (row) => cell.text(`${row.method} ${row.path}`) },
    {
      key: "status_code",
      label: "Answer",
      cell: (row) => cell.badge(String(row.status_code), statusTone(row.status_code)),
    },
    {
      key: "duration_ms",
      label: "Duration",
      is_numeric: true,
      is_secondary: true,
      cell: (row) => cell.text(t("{duration_ms} ms", { duration_ms: row.duration_ms })),
    },
    { key: "ip_address", label: "IP address", is_secondary: true, cell: (row) => cell.muted(row.ip_address) },
  ],
  filters: [
    whoFilter<RequestRow>("api_requests.user_id"),
    {
      name: "answer",
      label: "Answer",
      options: () => [
        { value: "2", label: t("Done (2xx)") },
        { value: "4", label: t("Refused (4xx)") },
        { value: "5", label: t("Failed (5xx)") },
      ],
      apply: (query, value) => {
        const first = Number(value) * 100;
        return Number.isInteger(first)
          ? query.where("api_requests.status_code", ">=", first).where("api_requests.status_code", "<", first + 100)
          : query;
      },
    },
    ...dayFilters<RequestRow>("api_requests.requested_at", "instant"),
  ],
  search: "Search paths, names and addresses",
  match: async (query, text, ctx) => query.where(await inRequests(ctx, text)),
  sort: "-requested_at",
  href: () => "",
  actions: (ctx) => [
    ...(can(ctx.actor, "security.manage")
      ? [link(t("How long it is kept"), "/settings/api-requests/keep", "clock")]
      : []),
    link(t("Export CSV"), "/settings/api-requests/export.csv", "download"),
  ],
  empty: () => empty("server", t("Nothing yet"), t("Requests of programs with a key or a token appear here.")),
};

function statusTone(status: number): string {
  if (status < 300) return "success";
  if (status < 400) return "info";
  return status < 500 ? "warning" : "error";
}
