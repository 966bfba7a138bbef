import { col, defaulted, readOnly, record, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

/** What somebody should look at (PRD 3.18 "Security alerts"). */
export const alertKinds = [
  "new_device",
  "many_failures",
  "key_from_new_address",
  "key_refused_at_address",
  "role_raised",
  "refresh_token_reused",
  "second_factor_reset",
] as const;
export type AlertKind = (typeof alertKinds)[number];

export const securityAlerts = table(
  "security_alerts",
  {
    ...record,
    alert_kind: readOnly(col.enum(alertKinds, { label: "Kind" })),
    /** Whose account it is about; null when nobody's: many failures from one address. */
    user_id: readOnly(col.maybe.ref("users")),
    /** What it is about in words: a person's name, a key's, an address that was tried. */
    subject_name: readOnly(col.text({ label: "About" })),
    ip_address: readOnly(col.text({ label: "From" })),
    user_agent: readOnly(col.text({ maxLength: 1000, label: "Program" })),
    details: defaulted(readOnly(col.json<Record<string, unknown>>()), {}),
    happened_at: readOnly(col.instant({ label: "Happened" })),
    acknowledged_at: readOnly(col.maybe.instant({ label: "Acknowledged" })),
    acknowledged_by_id: readOnly(col.maybe.ref("users", { label: "Acknowledged by" })),
  },
  { noun: "security alert", readPermission: "audit.read" },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    security_alerts: TableType<typeof securityAlerts>;
  }
}
