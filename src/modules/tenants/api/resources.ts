import { platformPermission } from "../../../platform/access/platform.ts";
import { reading } from "../../../platform/context.ts";
import { noId } from "../../../platform/ids.ts";
import { resource } from "../../../platform/resource.ts";
import { tenants } from "../../../platform/tenants.ts";
import { operatorLog, tenantTasks } from "../schema.ts";

/** What operators look at over their API. */

export const tenantResource = resource({
  type: "tenants",
  table: tenants,
  permission: platformPermission,
  sort: "name",
  calculated: ["state", "domains"],
  extend: async (ctx, rows) => {
    const ids = rows.map((row) => String(row["id"]));
    const domains = await reading(ctx, ({ db }) =>
      db
        .selectFrom("tenant_domains")
        .select(["domain", "is_primary", "domain_tenant_id"])
        .where("domain_tenant_id", "in", ids.length === 0 ? [noId] : ids)
        .orderBy("is_primary", "desc")
        .orderBy("domain")
        .execute(),
    );
    return rows.map((row) => ({
      state: row["deleting_at"] != null ? "deleting" : row["suspended_at"] != null ? "suspended" : "active",
      domains: domains
        .filter((one) => one.domain_tenant_id === row["id"])
        .map(({ domain, is_primary }) => ({ domain, is_primary })),
    }));
  },
});

export const taskResource = resource({
  type: "tenant_tasks",
  table: tenantTasks,
  permission: platformPermission,
  sort: "-created_at",
});

export const logResource = resource({
  type: "operator_log",
  table: operatorLog,
  permission: platformPermission,
  sort: "-timestamp",
});
