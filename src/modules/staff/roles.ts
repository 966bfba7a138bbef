import { Type } from "@sinclair/typebox";
import { writeAuditEntry } from "../../platform/access/audit.ts";
import { find } from "../../platform/access/reach.ts";
import { roles } from "../../platform/access/schema.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import { fromEdge } from "../../platform/database/edge.ts";
import { update } from "../../platform/database/records.ts";
import { conflict, invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";

const target = { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) };

/** Sets the roles of a user; only roles for people of that kind count. */
export async function setRoles(work: Work, userId: string, roleIds: readonly string[]): Promise<void> {
  const user = await work.db.selectFrom("users").select("user_type").where("id", "=", userId).executeTakeFirstOrThrow();
  const known = await work.db.selectFrom("roles").select("id").where("user_type", "=", user.user_type).execute();
  if (roleIds.some((id) => !known.some((role) => role.id === id)))
    throw invalidField("role_ids", t("This role does not exist."), "not_found");
  const before = await work.db
    .selectFrom("user_roles")
    .select("role_id")
    .where("user_id", "=", userId)
    .orderBy("role_id")
    .execute();
  const [old, wanted] = [before.map((row) => row.role_id), [...new Set(roleIds)].toSorted()];
  if (Bun.deepEquals(old, wanted)) return;
  await work.db.deleteFrom("user_roles").where("user_id", "=", userId).execute();
  if (wanted.length > 0) {
    await work.db
      .insertInto("user_roles")
      .values(wanted.map((role_id) => ({ user_id: userId, role_id })))
      .execute();
  }
  await writeAuditEntry(work, "update", "users", userId, { role_ids: old }, { role_ids: wanted });
}

/** Without anybody who can sign in and manage staff, nobody could ever let a person in again. */
export async function keepAnAdministrator(work: Work): Promise<void> {
  const left = await work.db
    .selectFrom("users")
    .innerJoin("user_roles", "user_roles.user_id", "users.id")
    .innerJoin("role_permissions", "role_permissions.role_id", "user_roles.role_id")
    .select("users.id")
    .where("role_permissions.permission", "=", "staff.manage")
    .where("users.deactivated_at", "is", null)
    .where("users.password_hash", "is not", null)
    .limit(1)
    .executeTakeFirst();
  if (left === undefined) throw conflict(t("This would leave nobody who may manage staff."), "last_administrator");
}

interface RoleInput {
  id: string;
  version?: number;
  name?: string;
  description?: string;
  is_mfa_required?: boolean;
  permissions?: string[];
}

/** Changes what a role may do. The administrators' role keeps everything. */
export const updateRole = action({
  name: "roles.update",
  permission: "staff.manage",
  input: Type.Object(
    {
      ...target,
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
      description: Type.Optional(Type.String({ maxLength: 1000 })),
      is_mfa_required: Type.Optional(Type.Boolean()),
      permissions: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 500 })),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: RoleInput) => {
    const role = await find(work, "roles", input.id);
    const { permissions, ...values } = input;
    if (permissions !== undefined) {
      if (role.role_key === "administrator")
        throw conflict(t("The administrators' role always has every permission."), "fixed_role");
      const unknown = permissions.find((name) => !work.app.registry.permissions.has(name));
      if (unknown !== undefined)
        throw invalidField("permissions", t("There is no permission {name}.", { name: unknown }), "not_found");
      await setPermissions(work, role.id, permissions);
      await keepAnAdministrator(work);
    }
    return update(work, roles, role.id, fromEdge(roles, values, work.tenant.currency), input.version);
  },
});

async function setPermissions(work: Work, roleId: string, permissions: readonly string[]): Promise<void> {
  const before = await work.db
    .selectFrom("role_permissions")
    .select("permission")
    .where("role_id", "=", roleId)
    .execute();
  const [old, wanted] = [before.map((row) => row.permission).toSorted(), [...new Set(permissions)].toSorted()];
  if (Bun.deepEquals(old, wanted)) return;
  await work.db.deleteFrom("role_permissions").where("role_id", "=", roleId).execute();
  if (wanted.length > 0) {
    await work.db
      .insertInto("role_permissions")
      .values(wanted.map((permission) => ({ role_id: roleId, permission })))
      .execute();
  }
  await writeAuditEntry(work, "update", "roles", roleId, { permissions: old }, { permissions: wanted });
}
