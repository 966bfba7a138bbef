import { Type } from "@sinclair/typebox";
import { writeAuditEntry } from "../../platform/access/audit.ts";
import { type Actor, narrowedOf, nobody } from "../../platform/access/actor.ts";
import { type Grant, grantsOf, holds, readGrant, writeGrant } from "../../platform/access/grants.ts";
import { find, maybeFind, type RowFor } from "../../platform/access/reach.ts";
import { roleWords } from "../../platform/access/roles.ts";
import { roles, scopes, users } from "../../platform/access/schema.ts";
import { revokeSessions } from "../../platform/access/sessions.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import { changes, fromEdge } from "../../platform/database/edge.ts";
import { insert, remove, update } from "../../platform/database/records.ts";
import { conflict, Failure, invalidField, stale } from "../../platform/errors.ts";
import { emit } from "../../platform/events/outbox.ts";
import { t } from "../../platform/language/index.ts";
import { changed } from "../../platform/live/topics.ts";
import { isPermissionOn } from "../../platform/switches.ts";
import { roleRaised } from "./events.ts";

const target = { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) };

/**
 * Sets the roles of a user; only roles for people of that kind count. Answers whether they changed.
 *
 * @throws Failure 409 when it would leave nobody who may manage staff
 */
export async function setRoles(work: Work, userId: string, roleIds: readonly string[]): Promise<boolean> {
  const user = await work.db
    .selectFrom("users")
    .select(["user_type", "password_changed_at"])
    .where("id", "=", userId)
    .executeTakeFirstOrThrow();
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
  if (Bun.deepEquals(old, wanted)) return false;
  const [had, gets] = [await grantsOf(work, old), await grantsOf(work, wanted)];
  const gained = gainedOf(had, gets);
  if (user.user_type === "staff") checkMayGive(work, gained, "role_ids");
  await work.db.deleteFrom("user_roles").where("user_id", "=", userId).execute();
  if (wanted.length > 0) {
    await work.db
      .insertInto("user_roles")
      .values(wanted.map((role_id) => ({ user_id: userId, role_id })))
      .execute();
  }
  writeAuditEntry(work, "update", "users", userId, { role_ids: old }, { role_ids: wanted });
  changed(work, `sessions/${userId}`);
  if (user.user_type === "staff") {
    if (gainedOf(gets, had).some((lost) => lost.permission === "staff.manage")) await keepAnAdministrator(work);
    const is_in_use = user.password_changed_at !== null;
    await tellOfRaise(work, gained, { user_id: userId, role_id: null, is_in_use });
  }
  return true;
}

/** What somebody gains who had one list of grants and gets another. */
function gainedOf(had: readonly Grant[], gets: readonly Grant[]): Grant[] {
  const before: Actor = {
    ...nobody,
    permissions: new Set(had.map((one) => one.permission)),
    narrowed: narrowedOf(had),
  };
  return gets.filter((one) => !holds(before, one));
}

/** Nobody gives more than they have themselves. */
function checkMayGive(work: Work, gained: readonly Grant[], field: string): void {
  const above = gained.find((one) => !holds(work.actor, one));
  if (above !== undefined)
    throw invalidField(
      field,
      t("You cannot give {permission}, because you do not have it yourself.", { permission: writeGrant(above) }),
      "above_own",
    );
}

/**
 * Refuses roles that grant more than the actor has.
 *
 * @throws Failure 422 at `field`
 */
export async function checkMayGiveRoles(work: Work, roleIds: readonly string[], field: string): Promise<void> {
  checkMayGive(work, await grantsOf(work, [...roleIds]), field);
}

/** Whoever could change the account of somebody with more permissions could sign in as them. */
export async function checkMayActOn(work: Work, userId: string): Promise<void> {
  if (userId === work.actor.user_id) return;
  const rows = await work.db.selectFrom("user_roles").select("role_id").where("user_id", "=", userId).execute();
  const { registry } = work.app;
  const grants = await grantsOf(
    work,
    rows.map((row) => row.role_id),
  );
  const isAbove = grants.some(
    (one) =>
      registry.permissions.has(one.permission) &&
      isPermissionOn(work.app, work.tenant, one.permission) &&
      !holds(work.actor, one),
  );
  if (isAbove)
    throw new Failure(403, "above_own", t("This person may do more than you. Ask somebody who may do as much."));
}

