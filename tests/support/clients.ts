import { companies, contacts } from "../../src/modules/companies/index.ts";
import { inviteContact } from "../../src/modules/portal/index.ts";
import { perform } from "../../src/platform/action.ts";
import { inUnit, reading } from "../../src/platform/context.ts";
import { insert } from "../../src/platform/database/records.ts";
import type { TestProgram, TestTenant } from "./program.ts";
import type { Visitor } from "./visitor.ts";

/** Clients of an organization and their way into the portal. */
export const clientPassword = "a quiet harbour at dawn";

/** A contact of a client who is signed in to the portal. */
export interface Client {
  companyId: string;
  contactId: string;
  email: string;
  browser: Visitor;
}

/** A company with one contact. */
export async function contactOf(
  tenant: TestTenant,
  company: string,
  email: string | null,
): Promise<{ companyId: string; contactId: string }> {
  return inUnit(tenant.system, async (work) => {
    const { id: companyId } = await insert(work, companies, { name: company });
    const person = { company_id: companyId, first_name: "Annika", last_name: "Petersen", email };
    const { id: contactId } = await insert(work, contacts, person);
    return { companyId, contactId };
  });
}

/** The path of the portal link in the last mail to an address. */
export async function linkFor(t: TestProgram, email: string): Promise<string> {
  const mail = await t.app.database.read(t.harbor.id, (db) =>
    db
      .selectFrom("mails")
      .select("text_body")
      .where("to_address", "=", email)
      .where((eb) => eb.or([eb("text_body", "like", "%/portal/invite/%"), eb("text_body", "like", "%/portal/reset/%")]))
      .orderBy("id", "desc")
      .executeTakeFirstOrThrow(),
  );
  return /http:\/\/[^/\s]+(\/portal\/\S+)/.exec(mail.text_body)?.[1] ?? "";
}

/** A contact of Harbor's who was invited, has chosen a password and is signed in. */
export async function clientOf(t: TestProgram, company: string, email: string): Promise<Client> {
  const made = await contactOf(t.harbor, company, email);
  await letIn(t, made.contactId);
  const browser = t.browser();
  const link = await linkFor(t, email);
  await browser.open(link);
  const home = await browser.submit(link, { password: clientPassword });
  if (home.url !== "/portal") throw new Error(`not signed in: ${home.url} ${home.text}`);
  return { ...made, email, browser };
}

/** An access token of a client, for the API. */
export async function tokenOf(
  t: TestProgram,
  { email }: Pick<Client, "email">,
  password = clientPassword,
): Promise<string> {
  const credentials = { type: "credentials", attributes: { email, password } };
  const answer = await t.api("POST", "/api/v1/portal/auth/login", { body: { data: credentials } });
  return answer.body.data.attributes.access_token;
}

/** Invites a contact as what a company's first person is: Client admin. */
export async function letIn(t: TestProgram, contactId: string): Promise<void> {
  const role = await reading(t.harbor.system, ({ db }) =>
    db.selectFrom("roles").select("id").where("role_key", "=", "client_admin").executeTakeFirstOrThrow(),
  );
  await perform(await t.harbor.as("technician"), inviteContact, { id: contactId, role_id: role.id });
}
