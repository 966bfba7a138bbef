import { Type } from "@sinclair/typebox";
import { mintToken } from "../../platform/access/tokens.ts";
import { find } from "../../platform/access/reach.ts";
import { apiKeys, roles, users } from "../../platform/access/schema.ts";
import { revokeSessions } from "../../platform/access/sessions.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import type { NewRow } from "../../platform/database/columns.ts";
import { fromEdge, type PatchInput } from "../../platform/database/edge.ts";
import { insert, update } from "../../platform/database/records.ts";
import { conflict, invalidField, notFound } from "../../platform/errors.ts";
import { sendLink } from "./auth.ts";

const uuid = Type.String({ format: "uuid" });
const target = Type.Object({ id: uuid, version: Type.Optional(Type.Integer()) }, { additionalProperties: false });
const profile = {
  name: Type.String({ minLength: 1, maxLength: 120 }),
  email: Type.String({ format: "email", maxLength: 254 }),
  title: Type.Optional(Type.Union([Type.String({ maxLength: 255 }), Type.Null()])),
  phone: Type.Optional(Type.Union([Type.String({ maxLength: 50 }), Type.Null()])),
  role_ids: Type.Array(uuid, { minItems: 1, maxItems: 20 }),
};

interface Profile {
  name: string;
  email: string;
  title?: string | null;
  phone?: string | null;
  role_ids: string[];
}

/** Makes a staff member and mails the link by which they choose their password. */
export const inviteStaff = action({
  name: "staff.invite",
  permission: "staff.manage",
  input: Type.Object(profile, { additionalProperties: false }),
  run: async (work: Work, input: Profile) => {
    const { role_ids, ...rest } = input;
    const values = fromEdge(users, rest, work.tenant.currency);
    const user = await insert(work, users, {
      ...values,
      user_type: "staff",
      email: input.email.trim().toLowerCase(),
      invited_at: work.app.clock.now(),
    } as NewRow<typeof users>);
    await setRoles(work, user.id, role_ids);
    await sendLink(work, user, "invite");
    return user;
  },
});

export const updateStaff = action({
  name: "staff.update",
  permission: "staff.manage",
  input: Type.Object({ ...target.properties, ...Type.Partial(Type.Object(profile)).properties }, { additionalProperties: false }),
  run: async (work: Work, input: PatchInput & Partial<Profile>) => {
    const user = await staffMember(work, input.id);
    const { role_ids, ...rest } = input;
    const values = fromEdge(users, rest, work.tenant.currency);
    if (values.email != null) values.email = values.email.toLowerCase();
    const row = await update(work, users, user.id, values, input.version);
    if (role_ids !== undefined) {
      await setRoles(work, user.id, role_ids);
      await keepAnAdministrator(work);
    }
    return row;
  },
});

/** Takes the account out of use at once: sessions and API keys end, the person's work stays. */
export const deactivateStaff = action({
  name: "staff.deactivate",
  permission: "staff.manage",
  input: target,
  run: async (work: Work, input: PatchInput) => {
    const user = await staffMember(work, input.id);
    if (user.id === work.actor.user_id) throw conflict("You cannot deactivate your own account. Ask another administrator.", "own_account");
    const row = await update(work, users, user.id, { deactivated_at: work.app.clock.now(), deactivated_by_id: work.actor.user_id }, input.version);
    await revokeSessions(work, user.id, { except: null });
    await keepAnAdministrator(work);
    return row;
  },
});

export const reactivateStaff = action({
  name: "staff.reactivate",
  permission: "staff.manage",
  input: target,
  run: async (work: Work, input: PatchInput) => {
    const user = await staffMember(work, input.id);
    return update(work, users, user.id, { deactivated_at: null, deactivated_by_id: null }, input.version);
  },
});

/** Mails a new link to somebody who has not chosen a password yet; the earlier link stops working. */
export const resendInvite = action({
  name: "staff.resend_invite",
  permission: "staff.manage",
  input: target,
  run: async (work: Work, input: PatchInput) => {
    const user = await staffMember(work, input.id);
    if (user.password_hash !== null) throw conflict("This person has already chosen a password.", "already_accepted");
    await sendLink(work, user, "invite");
    return user;
  },
});

async function staffMember(work: Work, id: string): Promise<Awaited<ReturnType<typeof find<"users">>>> {
  const user = await find(work, "users", id);
  if (user.user_type !== "staff") throw notFound("This user");
  return user;
}

/** Sets the roles of a user; only known roles count. */
export async function setRoles(work: Work, userId: string, roleIds: readonly string[]): Promise<void> {
  for (const id of roleIds) {
    const role = await find(work, "roles", id).catch(() => null);
    if (role === null) throw invalidField("role_ids", "This role does not exist.", "not_found");
  }
  await work.db.deleteFrom("user_roles").where("user_id", "=", userId).execute();
  await work.db
    .insertInto("user_roles")
    .values([...new Set(roleIds)].map((role_id) => ({ user_id: userId, role_id })))
    .execute();
}

