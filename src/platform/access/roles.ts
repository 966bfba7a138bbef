import type { Work } from "../context.ts";
import { insert } from "../database/records.ts";
import { newId } from "../ids.ts";
import type { StandardRole } from "../module.ts";
import { roles } from "./schema.ts";

const standardRoles: Record<StandardRole, { name: string; description: string }> = {
  administrator: {
    name: "Administrator",
    description: "Everything in this organization, including its settings and its people.",
  },
  technician: { name: "Technician", description: "Service delivery: tickets, time and the clients' records." },
  finance: { name: "Finance", description: "Billing, payments and financial reports." },
};

/**
 * Makes the standard roles and offers them the permissions they have not been offered before: a new organization gets all
 * of them, an upgraded one the new ones, and what somebody took away stays away.
 */
export async function offerPermissions(work: Work): Promise<void> {
  const { permissions, grants } = work.app.registry;
  const ids: Partial<Record<StandardRole, string>> = {};
  for (const key of Object.keys(standardRoles) as StandardRole[]) {
    const known = await work.db.selectFrom("roles").select("id").where("role_key", "=", key).executeTakeFirst();
    ids[key] = known?.id ?? (await insert(work, roles, { id: newId(), role_key: key, ...standardRoles[key] })).id;
  }
  const offered = await work.db.selectFrom("offered_permissions").select("permission").execute();
  const seen = new Set(offered.map((row) => row.permission));
  for (const permission of permissions.keys()) {
    if (seen.has(permission)) continue;
    await work.db.insertInto("offered_permissions").values({ permission }).execute();
    for (const [key, id] of Object.entries(ids)) {
      if (!grants[key as StandardRole].has(permission)) continue;
      await work.db.insertInto("role_permissions").values({ role_id: id, permission }).execute();
    }
  }
}
