import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { users } from "../../platform/access/schema.ts";
import { revokeSessions } from "../../platform/access/sessions.ts";
import { action } from "../../platform/action.ts";
import { type Ctx, onBehalf, type Work } from "../../platform/context.ts";
import { insert, type RowFor, update } from "../../platform/database/records.ts";
import { conflict, invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import type { PortalRole } from "../../platform/module.ts";
import { changeClient, contactName, contacts } from "../companies/index.ts";
import { endLinks, sendLink, setRoles } from "../staff/index.ts";

/** Who of a client's people may come into the portal. */

const uuid = Type.String({ format: "uuid" });
const target = Type.Object({ id: uuid }, { additionalProperties: false });

/** The account that a contact has or had in the portal. */
export async function accountOf(ctx: Ctx, contactId: string): Promise<RowFor<"users"> | undefined> {
  return ctx.db
    .selectFrom("users")
    .selectAll()
    .where("user_type", "=", "portal")
    .where("contact_id", "=", contactId)
    .executeTakeFirst();
}

/**
 * Gives a contact access and mails the link to choose a password; for somebody who has not chosen one yet, sends the link
 * again. The contact needs an e-mail address that no other portal user has (422).
 */
export const inviteContact = action({
  name: "portal.invite_contact",
  permission: "portal.manage",
  input: Type.Object({ id: uuid, role_id: Type.Optional(uuid) }, { additionalProperties: false }),
  run: async (work: Work, { id, role_id }: { id: string; role_id?: string }): Promise<RowFor<"contacts">> =>
    giveAccess(work, await find(work, "contacts", id), role_id),
});

/** What inviting does, for whoever has found out that it may be done. */
export async function giveAccess(
  work: Work,
  contact: RowFor<"contacts">,
  role_id?: string,
): Promise<RowFor<"contacts">> {
  if (contact.archived_at !== null) throw conflict(t("This contact is archived. Restore it first."), "archived");
  const email = contact.email?.trim().toLowerCase() ?? "";
  if (email === "")
    throw invalidField("email", t("The contact needs an e-mail address before it can get an invitation."), "required");
  const account = await accountOf(work, contact.id);
  if (contact.is_portal_user && account !== undefined && account.password_hash !== null) {
    throw conflict(t("This contact has access already."), "already_has_access");
  }
  const other = await work.db
    .selectFrom("users")
    .select("id")
    .where("user_type", "=", "portal")
    .where("email", "=", email)
    .where("id", "<>", account?.id ?? contact.id)
    .executeTakeFirst();
  if (other !== undefined)
    throw invalidField("email", t("Another contact uses the portal with this e-mail address."), "duplicate");
  const invited = { name: contactName(contact), email, invited_at: work.app.clock.now() };
  const user =
    account === undefined
      ? await insert(work, users, { ...invited, user_type: "portal", contact_id: contact.id })
      : await update(work, users, account.id, { ...invited, deactivated_at: null, deactivated_by_id: null });
  if (role_id !== undefined || account === undefined)
    await setRoles(work, user.id, [
      role_id === undefined ? await usualRole(work, contact) : await portalRole(work, role_id),
    ]);
  await sendLink(work, user, "invite");
  return changeClient(work, contacts, contact.id, { is_portal_user: true, portal_user_id: user.id });
}

/**
 * What somebody becomes when nobody says: the company's first person in the portal and those who look after its bills see
 * all of the company, everybody else their own tickets. A bill that is mailed has to be there for whoever gets it.
 */
export async function usualRole(ctx: Ctx, contact: RowFor<"contacts">): Promise<string> {
  return standardRole(ctx, await usualRoleKey(ctx, contact));
}

async function usualRoleKey(work: Ctx, contact: RowFor<"contacts">): Promise<PortalRole> {
  if (contact.contact_type === "primary" || contact.contact_type === "billing") return "client_admin";
  const company = await work.db
    .selectFrom("companies")
    .select("default_billing_contact_id")
    .where("id", "=", contact.company_id)
    .executeTakeFirst();
  if (company?.default_billing_contact_id === contact.id) return "client_admin";
  const other = await work.db
    .selectFrom("contacts")
    .select("id")
    .where("company_id", "=", contact.company_id)
    .where("is_portal_user", "=", true)
    .where("id", "<>", contact.id)
    .limit(1)
    .executeTakeFirst();
  return other === undefined ? "client_admin" : "client_user";
}

/** The roles that there are for clients' people, by name. */
export async function portalRoles(ctx: Ctx): Promise<Pick<RowFor<"roles">, "id" | "name" | "description">[]> {
  return ctx.db
    .selectFrom("roles")
    .select(["id", "name", "description"])
    .where("user_type", "=", "portal")
    .orderBy("name")
    .execute();
}

async function portalRole(work: Work, id: string): Promise<string> {
  if ((await portalRoles(work)).some((role) => role.id === id)) return id;
  throw invalidField("role_id", t("This role does not exist."), "not_found");
}

/** Says as what somebody who has access already uses the portal; it holds from their next click on. */
export const setPortalRole = action({
  name: "portal.set_role",
  permission: "portal.manage",
  input: Type.Object({ id: uuid, role_id: uuid }, { additionalProperties: false }),
  run: async (work: Work, { id, role_id }: { id: string; role_id: string }): Promise<RowFor<"contacts">> => {
    const contact = await find(work, "contacts", id);
    const account = contact.is_portal_user ? await accountOf(work, id) : undefined;
    if (account === undefined) throw conflict(t("This contact has no access to the portal."), "no_access");
    await setRoles(work, account.id, [await portalRole(work, role_id)]);
    return contact;
  },
});

async function standardRole(work: Ctx, key: PortalRole): Promise<string> {
  const role = await work.db.selectFrom("roles").select("id").where("role_key", "=", key).executeTakeFirstOrThrow();
  return role.id;
}

/** Takes a contact's access away at once: sessions and open links end. What they wrote stays. */
export const revokeContact = action({
  name: "portal.revoke_contact",
  permission: "portal.manage",
  input: target,
  run: async (work: Work, { id }: { id: string }): Promise<RowFor<"contacts">> =>
    takeAccess(work, await find(work, "contacts", id)),
});

/** What revoking does, for whoever has found out that it may be done. */
export async function takeAccess(work: Work, contact: RowFor<"contacts">): Promise<RowFor<"contacts">> {
  const account = await accountOf(work, contact.id);
  if (account !== undefined) {
    const now = work.app.clock.now();
    await update(onBehalf(work), users, account.id, { deactivated_at: now, deactivated_by_id: work.actor.user_id });
    await revokeSessions(work, account.id, { except: null });
    await endLinks(work, account.id);
  }
  return changeClient(work, contacts, contact.id, { is_portal_user: false });
}
