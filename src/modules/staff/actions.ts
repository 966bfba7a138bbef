import { Type } from "@sinclair/typebox";
import { writeAuditEntry } from "../../platform/access/audit.ts";
import { find } from "../../platform/access/reach.ts";
import { takeSeat } from "../../platform/access/quotas.ts";
import { users } from "../../platform/access/schema.ts";
import { revokeSessions } from "../../platform/access/sessions.ts";
import { action } from "../../platform/action.ts";
import type { Ctx, Work } from "../../platform/context.ts";
import type { NewRow } from "../../platform/database/columns.ts";
import { changes, fromEdge, type PatchInput } from "../../platform/database/edge.ts";
import { insert, update } from "../../platform/database/records.ts";
import { conflict, notFound } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { sendLink, sendLinksToNewAddress } from "./auth/link-mails.ts";
import { tellOfChange } from "./auth/notices.ts";
import { checkIsOwn } from "./auth/passwords.ts";
import { checkMayActOn, endAccount, raiseVersion, setRoles } from "./roles.ts";

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
    await takeSeat(work);
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
  input: Type.Object({ ...target.properties, ...changes(profile) }, { additionalProperties: false }),
  run: async (work: Work, input: PatchInput & Partial<Profile>) => {
    const user = await staffMember(work, input.id);
    await checkMayActOn(work, user.id);
    const { role_ids, ...rest } = input;
    const values = fromEdge(users, rest, work.tenant.currency);
    if (values.email != null) values.email = values.email.toLowerCase();
    const moved = values.email != null && values.email !== user.email ? values.email : null;
    // Before the change it goes to the old address, which may be that of the one it really belongs to.
    if (moved !== null && user.password_hash !== null)
      await tellOfChange(work, user.id, "address_changed", () => moved);
    const row = await update(work, users, user.id, values, input.version);
    if (moved !== null) await sendLinksToNewAddress(work, row);
    if (role_ids === undefined) return row;
    const isChanged = await setRoles(work, user.id, role_ids);
    return isChanged && row.version === user.version ? raiseVersion(work, "users", user.id) : row;
  },
});

/** Takes somebody's account out of use; their own is for another administrator to end. */
export const deactivateStaff = action({
  name: "staff.deactivate",
  permission: "staff.manage",
  input: target,
  run: async (work: Work, input: PatchInput) => {
    const user = await staffMember(work, input.id);
    await checkMayActOn(work, user.id);
    if (user.id === work.actor.user_id)
      throw conflict(t("You cannot deactivate your own account. Ask another administrator."), "own_account");
    return endAccount(work, user.id, work.actor.user_id, input.version);
  },
});

export const reactivateStaff = action({
  name: "staff.reactivate",
  permission: "staff.manage",
  input: target,
  run: async (work: Work, input: PatchInput) => {
    const user = await staffMember(work, input.id);
    await checkMayActOn(work, user.id);
    if (user.deactivated_at !== null) await takeSeat(work);
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
    await checkMayActOn(work, user.id);
    await checkIsOwn(work, user.id);
    if (user.password_hash !== null)
      throw conflict(t("This person has already chosen a password."), "already_accepted");
    await sendLink(work, user, "invite");
    return user;
  },
});

/** The app that acts with an account when it acts by itself; null for accounts of people. */
export async function appOf({ db }: Pick<Ctx, "db">, userId: string): Promise<string | null> {
  const app = await db
    .selectFrom("oauth_clients")
    .select("id")
    .where("service_user_id", "=", userId)
    .executeTakeFirst();
  return app?.id ?? null;
}

/** People of clients are shown as users too, for what they did names them; what they may do is said at their contact. */
export async function staffMember(work: Work, id: string): Promise<Awaited<ReturnType<typeof find<"users">>>> {
  const user = await find(work, "users", id);
  if (user.user_type !== "staff")
    throw conflict(t("This is somebody of a client: change the contact, and its access to the portal."), "portal_user");
  if ((await appOf(work, id)) !== null)
    throw conflict(t("An app acts with this account: change the app under Connected apps."), "app_account");
  return user;
}

/** Ends one of the actor's own sessions. */
export const revokeSession = action({
  name: "sessions.revoke",
  permission: null,
  input: target,
  run: async (work: Work, input: PatchInput) => {
    const session = await find(work, "sessions", input.id);
    if (session.user_id !== work.actor.user_id) throw notFound(t("This session"));
    if ((await revokeSessions(work, session.user_id, { only: session.id })) > 0)
      writeAuditEntry(work, "logout", "users", session.user_id);
    return session;
  },
});

/** Says what one of the actor's own devices is called. */
export const renameSession = action({
  name: "sessions.rename",
  permission: null,
  input: Type.Object(
    { ...target.properties, device_name: Type.String({ maxLength: 80 }) },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: { id: string; device_name: string }) => {
    const session = await find(work, "sessions", input.id);
    if (session.user_id !== work.actor.user_id) throw notFound(t("This session"));
    const device_name = input.device_name.trim() === "" ? null : input.device_name.trim();
    await work.db.updateTable("sessions").set({ device_name }).where("id", "=", session.id).execute();
    return { ...session, device_name };
  },
});

/** Ends a session of somebody else: a device that was lost, a person who is gone. */
export const endSession = action({
  name: "staff.end_session",
  permission: "staff.manage",
  input: Type.Object(
    { id: uuid, session_id: uuid, version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: { id: string; session_id: string }) => {
    const user = await find(work, "users", input.id);
    await checkMayActOn(work, user.id);
    const session = await work.db
      .selectFrom("sessions")
      .select("id")
      .where("id", "=", input.session_id)
      .where("user_id", "=", user.id)
      .executeTakeFirst();
    if (session === undefined) throw notFound(t("This session"));
    await revokeSessions(work, user.id, { only: session.id });
    writeAuditEntry(work, "logout", "users", user.id);
  },
});

/** Ends all of the actor's sessions but the one it speaks through. */
export const revokeOtherSessions = action({
  name: "sessions.revoke_others",
  permission: null,
  input: Type.Object({}, { additionalProperties: false }),
  run: async (work: Work) => {
    const { user_id, session_id } = work.actor;
    if (user_id !== null && (await revokeSessions(work, user_id, { except: session_id })) > 0)
      writeAuditEntry(work, "logout", "users", user_id);
  },
});
