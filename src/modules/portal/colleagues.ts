import { Type } from "@sinclair/typebox";
import { can } from "../../platform/access/actor.ts";
import { type Grant, grantsOf, holds } from "../../platform/access/grants.ts";
import { find, type RowFor } from "../../platform/access/reach.ts";
import { roleWords } from "../../platform/access/roles.ts";
import { action } from "../../platform/action.ts";
import { type Ctx, onBehalf, type Work } from "../../platform/context.ts";
import { changes } from "../../platform/database/edge.ts";
import { insert } from "../../platform/database/records.ts";
import { conflict, Failure, invalidField, notFound } from "../../platform/errors.ts";
import { emit } from "../../platform/events/outbox.ts";
import { t } from "../../platform/language/index.ts";
import { changeClient, contactCreated, contactName, contacts, emailKey } from "../companies/index.ts";
import { setRoles } from "../staff/index.ts";
import { accountOf, giveAccess, takeAccess } from "./access.ts";

/** A company's own people, looked after by one of them in the portal (PRD 3.15 "Contact management"). */

export const manageColleagues = "portal.contacts.manage";

const uuid = Type.String({ format: "uuid" });
const maybeText = (maxLength: number): ReturnType<typeof Type.Union> =>
  Type.Union([Type.String({ maxLength }), Type.Null()]);

interface Colleague {
  id?: string;
  first_name?: string;
  last_name?: string;
  email?: string | null;
  phone?: string | null;
  title?: string | null;
  role_id?: string | null;
}

/**
 * Adds one of the company's people, or (`id`) changes one; gives and takes access to the portal. `role_id` null: no access;
 * left out: as it is. Nobody gives a role that holds more than their own (422 `above_own`), touches the account of somebody
 * who may do more (403 `above_own`), or changes their own role (409 `own_account`).
 */
export const saveColleague = action({
  name: "portal.save_colleague",
  permission: manageColleagues,
  input: Type.Object(
    {
      id: Type.Optional(uuid),
      ...changes({ first_name: Type.String({ minLength: 1, maxLength: 100 }) }),
      last_name: Type.Optional(Type.String({ maxLength: 100 })),
      email: Type.Optional(Type.Union([Type.String({ format: "email", maxLength: 254 }), Type.Null()])),
      phone: Type.Optional(maybeText(50)),
      title: Type.Optional(maybeText(120)),
      role_id: Type.Optional(Type.Union([uuid, Type.Null()])),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id, role_id, ...given }: Colleague): Promise<RowFor<"contacts">> => {
    const { company_id } = work.actor;
    if (work.actor.kind !== "portal" || company_id === null) throw notFound(t("This company"));
    const values = { ...given, ...(given.email != null && { email: emailKey(given.email) }) };
    if (id === undefined) {
      const { first_name } = values;
      if (first_name === undefined) throw invalidField("first_name", t("Say what the person is called."), "required");
      const made = await insert(work, contacts, { ...values, first_name, company_id });
      await emit(work, contactCreated, { contact_id: made.id, company_id });
      return role_id == null ? made : setAccess(work, made, role_id);
    }
    const contact = await colleague(work, id);
    await checkMayChange(work, contact);
    // Who comes in no longer may be left without the address that they came in with.
    if (role_id === null) await setAccess(work, contact, null);
    const row = await changeClient(work, contacts, contact.id, values);
    return role_id == null ? row : setAccess(work, row, role_id);
  },
});

/** One of the actor's own company, as long as the contact is kept. */
export async function colleague(ctx: Ctx, id: string): Promise<RowFor<"contacts">> {
  const contact = await find(ctx, "contacts", id);
  if (contact.company_id !== ctx.actor.company_id || contact.archived_at !== null) throw notFound(t("This contact"));
  return contact;
}

/** What the person can do here now; nothing of somebody without access. */
async function grantsNow(ctx: Ctx, contact: RowFor<"contacts">): Promise<Grant[]> {
  const account = contact.is_portal_user ? await accountOf(ctx, contact.id) : undefined;
  return account === undefined ? [] : grantsOf(ctx, await roleIdsOf(ctx, account.id));
}

export async function roleIdsOf(ctx: Ctx, userId: string): Promise<string[]> {
  const rows = await ctx.db.selectFrom("user_roles").select("role_id").where("user_id", "=", userId).execute();
  return rows.map((row) => row.role_id);
}

async function checkMayChange(work: Work, contact: RowFor<"contacts">): Promise<void> {
  if (contact.id === work.actor.contact_id) return;
  if ((await grantsNow(work, contact)).some((one) => !holds(work.actor, one)))
    throw new Failure(403, "above_own", t("This person may do more than you. Ask somebody who may do as much."));
}

async function setAccess(work: Work, contact: RowFor<"contacts">, roleId: string | null): Promise<RowFor<"contacts">> {
  const account = await accountOf(work, contact.id);
  const now = contact.is_portal_user && account !== undefined ? await roleIdsOf(work, account.id) : null;
  if (roleId === null ? now === null : now?.length === 1 && now[0] === roleId) return contact;
  if (contact.id === work.actor.contact_id)
    throw conflict(t("You cannot change what you may do yourself. Ask a colleague or your IT team."), "own_account");
  // Accounts are nothing that clients can reach; what is permitted here is done by Purser and written down in their name.
  const inTheirName = onBehalf(work);
  if (roleId === null) return takeAccess(inTheirName, contact);
  const role = (await rolesToGive(work)).find((one) => one.id === roleId);
  if (role === undefined)
    throw invalidField("role_id", t("You can only give a role that holds no more than your own."), "above_own");
  if (now === null || account === undefined) return giveAccess(inTheirName, contact, roleId);
  await setRoles(inTheirName, account.id, [roleId]);
  return contact;
}

/** The portal roles that hold no more than the actor's own. */
export async function rolesToGive(ctx: Ctx): Promise<{ id: string; name: string; description: string }[]> {
  if (!can(ctx.actor, manageColleagues)) return [];
  const roles = await ctx.db
    .selectFrom("roles")
    .select(["id", "name", "description"])
    .where("user_type", "=", "portal")
    .orderBy("name")
    .execute();
  const granted = await ctx.db.selectFrom("role_permissions").select(["role_id", "permission", "scope"]).execute();
  return roles.filter((role) => granted.every((one) => one.role_id !== role.id || holds(ctx.actor, one)));
}

/** The company's people with their access, by name. */
export async function colleagues(ctx: Ctx): Promise<(RowFor<"contacts"> & { role_id: string | null; role: string })[]> {
  const people = await ctx.db
    .selectFrom("contacts")
    .selectAll()
    .where("company_id", "=", ctx.actor.company_id ?? "")
    .where("archived_at", "is", null)
    .execute();
  const held = await ctx.db
    .selectFrom("users")
    .innerJoin("user_roles", "user_roles.user_id", "users.id")
    .innerJoin("roles", "roles.id", "user_roles.role_id")
    .innerJoin("contacts", "contacts.id", "users.contact_id")
    .select(["users.contact_id", "roles.id", "roles.name"])
    .where("contacts.company_id", "=", ctx.actor.company_id ?? "")
    .orderBy("roles.name")
    .execute();
  return people
    .map((person) => {
      const own = person.is_portal_user ? held.filter((one) => one.contact_id === person.id) : [];
      return { ...person, role_id: own[0]?.id ?? null, role: own.map((one) => roleWords(one.name)).join(", ") };
    })
    .toSorted((a, b) => contactName(a).localeCompare(contactName(b)));
}
