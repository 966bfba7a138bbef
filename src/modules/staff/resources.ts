import { Type } from "@sinclair/typebox";
import { grantsByRole, writeGrant } from "../../platform/access/grants.ts";
import { roles, users } from "../../platform/access/schema.ts";
import type { Ctx } from "../../platform/context.ts";
import { resource } from "../../platform/resource.ts";
import { deactivateStaff, inviteStaff, updateStaff } from "./actions.ts";
import { createRole, deleteRole, updateRole } from "./roles.ts";

type Rows = readonly Record<string, unknown>[];

async function permissionsOf(ctx: Ctx, rows: Rows): Promise<Record<string, unknown>[]> {
  const granted = await grantsByRole(
    ctx,
    rows.map((row) => String(row["id"])),
  );
  return rows.map((row) => ({ permissions: (granted.get(String(row["id"])) ?? []).map(writeGrant) }));
}

async function rolesOf(ctx: Ctx, rows: Rows): Promise<Record<string, unknown>[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => String(row["id"]));
  const held = await ctx.db.selectFrom("user_roles").selectAll().where("user_id", "in", ids).execute();
  return ids.map((id) => ({ role_ids: held.filter((one) => one.user_id === id).map((one) => one.role_id) }));
}

/** Roles with what they grant: `tickets.read`, or `tickets.read:own` where it reaches less. */
export const roleResource = resource({
  type: "roles",
  table: roles,
  permission: "staff.manage",
  create: createRole,
  update: updateRole,
  remove: deleteRole,
  extend: permissionsOf,
  calculated: ["permissions"],
  schemas: { permissions: Type.Array(Type.String()) },
  sort: "name",
});

/** People of the staff: POST invites, PATCH changes, DELETE deactivates, because what they did stays theirs. */
export const userResource = resource({
  type: "users",
  table: users,
  permission: "staff.manage",
  create: inviteStaff,
  update: updateStaff,
  remove: deactivateStaff,
  extend: rolesOf,
  calculated: ["role_ids"],
  sort: "name",
});