/** Without anybody who may manage staff, nobody could ever let a person in again. */
async function keepAnAdministrator(work: Work): Promise<void> {
  const left = await work.db
    .selectFrom("users")
    .innerJoin("user_roles", "user_roles.user_id", "users.id")
    .innerJoin("role_permissions", "role_permissions.role_id", "user_roles.role_id")
    .select("users.id")
    .where("role_permissions.permission", "=", "staff.manage")
    .where("users.deactivated_at", "is", null)
    .limit(1)
    .executeTakeFirst();
  if (left === undefined) throw conflict("This would leave nobody who may manage staff.", "last_administrator");
}

interface RoleInput {
  id: string;
  version?: number;
  name?: string;
  description?: string;
  permissions?: string[];
}

/** Changes what a role may do. The administrators' role keeps everything. */
export const updateRole = action({
  name: "roles.update",
  permission: "staff.manage",
  input: Type.Object(
    {
      ...target.properties,
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
      description: Type.Optional(Type.String({ maxLength: 1000 })),
      permissions: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 500 })),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: RoleInput) => {
    const role = await find(work, "roles", input.id);
    const { permissions, ...values } = input;
    if (permissions !== undefined) {
      if (role.role_key === "administrator") throw conflict("The administrators' role always has every permission.", "fixed_role");
      const unknown = permissions.find((name) => !work.app.registry.permissions.has(name));
      if (unknown !== undefined) throw invalidField("permissions", `There is no permission ${unknown}.`, "not_found");
      await work.db.deleteFrom("role_permissions").where("role_id", "=", role.id).execute();
      if (permissions.length > 0) {
        await work.db
          .insertInto("role_permissions")
          .values([...new Set(permissions)].map((permission) => ({ role_id: role.id, permission })))
          .execute();
      }
      await keepAnAdministrator(work);
    }
    return update(work, roles, role.id, fromEdge(roles, values, work.tenant.currency), input.version);
  },
});

interface KeyInput {
  name: string;
  scopes?: string[];
  expires_at?: string | null;
}

/** Makes an API key for the actor. The key itself is in the result and nowhere else, ever again. */
export const createApiKey = action({
  name: "api_keys.create",
  permission: "api_keys.manage",
  input: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 80 }),
      scopes: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 500 })),
      expires_at: Type.Optional(Type.Union([Type.String({ format: "instant" }), Type.Null()])),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: KeyInput) => {
    const userId = work.actor.user_id;
    if (userId === null) throw conflict("An API key belongs to a person.", "no_person");
    return makeApiKey(work, userId, input);
  },
});

/** Makes a key for a user; the command line does it for the first administrator. */
export async function makeApiKey(work: Work, userId: string, input: KeyInput): Promise<{ id: string; key: string }> {
  const unknown = (input.scopes ?? []).find((name) => !work.app.registry.permissions.has(name));
  if (unknown !== undefined) throw invalidField("scopes", `There is no permission ${unknown}.`, "not_found");
  const { token, hash } = mintToken("api", work.tenant.id);
  const row = await insert(work, apiKeys, {
    user_id: userId,
    name: input.name.trim(),
    token_hash: hash,
    hint: `…${token.slice(-6)}`,
    scopes: input.scopes ?? [],
    expires_at: input.expires_at ?? null,
  });
  return { id: row.id, key: token };
}

export const revokeApiKey = action({
  name: "api_keys.revoke",
  permission: "api_keys.manage",
  input: target,
  run: async (work: Work, input: PatchInput) => {
    const key = await find(work, "api_keys", input.id);
    return update(work, apiKeys, key.id, { revoked_at: key.revoked_at ?? work.app.clock.now() });
  },
});

/** Ends one of the actor's own sessions. */
export const revokeSession = action({
  name: "sessions.revoke",
  permission: null,
  input: target,
  run: async (work: Work, input: PatchInput) => {
    const session = await find(work, "sessions", input.id);
    if (session.user_id !== work.actor.user_id) throw notFound("This session");
    await revokeSessions(work, session.user_id, { only: session.id });
    return session;
  },
});

/** Ends all of the actor's sessions but the one it speaks through. */
export const revokeOtherSessions = action({
  name: "sessions.revoke_others",
  permission: null,
  input: Type.Object({}, { additionalProperties: false }),
  run: async (work: Work) => {
    if (work.actor.user_id !== null) await revokeSessions(work, work.actor.user_id, { except: work.actor.session_id });
  },
});
