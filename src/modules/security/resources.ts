import { auditLog } from "../../platform/access/audit.ts";
import { apiRequests } from "../../platform/access/access-log.ts";
import { resource } from "../../platform/resource.ts";
import { shownValues } from "./changes.ts";
import { inAudit } from "./lists/audit.ts";
import { inRequests } from "./lists/requests.ts";
import { securityAlerts } from "./schema.ts";

type Values = Record<string, unknown> | null;

export const auditResource = resource({
  type: "audit_log",
  table: auditLog,
  permission: "audit.read",
  sort: "-timestamp",
  searched: inAudit,
  // What somebody may not see of a record stays hidden in its history too.
  extend: async (ctx, rows) =>
    rows.map((row) => ({
      old_values: shownValues(ctx, String(row["entity_type"]), row["old_values"] as Values),
      new_values: shownValues(ctx, String(row["entity_type"]), row["new_values"] as Values),
    })),
  calculated: ["new_values", "old_values"],
});

export const requestResource = resource({
  type: "api_requests",
  table: apiRequests,
  permission: "audit.read",
  sort: "-requested_at",
  searched: inRequests,
});

export const alertResource = resource({
  type: "security_alerts",
  table: securityAlerts,
  permission: "audit.read",
  sort: "-happened_at",
});
