import { col, defaulted, link, readOnly, record, secret, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

/** How an organization takes payments online (PRD 3.10.2 `PaymentGatewayConfig`). One row a provider. */
export const paymentGatewayConfigs = table(
  "payment_gateway_configs",
  {
    ...record,
    provider: readOnly(col.enum(["stripe", "authorize_net", "paypal"] as const)),
    is_active: defaulted(col.boolean({ label: "In use" }), false),
    /** Found out from the key, never asked for. */
    is_test_mode: readOnly(defaulted(col.boolean({ label: "Test mode" }), true)),
    /** The keys, sealed: see `config.ts`. */
    config_sealed: secret(col.text({ maxLength: 5000, sealedFor: "payment-gateway" })),
  },
  { noun: "payment gateway", readPermission: "settings.manage" },
);

/** A payment page that was opened for an invoice. Its id is the idempotency key that the gateway gets. */
export const checkoutSessions = table(
  "checkout_sessions",
  {
    ...record,
    invoice_id: readOnly(col.ref("invoices")),
    provider_session_id: readOnly(col.maybe.text()),
    checkout_status: readOnly(defaulted(col.enum(["open", "paid", "expired"] as const), "open" as const)),
    amount: readOnly(col.money()),
    currency: readOnly(col.text()),
    checkout_url: readOnly(col.maybe.text({ maxLength: 2000 })),
    expires_at: readOnly(col.instant()),
    payment_id: readOnly(col.maybe.ref("payments")),
    /** The invoice's id while the page is open: an invoice never has two pages that could both be paid. */
    open_key: secret(col.maybe.text()),
  },
  { noun: "checkout session", readPermission: "billing.read" },
);

/** Events of the gateway that have been taken: each takes effect once. */
export const gatewayEvents = table(
  "gateway_events",
  { ...link, provider_event_id: col.text(), event_name: col.text(), received_at: col.instant() },
  { isAudited: false, readPermission: "settings.manage" },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    payment_gateway_configs: TableType<typeof paymentGatewayConfigs>;
    checkout_sessions: TableType<typeof checkoutSessions>;
    gateway_events: TableType<typeof gatewayEvents>;
  }
}
