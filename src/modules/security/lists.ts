import { sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import { auditActions, auditLog } from "../../platform/access/audit.ts";
import { apiRequests } from "../../platform/access/journal.ts";
import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { allTables, labelOf, type Table, tableNamed } from "../../platform/database/columns.ts";
import { cell, empty, link, words } from "../../platform/http/cells.ts";
import type { List, ListFilter, ListQuery } from "../../platform/http/list.ts";
import { optionsOf } from "../../platform/http/options.ts";
import { declared, t } from "../../platform/language/index.ts";
import { actionTones, recordNoun, verbOf } from "./words.ts";
import { alertKinds, securityAlerts } from "./schema.ts";
import { alertTitle } from "./words.ts";

const crumbs = [{ label: "Settings", href: "/settings" }];

/** Texts that contain what was typed, in any of some columns; letters without case. */
export function containing<R>(query: ListQuery<R>, text: string, columns: readonly string[], ctx: Ctx): ListQuery<R> {
  const pattern = `%${text.replace(/[\\%_]/g, (mark) => `\\${mark}`)}%`;
  const like = sql.raw(ctx.app.database.dialect === "sqlite" ? "like" : "ilike");
  const one = (name: string) => sql<boolean>`cast(${sql.ref(name)} as text) ${like} ${pattern} escape '\\'`;
  return query.where(sql<boolean>`(${sql.join(columns.map(one), sql` or `)})`);
}

/** Days as filters: from the first moment of one to the last of another, in the reader's time zone. */
function dayFilters<R>(reference: string): ListFilter<R>[] {
  const start = (date: string, ctx: Ctx, days: number): string | null => {
    try {
      const day = Temporal.PlainDate.from(date).add({ days });
      return new Date(day.toZonedDateTime(ctx.tenant.zone).epochMilliseconds).toISOString();
    } catch {
      return null;
    }
  };
  const bounded =
    (sign: ">=" | "<", days: number): ListFilter<R>["apply"] =>
    (query, value, ctx) => {
      const instant = start(value, ctx, days);
      return instant === null ? query : query.where(sql.ref(reference), sign, instant);
    };
  return [
    { name: "from", label: t("From"), is_date: true, options: () => [], apply: bounded(">=", 0) },
    { name: "to", label: t("Until"), is_date: true, options: () => [], apply: bounded("<", 1) },
  ];
}

/** Whose doings: any of the people who sign in. */
function whoFilter<R>(reference: string): ListFilter<R> {
  return {
    name: "who",
    label: declared("Who"),
    options: (ctx) => optionsOf(ctx, "users"),
    apply: (query, value) => query.where(sql.ref(reference), "=", value),
  };
}

export interface AuditRow {
  id: string;
  timestamp: string;
  actor_name: string;
  action: string;
  entity_type: string;
  entity_id: string | null;
  new_values: Record<string, unknown> | null;
  ip_address: string;
}

export const auditList: List<AuditRow> = {
  title: "Audit log",
  subtitle: "Who did what, and when. Entries are only ever added.",
  breadcrumbs: crumbs,
  url: "/settings/audit",
  table: "audit_log",
  query: (ctx) =>
    reach(ctx, "audit_log").select([
      "audit_log.id",
      "audit_log.timestamp",
      "audit_log.actor_name",
      "audit_log.action",
      "audit_log.entity_type",
      "audit_log.entity_id",
      "audit_log.new_values",
      "audit_log.ip_address",
    ]),
  columns: [
    {
      key: "timestamp",
      label: "When",
      sort: { reference: "audit_log.timestamp", column: auditLog.columns.timestamp },
      cell: (row, ctx) => cell.instant(row.timestamp, ctx.tenant, ctx.app.clock.now()),
    },
    { key: "actor_name", label: "Who", cell: (row) => cell.person(row.actor_name) },
    {
      key: "action",
      label: "Did",
      cell: (row) => cell.badge(verbOf(row), actionTones[row.action] ?? "neutral"),
    },
    {
      key: "what",
      label: "What",
      is_main: true,
      cell: (row) => cell.strong(whatChanged(row), `/settings/audit/${row.id}`),
    },
    { key: "ip_address", label: "From", is_secondary: true, cell: (row) => cell.muted(row.ip_address) },
  ],
  filters: [
    whoFilter<AuditRow>("audit_log.user_id"),
    {
      name: "action",
      label: "Did",
      options: () => auditActions.map((value) => ({ value, label: verbOf({ action: value, new_values: null }) })),
      apply: (query, value) => query.where("audit_log.action", "=", value),
    },
    {
      name: "what",
      label: "What",
      options: () =>
        allTables()
          .filter((table) => table.isAudited || table.isSensitive)
          .map((table) => ({ value: table.name, label: recordNoun(table.name) }))
          .toSorted((one, other) => one.label.localeCompare(other.label)),
      apply: (query, value) => query.where("audit_log.entity_type", "=", value),
    },
    ...dayFilters<AuditRow>("audit_log.timestamp"),
  ],
  search: "Search names, values, ids and addresses",
  match: (query, text, ctx) => containing(query, text, matched(ctx), ctx),
  sort: "-timestamp",
  href: (row) => `/settings/audit/${row.id}`,
  actions: () => [link(t("Export CSV"), "/settings/audit/export.csv", "download")],
  empty: () => empty("history", t("Nothing yet"), t("Changes, sign-ins and exports appear here.")),
};

/** Values are searched only by those who may see all of them: a match would tell what a price is. */
function matched(ctx: Ctx): string[] {
  const columns = ["audit_log.actor_name", "audit_log.ip_address", "audit_log.entity_id"];
  const hides = allTables().some((table) =>
    Object.values(table.columns).some(
      ({ readPermission }) => readPermission !== null && !can(ctx.actor, readPermission),
    ),
  );
  return hides ? columns : [...columns, "audit_log.old_values", "audit_log.new_values"];
}

/** "Ticket: status, assignee" in one line. */
function whatChanged(row: AuditRow): string {
  const noun = recordNoun(row.entity_type);
  const name = row.new_values?.["name"] ?? row.new_values?.["title"] ?? row.new_values?.["email"];
  if (typeof name === "string" && name !== "") return `${noun}: ${name}`;
  const fields = Object.keys(row.new_values ?? {}).filter((field) => field !== "name_key");
  if (row.action !== "update" || fields.length === 0) return noun;
  const columns: Table["columns"] = tableNamed(row.entity_type)?.columns ?? {};
  const shown = fields
    .slice(0, 4)
    .map((field) => labelOf(field.replace(/_ids$/, "s"), columns[field] ?? { label: "" }));
  return `${noun}: ${shown.join(", ")}${fields.length > shown.length ? " …" : ""}`;
}

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
      sort: { reference: "api_requests.requested_at", column: apiRequests.columns.requested_at },
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
      label: "Took",
      is_numeric: true,
      is_secondary: true,
      cell: (row) => cell.text(t("{duration_ms} ms", { duration_ms: row.duration_ms })),
    },
    { key: "ip_address", label: "From", is_secondary: true, cell: (row) => cell.muted(row.ip_address) },
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
    ...dayFilters<RequestRow>("api_requests.requested_at"),
  ],
  search: "Search paths, names and addresses",
  match: (query, text, ctx) =>
    containing(query, text, ["api_requests.path", "api_requests.actor_name", "api_requests.ip_address"], ctx),
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

