import { reach } from "../../platform/access/reach.ts";
import { cell, empty, link, words } from "../../platform/http/pages/cells.ts";
import type { List, ListQuery } from "../../platform/http/lists/list.ts";
import { t } from "../../platform/language/index.ts";
import { eventGroup, eventName } from "../events/index.ts";
import { allOf, moduleOf } from "./rules.ts";
import { deliveryStatuses, webhookDeliveries, webhookEndpoints } from "./schema.ts";

export const home = "/settings/webhooks";

interface EndpointRow {
  id: string;
  url: string;
  description: string;
  is_active: boolean;
  is_all_events: boolean;
  event_names: string[];
  failing_since: string | null;
  disabled_at: string | null;
  created_at: string;
}

/** How an endpoint stands, in a word and a colour. */
export function endpointState(row: Pick<EndpointRow, "is_active" | "failing_since" | "disabled_at">): [string, string] {
  if (row.disabled_at !== null && !row.is_active) return [t("Switched off by Purser"), "error"];
  if (!row.is_active) return [t("Off"), "neutral"];
  return row.failing_since === null ? [t("Active"), "success"] : [t("Failing"), "warning"];
}

/** Which events, in words. */
function eventsWords({ is_all_events, event_names }: Pick<EndpointRow, "is_all_events" | "event_names">): string {
  if (is_all_events) return t("All events");
  return event_names.length <= 3
    ? event_names.map(askedName).join(", ")
    : t("{count, plural, one {# choice} other {# choices}}", { count: event_names.length });
}

/** What an endpoint has asked for: an event, or all of a module. */
export const askedName = (name: string): string =>
  name === allOf(moduleOf(name)) ? t("{module}: all", { module: eventGroup(moduleOf(name)) }) : eventName(name);

export const endpointList: List<EndpointRow> = {
  title: "Webhooks",
  subtitle: "Tells other systems what happens here, signed and tried again until it has arrived.",
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  url: home,
  table: "webhook_endpoints",
  query: (ctx) =>
    reach(ctx, "webhook_endpoints").select([
      "webhook_endpoints.id",
      "webhook_endpoints.url",
      "webhook_endpoints.description",
      "webhook_endpoints.is_active",
      "webhook_endpoints.is_all_events",
      "webhook_endpoints.event_names",
      "webhook_endpoints.failing_since",
      "webhook_endpoints.disabled_at",
      "webhook_endpoints.created_at",
    ]),
  columns: [
    { key: "url", label: "Address", is_main: true, cell: (row) => cell.strong(row.url, `${home}/${row.id}`) },
    { key: "description", label: "Description", is_secondary: true, cell: (row) => cell.text(row.description) },
    { key: "events", label: "Events", cell: (row) => cell.text(eventsWords(row)) },
    { key: "state", label: "State", cell: (row) => cell.badge(...endpointState(row)) },
    {
      key: "created_at",
      label: "Added",
      is_secondary: true,
      sort: { reference: "webhook_endpoints.created_at", column: webhookEndpoints.columns.created_at },
      cell: (row, ctx) => cell.instant(row.created_at, ctx.tenant, ctx.app.clock.now()),
    },
  ],
  sort: "-created_at",
  href: (row) => `${home}/${row.id}`,
  actions: () => [link(t("New webhook"), `${home}/new`, "plus", "primary")],
  empty: () =>
    empty(
      "link",
      t("No webhooks yet"),
      t("Add the address of a system that wants to know what happens here."),
      link(t("New webhook"), `${home}/new`, "plus", "primary"),
    ),
};

export interface DeliveryRow {
  id: string;
  event_name: string;
  delivery_status: string;
  attempts: number;
  response_status: number | null;
  last_error: string;
  created_at: string;
}

export const deliveryTones: Record<string, string> = {
  delivered: "success",
  queued: "info",
  sending: "info",
  failed: "error",
};

/** The deliveries of one endpoint. */
export const deliveryList = (endpointId: string, url: string): List<DeliveryRow> => ({
  title: t("Deliveries"),
  subtitle: url,
  breadcrumbs: [
    { label: t("Settings"), href: "/settings" },
    { label: t("Webhooks"), href: home },
    { label: url, href: `${home}/${endpointId}` },
  ],
  url: `${home}/${endpointId}/deliveries`,
  table: "webhook_deliveries",
  query: (ctx) =>
    reach(ctx, "webhook_deliveries")
      .select([
        "webhook_deliveries.id",
        "webhook_deliveries.event_name",
        "webhook_deliveries.delivery_status",
        "webhook_deliveries.attempts",
        "webhook_deliveries.response_status",
        "webhook_deliveries.last_error",
        "webhook_deliveries.created_at",
      ])
      .where("webhook_deliveries.webhook_endpoint_id", "=", endpointId) as unknown as ListQuery<DeliveryRow>,
  columns: [
    {
      key: "created_at",
      label: t("Queued"),
      sort: { reference: "webhook_deliveries.created_at", column: webhookDeliveries.columns.created_at },
      cell: (row, ctx) => cell.instant(row.created_at, ctx.tenant, ctx.app.clock.now()),
    },
    {
      key: "event_name",
      label: t("Event"),
      cell: (row) => cell.strong(eventName(row.event_name), `/settings/webhook-deliveries/${row.id}`),
    },
    {
      key: "delivery_status",
      label: t("State"),
      cell: (row) => cell.badge(words(row.delivery_status), deliveryTones[row.delivery_status] ?? "neutral"),
    },
    { key: "response_status", label: t("Answer"), cell: (row) => cell.number(row.response_status) },
    {
      key: "attempts",
      label: t("Attempts"),
      is_secondary: true,
      is_numeric: true,
      cell: (row) => cell.number(row.attempts),
    },
    { key: "last_error", label: t("Problem"), is_secondary: true, cell: (row) => cell.muted(row.last_error) },
  ],
  filters: [
    {
      name: "state",
      label: t("State"),
      is_multiple: true,
      options: () => deliveryStatuses.map((value) => ({ value, label: words(value) })),
      apply: (query, _value, _ctx, values) => query.where("webhook_deliveries.delivery_status", "in", [...values]),
    },
  ],
  sort: "-created_at",
  href: (row) => `/settings/webhook-deliveries/${row.id}`,
  empty: () =>
    empty("send", t("Nothing sent yet"), t("What happens from now on is sent there; a test can be sent at once.")),
});
