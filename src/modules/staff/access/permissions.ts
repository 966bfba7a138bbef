import { type Actor, can, scopeOf } from "../../../platform/access/actor.ts";
import { actorOf, withinKey } from "../../../platform/access/identify.ts";
import type { RowFor } from "../../../platform/access/reach.ts";
import type { Scope } from "../../../platform/access/schema.ts";
import type { Ctx } from "../../../platform/context.ts";
import { isModuleOn, withinModules } from "../../../platform/switches.ts";

/** What a person may do, through which roles, and why not: taken from the same actor that a request of theirs has. */

export const reasons = [
  "granted",
  "no_role",
  "not_in_key",
  "not_in_app",
  "module_off",
  "account_closed",
  "key_ended",
] as const;
export type Reason = (typeof reasons)[number];

export interface PermissionAnswer {
  permission: string;
  module: string;
  /** What it allows, in English; pages translate it. */
  description: string;
  is_allowed: boolean;
  /** How far it reaches; null when it is not allowed. */
  scope: Scope | null;
  reason: Reason;
  /** The roles that grant it, each with how far, whether or not it holds in the end. */
  roles: { id: string; name: string; scope: Scope }[];
}

export type KeyRow = Pick<RowFor<"api_keys">, "id" | "name" | "scopes" | "expires_at" | "revoked_at">;
export type UserRow = Pick<RowFor<"users">, "id" | "user_type">;

/** The person as they act now, by a browser or by one of their keys; null when they cannot come in by it. */
export async function actingAs(ctx: Ctx, user: UserRow, key: KeyRow | null): Promise<Actor | null> {
  if (key !== null && hasEnded(ctx, key)) return null;
  if (key === null && asksAsApp(ctx, user)) return ctx.actor;
  const actor = await actorOf(ctx.db, user.id, null, key?.id ?? null);
  if (actor === null) return null;
  return withinModules(ctx.app, ctx.tenant, key === null ? actor : withinKey(actor, key.scopes));
}

/** Whether it is an app of others that asks about itself: it may do less than whoever it acts for. */
function asksAsApp({ actor }: Ctx, user: UserRow): boolean {
  return actor.oauth_grant_id != null && actor.user_id === user.id;
}

function hasEnded(ctx: Ctx, key: KeyRow): boolean {
  return key.revoked_at !== null || (key.expires_at !== null && key.expires_at <= ctx.app.clock.now());
}

/** Every permission there is for people of this kind, module by module. */
export async function permissionsOf(ctx: Ctx, user: UserRow, key: KeyRow | null): Promise<PermissionAnswer[]> {
  const actor = await actingAs(ctx, user, key);
  const granted = await ctx.db
    .selectFrom("user_roles")
    .innerJoin("roles", "roles.id", "user_roles.role_id")
    .innerJoin("role_permissions", "role_permissions.role_id", "roles.id")
    .select(["roles.id", "roles.name", "role_permissions.permission", "role_permissions.scope"])
    .where("user_roles.user_id", "=", user.id)
    .orderBy("roles.name")
    .execute();
  const because = (permission: string, module: string, hasRole: boolean): Reason => {
    if (key !== null && hasEnded(ctx, key)) return "key_ended";
    if (actor === null) return "account_closed";
    if (key === null && asksAsApp(ctx, user)) return can(actor, permission) ? "granted" : "not_in_app";
    if (!hasRole) return "no_role";
    if (!isModuleOn(ctx.app, ctx.tenant, module)) return "module_off";
    return key !== null && key.scopes.length > 0 && !key.scopes.includes(permission) ? "not_in_key" : "granted";
  };
  return ctx.app.registry.modules.flatMap((module) =>
    Object.entries((user.user_type === "portal" ? module.portalPermissions : module.permissions) ?? {}).map(
      ([permission, description]) => {
        const roles = granted
          .filter((one) => one.permission === permission)
          .map(({ id, name, scope }) => ({ id, name, scope }));
        const isAllowed = actor !== null && can(actor, permission);
        return {
          permission,
          module: module.name,
          description,
          is_allowed: isAllowed,
          scope: isAllowed ? scopeOf(actor, permission) : null,
          reason: because(permission, module.name, roles.length > 0),
          roles,
        };
      },
    ),
  );
}