export interface AlertRow {
  id: string;
  alert_kind: (typeof alertKinds)[number];
  subject_name: string;
  ip_address: string;
  details: Record<string, unknown>;
  happened_at: string;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
}

export const alertList: List<AlertRow> = {
  title: "Security alerts",
  subtitle: "What somebody should look at: new devices, many failures, keys used from elsewhere, raised roles.",
  breadcrumbs: crumbs,
  url: "/settings/security-alerts",
  table: "security_alerts",
  query: (ctx) =>
    reach(ctx, "security_alerts")
      .leftJoin("users as people", "people.id", "security_alerts.acknowledged_by_id")
      .select([
        "security_alerts.id",
        "security_alerts.alert_kind",
        "security_alerts.subject_name",
        "security_alerts.ip_address",
        "security_alerts.details",
        "security_alerts.happened_at",
        "security_alerts.acknowledged_at",
        "people.name as acknowledged_by",
      ]),
  columns: [
    {
      key: "happened_at",
      label: "When",
      sort: { reference: "security_alerts.happened_at", column: securityAlerts.columns.happened_at },
      cell: (row, ctx) => cell.instant(row.happened_at, ctx.tenant, ctx.app.clock.now()),
    },
    {
      key: "what",
      label: "What",
      is_main: true,
      cell: (row) => cell.strong(alertTitle(row), `/settings/security-alerts/${row.id}`),
    },
    { key: "ip_address", label: "From", is_secondary: true, cell: (row) => cell.muted(row.ip_address) },
    {
      key: "state",
      label: "State",
      cell: (row) =>
        row.acknowledged_at === null
          ? cell.badge(t("Open"), "warning")
          : cell.badge(t("Looked at by {name}", { name: row.acknowledged_by ?? "–" }), "neutral"),
    },
  ],
  filters: [
    {
      name: "kind",
      label: "Kind",
      options: () => alertKinds.map((value) => ({ value, label: words(value) })),
      apply: (query, value) => query.where("security_alerts.alert_kind", "=", value),
    },
    {
      name: "state",
      label: "State",
      options: () => [
        { value: "open", label: t("Open") },
        { value: "done", label: t("Looked at") },
      ],
      apply: (query, value) => query.where("security_alerts.acknowledged_at", value === "open" ? "is" : "is not", null),
    },
    ...dayFilters<AlertRow>("security_alerts.happened_at"),
  ],
  sort: "-happened_at",
  href: (row) => `/settings/security-alerts/${row.id}`,
  isBold: (row) => row.acknowledged_at === null,
  empty: () =>
    empty(
      "shield",
      t("Nothing to look at"),
      t("New devices, many failed sign-ins and raised roles would appear here."),
    ),
};
