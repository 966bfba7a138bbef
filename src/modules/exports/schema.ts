import { col, defaulted, readOnly, record, secret, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

/** Everything of the organization as one archive, built in the background and kept for some days. */
export const dataExports = table(
  "data_exports",
  {
    ...record,
    export_status: readOnly(
      defaulted(col.enum(["waiting", "building", "ready", "failed", "expired"] as const), "waiting" as const),
    ),
    done_count: readOnly(defaulted(col.integer(), 0)),
    total_count: readOnly(defaulted(col.integer(), 0)),
    result_kb: readOnly(defaulted(col.integer({ label: "Size in kB" }), 0)),
    expires_at: readOnly(col.maybe.instant()),
    lease_until: readOnly(col.maybe.instant()),
    claim_token: secret(readOnly(col.maybe.text())),
    last_error: readOnly(defaulted(col.text({ maxLength: 2000 }), "")),
    created_by_id: readOnly(col.maybe.ref("users")),
  },
  { noun: "export", readPermission: "data.export" },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    data_exports: TableType<typeof dataExports>;
  }
}
