import { reach } from "../../../platform/access/reach.ts";
import type { AnyAction } from "../../../platform/action.ts";
import { cell, empty, words } from "../../../platform/http/pages/cells.ts";
import { dayFilters } from "../../../platform/http/lists/kinds.ts";
import type { List } from "../../../platform/http/lists/list.ts";
import { t } from "../../../platform/language/index.ts";
import { acknowledgeAlert } from "../actions.ts";
import { alertKinds, securityAlerts } from "../schema.ts";
import { alertTitle } from "../words.ts";
import { crumbs } from "./shared.ts";

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
  subtitle:
    "What needs attention: new devices, repeated failed sign-ins, keys used from new addresses, elevated roles.",
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
    { key: "ip_address", label: "IP address", is_secondary: true, cell: (row) => cell.muted(row.ip_address) },
    {
      key: "state",
      label: "State",
      cell: (row) =>
        row.acknowledged_at === null
          ? cell.badge(t("Open"), "warning")
          : cell.badge(t("Acknowledged by {name}", { name: row.acknowledged_by ?? "–" }), "neutral"),
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
        { value: "done", label: t("Acknowledged") },
      ],
      apply: (query, value) => query.where("security_alerts.acknowledged_at", value === "open" ? "is" : "is not", null),
    },
    ...dayFilters<AlertRow>("security_alerts.happened_at", "instant"),
  ],
  bulk: [{ key: "acknowledge", label: "Acknowledge", icon: "check", action: acknowledgeAlert as unknown as AnyAction }],
  sort: "-happened_at",
  href: (row) => `/settings/security-alerts/${row.id}`,
  isBold: (row) => row.acknowledged_at === null,
  empty: () =>
    empty("shield", t("No alerts"), t("New devices, repeated failed sign-ins and elevated roles appear here.")),
};
