import { companies, contacts } from "../../src/modules/companies/index.ts";
import { users } from "../../src/platform/access/schema.ts";
import { startSession } from "../../src/platform/access/sessions.ts";
import { type Ctx, inUnit, type Work } from "../../src/platform/context.ts";
import { insert, update } from "../../src/platform/database/records.ts";
import { portalCookieName, staffCookieName } from "../../src/platform/http/cookies.ts";
import { newId } from "../../src/platform/ids.ts";
import { giveRole } from "./people.ts";
import type { PortalRole } from "../../src/platform/module.ts";
import type { TestProgram, TestTenant } from "./program.ts";
import type { Visitor } from "./visitor.ts";

/** A client of Harbor IT with one person, who may also use the portal. */
export interface Client {
  company_id: string;
  contact_id: string;
  email: string;
  /** The person as a portal user. */
  portal: Ctx;
}

/** A company, a contact with an e-mail address, and the contact's portal account. */
export async function makeClient(
  t: TestProgram,
  name: string,
  tenant: TestTenant = t.harbor,
  role: PortalRole = "client_admin",
): Promise<Client> {
  const email = `ana@${name.toLowerCase().replace(/\W+/g, "-")}.example`;
  const made = await inUnit(tenant.system, async (work) => {
    const company = await insert(work, companies, { name, name_key: name.toLowerCase() });
    return { company_id: company.id, ...(await makePerson(work, company.id, ["Ana", `of ${name}`], email, role)) };
  });
  return {
    company_id: made.company_id,
    contact_id: made.contact_id,
    email,
    portal: await tenant.actorContext(made.user_id),
  };
}

/** Somebody else of a company who uses the portal. */
export async function makeColleague(
  t: TestProgram,
  companyId: string,
  role: PortalRole = "client_user",
  tenant: TestTenant = t.harbor,
): Promise<Ctx> {
  const made = await inUnit(tenant.system, (work) =>
    makePerson(work, companyId, ["Col", "League"], `col-${newId()}@client.example`, role),
  );
  return tenant.actorContext(made.user_id);
}

async function makePerson(
  work: Work,
  company_id: string,
  [first_name, last_name]: [string, string],
  email: string,
  role: PortalRole,
): Promise<{ contact_id: string; user_id: string }> {
  const contact = await insert(work, contacts, { company_id, first_name, last_name, email });
  const user = await insert(work, users, {
    id: newId(),
    user_type: "portal",
    name: `${first_name} ${last_name}`,
    email,
    contact_id: contact.id,
    password_hash: "x",
  });
  await update(work, contacts, contact.id, { is_portal_user: true, portal_user_id: user.id });
  await giveRole(work, user.id, role);
  return { contact_id: contact.id, user_id: user.id };
}

/** A browser in which somebody is signed in already. */
export async function signedIn(t: TestProgram, who: Ctx): Promise<Visitor> {
  const browser = t.browser(who.tenant.id === t.mill.id ? t.mill : t.harbor);
  const { token } = await inUnit(who, (work) => startSession(work, who.actor.user_id ?? ""));
  const name =
    who.actor.kind === "portal" ? portalCookieName(who.tenant.public_url) : staffCookieName(who.tenant.public_url);
  browser.cookies.set(name, token);
  return browser;
}