async function tellOfRaise(
  work: Work,
  gained: readonly Grant[],
  of: { user_id: string | null; role_id: string | null; is_in_use: boolean },
): Promise<void> {
  // What Purser does by itself (set-up, command line, demo, upgrades) is nobody's doing that somebody should look at.
  if (gained.length === 0 || work.actor.kind === "system") return;
  await emit(work, roleRaised, { ...of, permissions: gained.map(writeGrant), by_user_id: work.actor.user_id });
}

/**
 * Takes an account out of use at once: sessions and API keys end, the person's work stays.
 *
 * @param endedById who of the staff ends it; null: nobody in person
 * @throws Failure 409 when it would leave nobody who may manage staff
 */
export async function endAccount(
  work: Work,
  userId: string,
  endedById: string | null,
  version?: number,
): Promise<RowFor<"users">> {
  const ended = { deactivated_at: work.app.clock.now(), deactivated_by_id: endedById };
  const row = await update(work, users, userId, ended, version);
  await revokeSessions(work, userId, { except: null });
  await keepAnAdministrator(work);
  return row;
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

const given = {
  name: Type.String({ minLength: 1, maxLength: 80 }),
  description: Type.Optional(Type.String({ maxLength: 1000 })),
  is_mfa_required: Type.Optional(Type.Boolean()),
  permissions: Type.Optional(Type.Array(Type.String({ maxLength: 120 }), { maxItems: 500 })),
};

interface NewRole extends Omit<RoleInput, "id" | "version" | "name"> {
  name: string;
  user_type?: "staff" | "portal";
  copy_of_id?: string;
}

/** Makes a role: empty, with the permissions given, or with those of another role. */
export const createRole = action({
  name: "roles.create",
  permission: "staff.manage",
  input: Type.Object(
    {
      ...given,
      user_type: Type.Optional(Type.Union([Type.Literal("staff"), Type.Literal("portal")])),
      copy_of_id: Type.Optional(Type.String({ format: "uuid" })),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: NewRole) => {
    const from = input.copy_of_id === undefined ? null : await maybeFind(work, "roles", input.copy_of_id);
    if (from === undefined) throw invalidField("copy_of_id", t("This role does not exist."), "not_found");
    const role = await insert(work, roles, {
      name: input.name.trim(),
      description: input.description ?? "",
      is_mfa_required: input.is_mfa_required ?? from?.is_mfa_required ?? false,
      user_type: from?.user_type ?? input.user_type ?? "staff",
    });
    const copied = from === null ? [] : (await grantsOf(work, [from.id])).map(writeGrant);
    await setPermissions(work, role, input.permissions ?? copied);
    return role;
  },
});

/** Changes what a role is called and may do. The administrators' role keeps everything. */
export const updateRole = action({
  name: "roles.update",
  permission: "staff.manage",
  input: Type.Object({ ...target, ...changes(given) }, { additionalProperties: false }),
  run: async (work: Work, input: RoleInput) => {
    const role = await find(work, "roles", input.id);
    const { permissions, version, ...values } = input;
    if (version !== undefined && version !== role.version) throw stale();
    // A standard role is shown in the reader's language: those words sent back are no new name.
    for (const key of ["name", "description"] as const) if (values[key] === roleWords(role[key])) delete values[key];
    let isChanged = false;
    if (permissions !== undefined) {
      if (role.role_key === "administrator")
        throw conflict(t("The administrators' role always has every permission."), "fixed_role");
      isChanged = await setPermissions(work, role, permissions);
      await keepAnAdministrator(work);
    }
    const row = await update(work, roles, role.id, fromEdge(roles, values, work.tenant.currency));
    if (isChanged || row.is_mfa_required !== role.is_mfa_required) await askSessionsAgain(work, role.id);
    return isChanged && row.version === role.version ? raiseVersion(work, "roles", role.id) : row;
  },
});

function holdersOf(work: Work, roleId: string): Promise<{ user_id: string }[]> {
  return work.db.selectFrom("user_roles").select("user_id").where("role_id", "=", roleId).execute();
}

/** Open streams of a role's people find out at once whether they may go on. */
async function askSessionsAgain(work: Work, roleId: string): Promise<void> {
  changed(work, ...(await holdersOf(work, roleId)).map(({ user_id }) => `sessions/${user_id}`));
}

/** Deletes a role that nobody has. Standard roles stay: an upgrade would bring them back. */
export const deleteRole = action({
  name: "roles.delete",
  permission: "staff.manage",
  input: Type.Object(target, { additionalProperties: false }),
  run: async (work: Work, { id, version }: { id: string; version?: number }) => {
    const role = await find(work, "roles", id);
    if (version !== undefined && role.version !== version) throw stale();
    if (role.role_key !== null)
      throw conflict(t("A standard role cannot be deleted. Take its permissions away instead."), "standard_role");
    const holders = await work.db
      .selectFrom("user_roles")
      .innerJoin("users", "users.id", "user_roles.user_id")
      .select("users.name")
      .where("user_roles.role_id", "=", id)
      .orderBy("users.name")
      .execute();
    if (holders.length > 0)
      throw conflict(
        t("This role cannot be deleted: {names} still have it.", {
          names: holders.map((holder) => holder.name).join(", "),
        }),
        "in_use",
      );
    await work.db.deleteFrom("role_permissions").where("role_id", "=", id).execute();
    await remove(work, roles, id, version);
  },
});

/** A change that is no column of the row is a change of the record all the same. */
export async function raiseVersion<T extends "roles" | "users" | "teams">(
  work: Work,
  table: T,
  id: string,
): Promise<RowFor<T>> {
  const { version } = await find(work, table as "roles", id);
  await work.db
    .updateTable(table as "roles")
    .set({ version: version + 1, updated_at: work.app.clock.now() })
    .where("id", "=", id)
    .execute();
  return find(work, table, id);
}

/**
 * Writes what a role grants; answers whether that is something else. Only what is new has to be the giver's own too:
 * permissions of a module that is switched off, or that this version does not know, stay.
 */
async function setPermissions(
  work: Work,
  role: { id: string; user_type: "staff" | "portal" },
  texts: readonly string[],
): Promise<boolean> {
  const { permissions, portalPermissions, scoped } = work.app.registry;
  const known = role.user_type === "portal" ? portalPermissions : permissions;
  const before = await grantsOf(work, [role.id]);
  const widest = new Map(before.filter((one) => !known.has(one.permission)).map((one) => [one.permission, one]));
  for (const text of texts) {
    const grant = readGrant(text);
    const isKept = widest.has(grant?.permission ?? "") && !known.has(grant?.permission ?? "");
    if (isKept) continue;
    if (grant === null || !known.has(grant.permission) || (grant.scope !== "all" && !scoped.has(grant.permission)))
      throw invalidField("permissions", t("There is no permission {name}.", { name: text }), "not_found");
    const other = widest.get(grant.permission);
    if (other === undefined || scopes.indexOf(grant.scope) < scopes.indexOf(other.scope))
      widest.set(grant.permission, grant);
  }
  const gained = gainedOf(before, [...widest.values()]);
  if (role.user_type === "staff") checkMayGive(work, gained, "permissions");
  const [old, wanted] = [before.map(writeGrant).toSorted(), [...widest.values()].map(writeGrant).toSorted()];
  if (Bun.deepEquals(old, wanted)) return false;
  await work.db.deleteFrom("role_permissions").where("role_id", "=", role.id).execute();
  if (widest.size > 0) {
    await work.db
      .insertInto("role_permissions")
      .values([...widest.values()].map((one) => ({ role_id: role.id, ...one })))
      .execute();
  }
  writeAuditEntry(work, "update", "roles", role.id, { permissions: old }, { permissions: wanted });
  if (role.user_type === "staff") {
    const is_in_use = (await holdersOf(work, role.id)).length > 0;
    await tellOfRaise(work, gained, { user_id: null, role_id: role.id, is_in_use });
  }
  return true;
}
