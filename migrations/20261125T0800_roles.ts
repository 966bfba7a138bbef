import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * Roles for portal users, how far a permission reaches, and offers noted for each role. So far a permission was noted once
 * for all standard roles, which were these three.
 */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("roles", { user_type: "text = staff" });
    await schema.addColumns("role_permissions", { scope: "text = all" });
    await schema.createTables({
      offered_grants: {
        primaryKey: ["role_key", "permission"],
        columns: { role_key: "text", permission: "text" },
      },
    });
    for (const key of ["administrator", "technician", "finance"]) {
      await schema.run(
        `insert into offered_grants (tenant_id, role_key, permission)
         select tenant_id, '${key}', permission from offered_permissions`,
      );
    }
    await schema.run("drop table offered_permissions");
  },
};
