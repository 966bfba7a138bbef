import type { Work } from "../context.ts";
import { type Actor, can, scopeOf } from "./actor.ts";
import { type Scope, scopes } from "./schema.ts";

/** A permission as roles hold it: written `tickets.read` in full, `tickets.read:team` or `tickets.read:own` if it reaches less. */
export interface Grant {
  permission: string;
  scope: Scope;
}

/** Reads a grant as it is stored, `tickets.read:own`, or `tickets.read` for all records; null where the text is none. */
export function readGrant(text: string): Grant | null {
  const [permission = "", scope = "all", ...more] = text.split(":");
  const known = scopes.find((one) => one === scope);
  return known === undefined || more.length > 0 ? null : { permission, scope: known };
}

/** The text that `readGrant` reads. */
export function writeGrant({ permission, scope }: Grant): string {
  return scope === "all" ? permission : `${permission}:${scope}`;
}

/** Whether somebody has at least what would be granted: nobody gives more than they have themselves. */
export function holds(actor: Actor, { permission, scope }: Grant): boolean {
  return can(actor, permission) && scopes.indexOf(scopeOf(actor, permission)) <= scopes.indexOf(scope);
}

/** What some roles grant together, as it is stored. */
export async function grantsOf(work: Pick<Work, "db">, roleIds: readonly string[]): Promise<Grant[]> {
  if (roleIds.length === 0) return [];
  return work.db
    .selectFrom("role_permissions")
    .select(["permission", "scope"])
    .where("role_id", "in", [...roleIds])
    .orderBy("permission")
    .execute();
}

/** What each of some roles grants, by the role's id: one question however many there are. */
export async function grantsByRole(work: Pick<Work, "db">, roleIds: readonly string[]): Promise<Map<string, Grant[]>> {
  if (roleIds.length === 0) return new Map();
  const rows = await work.db
    .selectFrom("role_permissions")
    .select(["role_id", "permission", "scope"])
    .where("role_id", "in", [...roleIds])
    .orderBy("permission")
    .execute();
  return Map.groupBy(rows, (row) => row.role_id);
}
