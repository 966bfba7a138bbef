import { roles, users } from "../../src/platform/access/schema.ts";
import type { Ctx } from "../../src/platform/context.ts";
import { inUnit } from "../../src/platform/context.ts";
import { insert } from "../../src/platform/database/records.ts";
import { newId } from "../../src/platform/ids.ts";
import { setRoles } from "../../src/modules/staff/index.ts";
import type { TestTenant } from "../support/program.ts";

/** Somebody of the staff whose only role holds exactly these permissions. */
export async function personWith(tenant: TestTenant, permissions: readonly string[]): Promise<Ctx> {
  const id = await inUnit(tenant.system, async (work) => {
    const role = await insert(work, roles, { name: `Role ${newId()}` });
    for (const permission of permissions)
      await work.db.insertInto("role_permissions").values({ role_id: role.id, permission, scope: "all" }).execute();
    const email = `${newId()}@${tenant.host}`;
    const user = await insert(work, users, { user_type: "staff", name: "Narrow Nel", email, password_hash: "x" });
    await setRoles(work, user.id, [role.id]);
    return user.id;
  });
  return tenant.actorContext(id);
}
