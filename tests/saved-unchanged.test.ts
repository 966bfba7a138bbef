import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { setRoles } from "../src/modules/staff/index.ts";
import { inUnit } from "../src/platform/context.ts";
import { addAll } from "../src/platform/reference.ts";
import { browserOf, makeStaff } from "./support/people.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";
import { type Attributes, type RecordApi, recordApi } from "./support/record-api.ts";

/** Whoever opens a form and saves it as it is has changed nothing, whatever became of what is chosen in it. */

setDefaultTimeout(120_000);

let t: TestProgram;
let api: RecordApi;
let administrator: string;

beforeAll(async () => {
  t = await startTestProgram();
  administrator = await t.harbor.key("administrator");
  api = recordApi(t, administrator);
});
afterAll(() => t.close());

/** Somebody with a role of their own. */
async function personWith(permissions: string[]): Promise<{ id: string; email: string }> {
  const role = await api.made("roles", "roles", { name: Bun.randomUUIDv7(), permissions });
  const person = await makeStaff(t.harbor, "technician");
  await inUnit(t.harbor.system, (work) => setRoles(work, person.id, [role]));
  return person;
}

/** Opens a form and saves it as it is. */
async function saved(path: string, permissions: string[]): Promise<void> {
  const browser = await browserOf(t, await personWith(permissions));
  expect((await browser.open(path)).status).toBe(200);
  const page = await browser.submit(path);
  expect([page.status, page.url]).not.toEqual([422, path]);
}

/** Archives an entry of a list of the tickets, which its page does. */
async function archived(list: string, id: string): Promise<void> {
  const browser = await browserOf(t, await personWith(["tickets.read", "tickets.configure"]));
  await browser.open(`/settings/${list}/${id}`);
  expect((await browser.submit(`/settings/${list}/${id}/archive`)).status).toBe(200);
  expect((await attributes(`${list}/${id}`))["archived_at"]).not.toBeNull();
}

async function attributes(path: string): Promise<Record<string, unknown>> {
  return (await api.get(path)).body.data.attributes;
}

test("a category below one that was archived stays below it", async () => {
  const above = await api.made("ticket-categories", "ticket_categories", { name: "Hardware" });
  const id = await api.made("ticket-categories", "ticket_categories", { name: "Printers", parent_category_id: above });
  await archived("ticket-categories", above);
  await saved(`/settings/ticket-categories/${id}`, ["tickets.read", "tickets.configure"]);
  expect(await attributes(`ticket-categories/${id}`)).toMatchObject({ parent_category_id: above });
});

test("a ticket type keeps the queue of its new tickets, though that was archived", async () => {
  const queue = await api.made("ticket-queues", "ticket_queues", { name: "Projects" });
  await api.made("ticket-queues", "ticket_queues", { name: "Support" });
  const id = await api.made("ticket-types", "ticket_types", { name: "Project", default_queue_id: queue });
  await archived("ticket-queues", queue);
  await saved(`/settings/ticket-types/${id}`, ["tickets.read", "tickets.configure"]);
  expect(await attributes(`ticket-types/${id}`)).toMatchObject({ default_queue_id: queue });
});

test("a company keeps its rate card, though whoever saves it may see none", async () => {
  const card = await api.made("rate-cards", "rate_cards", { name: "Friends", currency: "USD" });
  const id = await api.made("companies", "companies", { name: "Prairie Printing", rate_card_id: card });
  await saved(`/companies/${id}/edit`, ["companies.read", "companies.write"]);
  expect(await attributes(`companies/${id}`)).toMatchObject({ rate_card_id: card });
});

test("a ticket keeps whom it is for and where, though whoever saves it may see no companies", async () => {
  const company_id = await api.made("companies", "companies", { name: "Harbor Mill" });
  const contact_id = await api.made("contacts", "contacts", { first_name: "Ada", company_id });
  const site_id = await api.made("sites", "sites", { name: "Pier", company_id });
  await inUnit(t.harbor.system, async (work) => {
    for (const set of t.app.registry.reference) await addAll(work, set);
  });
  const id = await api.made("tickets", "tickets", { title: "Down", company_id, contact_id, site_id });
  await saved(`/tickets/${id}/edit`, ["tickets.read", "tickets.write"]);
  expect(await attributes(`tickets/${id}`)).toMatchObject({ company_id, contact_id, site_id });
});

test("time keeps its contract, though whoever saves it may see none, as while contracts are switched off", async () => {
  const company_id = await api.made("companies", "companies", { name: "Contracted" });
  const contract_id = await api.made("contracts", "contracts", {
    company_id,
    name: "Managed office",
    contract_type: "managed_services",
    start_date: "2026-01-01",
    billing_cycle: "monthly",
    status: "active",
  });
  const work_type_id = await api.made("work-types", "work_types", { name: "Remote work" });
  const worked = { company_id, contract_id, work_type_id, date: "2026-11-20", duration_minutes: 30 };
  const id = await api.made("time-entries", "time_entries", worked);
  expect(await attributes(`time-entries/${id}`)).toMatchObject({ contract_id });
  await saved(`/time/${id}/edit`, ["companies.read", "time.read", "time.write", "time.manage"]);
  expect(await attributes(`time-entries/${id}`)).toMatchObject({ contract_id });
});

test("an organization keeps a time zone, a language and a currency that its page does not offer by itself", async () => {
  const given = { timezone: "Europe/Kiev", locale: "fr-FR", currency: "RON" };
  expect((await api.patch("organization", "organizations", given)).status).toBe(200);
  await saved("/settings/locale", ["settings.manage"]);
  expect(await attributes("organization")).toMatchObject(given);
});

test("mail settings keep what an API client does not send, the password too", async () => {
  const patch = (sent: Attributes) => api.patch("mail-settings", "mail_settings", sent);
  const whole = { host: "mail.example.com", port: 587, security: "starttls", username: "purser", password: "secret" };
  const entered = await patch({ ...whole, from_name: "Harbor IT", from_address: "desk@harbor.test" });
  expect(entered.status).toBe(200);
  const sealed = () =>
    t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("mail_settings").select("password_sealed").executeTakeFirstOrThrow(),
    );
  const before = await sealed();
  expect((await patch({ from_name: "Harbor Desk" })).status).toBe(200);
  expect(await attributes("mail-settings")).toMatchObject({ host: "mail.example.com", username: "purser" });
  expect(await sealed()).toEqual(before);
  expect((await patch({ username: null })).status).toBe(200);
  expect(await sealed()).toEqual({ password_sealed: null });
});
