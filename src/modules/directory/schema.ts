import { col, defaulted, link, readOnly, record, secret, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";
import type { SyncResult } from "./rules.ts";

/** The Active Directory that keeps the staff's passwords (PRD 3.1.1). One row a tenant, once somebody has entered one. */
export const directorySettings = table(
  "directory_settings",
  {
    ...record,
    host: col.text({ label: "Server", maxLength: 253 }),
    port: defaulted(col.integer(), 636),
    /** Passwords never travel in the open, so there is no "none". */
    security: defaulted(col.enum(["tls", "starttls"] as const), "tls" as const),
    /** PEM; null: an authority that this machine knows. */
    ca_certificate: col.maybe.text({ label: "Certificate authority", maxLength: 20_000, isMultiLine: true }),
    /** Below which people and groups are looked for. */
    base_dn: col.text({ label: "Search below", maxLength: 1000 }),
    /** As whom Purser looks people up: a distinguished name, or `name@domain`. */
    bind_name: col.text({ label: "User name", maxLength: 1000 }),
    password_sealed: secret(col.maybe.text({ maxLength: 2000, sealedFor: "directory-settings" })),
    /** Whose addresses are looked up there: lower case, with a space between. */
    email_domains: col.text({ label: "E-mail domains", maxLength: 1000 }),
    is_active: defaulted(col.boolean({ label: "In use" }), true),
    synced_at: readOnly(col.maybe.instant({ label: "Last compared" })),
    /** Why the latest comparison failed; empty: it did not. */
    sync_problem: defaulted(readOnly(col.text({ maxLength: 1000 })), ""),
    sync_result: readOnly(col.maybe.json<SyncResult>()),
  },
  { noun: "directory settings", isConfiguration: true, readPermission: "staff.manage" },
);

/** Which group's members have which role. */
export const directoryGroups = table(
  "directory_groups",
  { ...link, role_id: col.ref("roles"), group_dn: col.text({ maxLength: 1000 }) },
  { isAudited: false, isConfiguration: true, readPermission: "staff.manage" },
);

/** Whose password the directory keeps, and who they are there. */
export const directoryPeople = table(
  "directory_people",
  { ...link, user_id: col.ref("users"), object_guid: col.text({ maxLength: 36 }) },
  { isAudited: false, readPermission: "staff.manage" },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    directory_settings: TableType<typeof directorySettings>;
    directory_groups: TableType<typeof directoryGroups>;
    directory_people: TableType<typeof directoryPeople>;
  }
}
