import { sql } from "kysely";
import { platformPermission } from "../../../platform/access/platform.ts";
import { reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { anyContains } from "../../../platform/database/containing.ts";
import { cell, empty, formatBytes, link } from "../../../platform/http/pages/cells.ts";
import { type List, listAnswer } from "../../../platform/http/lists/list.ts";
import type { Route } from "../../../platform/http/route.ts";
import type { CellModel } from "../../../platform/http/models/lists.ts";
import { t } from "../../../platform/language/index.ts";
import { tenants } from "../../../platform/tenants.ts";
import { measureAll } from "../usage.ts";

export interface TenantRow {
  id: string;
  name: string;
  plan: string | null;
  created_at: string;
  suspended_at: string | null;
  deleting_at: string | null;
  domain: string | null;
  staff: number | null;
  storage: number | null;
  requests: number | null;
}

/** Where an organization stands, in a word. */
export function stateCell(row: { suspended_at: string | null; deleting_at: string | null }): CellModel {
  if (row.deleting_at !== null) return cell.badge(t("Being deleted"), "error");
  return row.suspended_at === null ? cell.badge(t("Active"), "success") : cell.badge(t("Suspended"), "warning");
}

const latest = (column: "staff_count" | "storage_kb") => sql<number | null>`(
  select ${sql.ref(`u.${column}`)} from tenant_usage u
  where u.for_tenant_id = tenants.id and u.measured_at is not null order by u.used_on desc limit 1)`;

const tenantList: List<TenantRow> = {
  title: "Organizations",
  subtitle: "Everybody who works on this installation.",
  url: "/tenants",
  table: "tenants",
  query: (ctx: Ctx) =>
    reach(ctx, "tenants").select((eb) => [
      "tenants.id",
      "tenants.name",
      "tenants.plan",
      "tenants.created_at",
      "tenants.suspended_at",
      "tenants.deleting_at",
      eb
        .selectFrom("tenant_domains")
        .select("tenant_domains.domain")
        .whereRef("tenant_domains.domain_tenant_id", "=", "tenants.id")
        .where("tenant_domains.is_primary", "=", true)
        .limit(1)
        .as("domain"),
      latest("staff_count").as("staff"),
      latest("storage_kb").as("storage"),
      eb
        .selectFrom("tenant_usage")
        .select((of) => of.fn.sum<number | null>("tenant_usage.request_count").as("n"))
        .whereRef("tenant_usage.for_tenant_id", "=", "tenants.id")
        .where("tenant_usage.used_on", ">=", `${ctx.app.clock.now().slice(0, 7)}-01`)
        .as("requests"),
    ]),
  search: "Name or host name",
  match: (query, text, ctx) => {
    const { dialect } = ctx.app.database;
    return query.where((eb) =>
      eb.or([
        anyContains(["tenants.name"], text, dialect),
        eb.exists(
          eb
            .selectFrom("tenant_domains as d")
            .select("d.domain")
            .whereRef("d.domain_tenant_id", "=", "tenants.id")
            .where(anyContains(["d.domain"], text, dialect)),
        ),
      ]),
    );
  },
  columns: [
    {
      key: "name",
      label: "Name",
      sort: { reference: "tenants.name", column: tenants.columns.name },
      cell: (row) => cell.strong(row.name, `/tenants/${row.id}`),
    },
    { key: "domain", label: "Host name", cell: (row) => cell.text(row.domain) },
    { key: "state", label: "State", cell: (row) => stateCell(row) },
    { key: "plan", label: "Plan", is_secondary: true, cell: (row) => cell.text(row.plan) },
    { key: "staff", label: "Staff", is_numeric: true, is_secondary: true, cell: (row) => cell.number(row.staff) },
    {
      key: "storage",
      label: "Storage",
      is_numeric: true,
      is_secondary: true,
      cell: (row) => cell.number(row.storage === null ? null : formatBytes(row.storage * 1000)),
    },
    {
      key: "requests",
      label: "API requests this month",
      is_numeric: true,
      is_secondary: true,
      cell: (row) => cell.number(row.requests),
    },
    {
      key: "created_at",
      label: "Since",
      is_secondary: true,
      sort: { reference: "tenants.created_at", column: tenants.columns.created_at },
      cell: (row, ctx) => cell.instant(row.created_at, ctx.tenant, ctx.app.clock.now()),
    },
  ],
  filters: [
    {
      name: "state",
      label: "State",
      options: () => [
        { value: "active", label: t("Active") },
        { value: "suspended", label: t("Suspended") },
      ],
      apply: (query, value) =>
        value === "active"
          ? query.where("tenants.suspended_at", "is", null)
          : query.where("tenants.suspended_at", "is not", null),
    },
  ],
  sort: "name",
  href: (row) => `/tenants/${row.id}`,
  actions: () => [link(t("New organization"), "/tenants/new", "plus", "primary")],
  empty: () =>
    empty(
      "building",
      t("No organization yet"),
      t("Each gets a host name, data of its own, and a link that makes its first administrator."),
      link(t("New organization"), "/tenants/new", "plus", "primary"),
    ),
};

export const tenantListPage: Route = {
  method: "GET",
  path: "/tenants",
  door: "operator",
  permission: platformPermission,
  handle: async (ctx, incoming) => {
    await measureAll(ctx.app);
    return listAnswer(ctx, incoming, tenantList);
  },
};
