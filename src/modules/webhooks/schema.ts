import { col, defaulted, readOnly, record, secret, table, texts } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

const readPermission = "webhooks.manage";

/** Where events are sent. */
export const webhookEndpoints = table(
  "webhook_endpoints",
  {
    ...record,
    url: col.text({ maxLength: 2000, format: "url", label: "Address" }),
    description: defaulted(col.text(), ""),
    is_active: defaulted(col.boolean({ label: "Active" }), true),
    is_all_events: defaulted(col.boolean({ label: "All events" }), false),
    /** Which events, unless it gets all. */
    event_names: defaulted(readOnly(col.json<string[]>({ label: "Events", shape: texts })), []),
    secret_sealed: secret(col.text({ maxLength: 2000, sealedFor: "webhook-secret" })),
    /** The secret before the last change; signs as well until then, so that receivers have time to learn the new one. */
    previous_secret_sealed: secret(col.maybe.text({ maxLength: 2000, sealedFor: "webhook-secret" })),
    previous_secret_until: readOnly(col.maybe.instant()),
    /** Since when nothing has arrived any more. */
    failing_since: readOnly(col.maybe.instant()),
    /** Set when Purser has switched it off by itself. */
    disabled_at: readOnly(col.maybe.instant()),
    disabled_reason: defaulted(readOnly(col.text({ maxLength: 2000 })), ""),
  },
  { noun: "webhook", readPermission },
);

export const deliveryStatuses = ["queued", "sending", "delivered", "failed"] as const;

/** An event on its way to an endpoint. The body is made once, so that each attempt sends the same bytes. */
export const webhookDeliveries = table(
  "webhook_deliveries",
  {
    ...record,
    webhook_endpoint_id: col.ref("webhook_endpoints"),
    /** The event may have been cleared away since. */
    event_id: col.id(),
    event_name: col.text(),
    body: col.text({ maxLength: 1_000_000 }),
    delivery_status: col.enum(deliveryStatuses, { label: "State" }),
    attempts: defaulted(col.integer(), 0),
    next_attempt_at: col.maybe.instant(),
    claim_token: col.maybe.text(),
    lease_until: col.maybe.instant(),
    delivered_at: col.maybe.instant({ label: "Delivered" }),
    response_status: col.maybe.integer(),
    last_error: defaulted(col.text({ maxLength: 2000 }), ""),
  },
  { noun: "delivery", isAudited: false, readPermission },
);

/** Each attempt, with what the other side answered. */
export const webhookAttempts = table(
  "webhook_attempts",
  {
    ...record,
    webhook_delivery_id: col.ref("webhook_deliveries"),
    attempted_at: col.instant(),
    duration_milliseconds: col.integer(),
    response_status: col.maybe.integer(),
    /** The first bytes of the answer. */
    response_body: defaulted(col.text({ maxLength: 2000 }), ""),
    problem: defaulted(col.text({ maxLength: 2000 }), ""),
  },
  { noun: "attempt", isAudited: false, readPermission },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    webhook_endpoints: TableType<typeof webhookEndpoints>;
    webhook_deliveries: TableType<typeof webhookDeliveries>;
    webhook_attempts: TableType<typeof webhookAttempts>;
  }
}
