/** People who sign in by the front door, with a password that is really theirs. */
import { setRoles } from "../../src/modules/staff/index.ts";
import { users } from "../../src/platform/access/schema.ts";
import { inUnit, reading, type Work } from "../../src/platform/context.ts";
import { hashPassword } from "../../src/platform/crypto/passwords.ts";
import { insert } from "../../src/platform/database/records.ts";
import type { StandardRole } from "../../src/platform/module.ts";
import type { TestProgram, TestTenant } from "./program.ts";
import type { Page, Visitor } from "./visitor.ts";

export const password = "seven quiet harbour lamps";

export interface Person {
  id: string;
  email: string;
}

let count = 0;

/** A new member of the staff who knows `password`. */
export async function makeStaff(tenant: TestTenant, role: StandardRole, name = "Robin Vale"): Promise<Person> {
  count += 1;
  const email = `robin${count}@${tenant.host}`;
  const password_hash = await hashPassword(password);
  return inUnit(tenant.system, async (work) => {
    const password_changed_at = work.app.clock.now();
    const user = await insert(work, users, { user_type: "staff", name, email, password_hash, password_changed_at });
    await giveRole(work, user.id, role);
    return { id: user.id, email };
  });
}

/** Makes a standard role the only one of a user. */
export async function giveRole(work: Work, userId: string, role: StandardRole): Promise<void> {
  const { id } = await work.db.selectFrom("roles").select("id").where("role_key", "=", role).executeTakeFirstOrThrow();
  await setRoles(work, userId, [id]);
}

/** Signs in by the page, as a person does. */
export async function signIn(visitor: Visitor, person: { email: string }, given = password): Promise<Page> {
  await visitor.open("/sign-in");
  return visitor.submit("/sign-in", { email: person.email, password: given });
}

/** A browser in which this person is signed in. */
export async function browserOf(t: TestProgram, person: Person, tenant = t.harbor): Promise<Visitor> {
  const visitor = t.browser(tenant);
  const page = await signIn(visitor, person);
  if (page.status !== 200) throw new Error(`${person.email} could not sign in: ${page.status} ${page.text}`);
  return visitor;
}

/** The one-time link in the newest mail to an address, as a path. */
export async function linkFor(tenant: TestTenant, address: string): Promise<string> {
  const mails = await reading(tenant.system, ({ db }) =>
    db.selectFrom("mails").select("text_body").where("to_address", "=", address).orderBy("id", "desc").execute(),
  );
  const link = new RegExp(`${tenant.tenant.public_url}((?:/portal)?/(?:invite|reset)/[\\w-]+)`);
  const path = mails.map((mail) => link.exec(mail.text_body)?.[1]).find((found) => found !== undefined);
  if (path === undefined) throw new Error(`no link was mailed to ${address}`);
  return path;
}

/** What the API asks of whoever signs in. */
export const credentialsOf = (person: { email: string }, given = password): unknown => ({
  data: { type: "credentials", attributes: { email: person.email, password: given } },
});

/** Signs a person in over the API and answers their access token. */
export async function tokenOf(t: TestProgram, person: Person): Promise<string> {
  const { status, body } = await t.api("POST", "/api/v1/auth/login", { body: credentialsOf(person) });
  if (status !== 200) throw new Error(`${person.email} could not sign in: ${status} ${JSON.stringify(body)}`);
  return body.data.attributes.access_token;
}
