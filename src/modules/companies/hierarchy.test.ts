import { afterAll, beforeAll, expect, test } from "bun:test";
import { signedIn } from "../../../tests/support/desk.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type Attributes, type RecordApi, recordApi } from "../../../tests/support/record-api.ts";
import { inUnit } from "../../platform/context.ts";

let t: TestProgram;
let api: RecordApi;

beforeAll(async () => {
  t = await startTestProgram();
  api = recordApi(t, await t.harbor.key("administrator"));
});
afterAll(() => t.close());

const company = async (name: string, more: Attributes = {}): Promise<string> =>
  (await api.post("companies", "companies", { name, ...more })).body.data.id as string;

test("a group is shown from above and from below, with what is going on in it", async () => {
  const top = await company("Group Holding");
  const middle = await company("Group North", { parent_company_id: top });
  const leaf = await company("Group Kiel", { parent_company_id: middle });
  await api.post("tickets", "tickets", { title: "Slow", company_id: leaf });
  const seen = await api.get(`companies/${middle}/hierarchy`);
  expect(
    seen.body.data.map((one: { id: string; attributes: Record<string, unknown> }) => [
      one.id,
      one.attributes["depth"],
      one.attributes["open_ticket_count"],
    ]),
  ).toEqual([
    [top, -1, null],
    [leaf, 1, 1],
  ]);
  expect((await api.get(`companies?filter[parent_company_id]=${top}`)).body.data).toHaveLength(1);
  const browser = await signedIn(t, await t.harbor.as("technician"));
  const page = await browser.open(`/companies/${leaf}`);
  expect(page.html).toContain(`href="/companies/${top}"`);
  expect((await browser.open(`/companies/${top}`)).text).toContain("Group Kiel");
  const list = (await browser.open(`/companies?group=${middle}`)).html;
  expect([list.includes(`/companies/${leaf}`), list.includes(`data-id="${top}"`)]).toEqual([true, false]);
});

test("what stands below an archived company stays in its group, on the page and over the API", async () => {
  const top = await company("Estate Holding");
  const middle = await company("Estate Gone", { parent_company_id: top });
  const leaf = await company("Estate Lives", { parent_company_id: middle });
  const below = await company("Estate Below", { parent_company_id: leaf });
  expect((await api.post(`companies/${middle}/archive`, "companies")).status).toBe(200);
  const seen = (await api.get(`companies/${top}/hierarchy`)).body.data as {
    id: string;
    attributes: { depth: number };
  }[];
  expect(seen.map(({ id, attributes }) => [id, attributes.depth])).toEqual([
    [leaf, 1],
    [below, 2],
  ]);
  const browser = await signedIn(t, await t.harbor.as("technician"));
  const page = await browser.open(`/companies/${top}`);
  expect([page.text.includes("Estate Lives"), page.text.includes("Estate Gone")]).toEqual([true, false]);
});

test("a prospect becomes a client once, and keeps its history", async () => {
  const id = await company("Maybe Ltd", { company_type: "prospect", status: "prospect" });
  await api.post(`companies/${id}/notes`, "record_notes", { content: "Met at the fair" });
  const browser = await signedIn(t, await t.harbor.as("technician"));
  await browser.open(`/companies/${id}`);
  expect((await browser.submit(`/companies/${id}/convert`)).text).toContain("It is a client now.");
  expect((await api.get(`companies/${id}`)).body.data.attributes).toMatchObject({
    company_type: "client",
    status: "active",
  });
  expect((await api.get(`companies/${id}/notes`)).body.data).toHaveLength(1);
  expect((await api.post(`companies/${id}/convert`, "companies")).status).toBe(409);
});

test("the first billing contact gets the invoices, until somebody archives or moves them", async () => {
  const id = await company("Pays Ltd");
  const contact = (
    await api.post("contacts", "contacts", { company_id: id, first_name: "Bea", contact_type: "billing" })
  ).body.data.id;
  await api.post("contacts", "contacts", { company_id: id, first_name: "Bob", contact_type: "billing" });
  const of = async (): Promise<unknown> =>
    (await api.get(`companies/${id}`)).body.data.attributes.default_billing_contact_id;
  expect(await of()).toBe(contact);
  const browser = await signedIn(t, await t.harbor.as("technician"));
  await browser.open(`/contacts/${contact}`);
  await browser.submit(`/contacts/${contact}/archive`);
  expect(await of()).toBeNull();
});

test("a circle is refused over however many generations, and the whole group is shown", async () => {
  const top = await company("Deep 0");
  let leaf = top;
  for (let generation = 1; generation <= 55; generation += 1)
    leaf = await company(`Deep ${generation}`, { parent_company_id: leaf });
  const circle = await api.patch(`companies/${top}`, "companies", { parent_company_id: leaf });
  expect([circle.status, circle.body.errors?.[0].source.pointer]).toEqual([422, "/data/attributes/parent_company_id"]);
  expect((await api.get(`companies/${top}/hierarchy`)).body.data).toHaveLength(55);
  expect((await api.get(`companies/${leaf}/hierarchy`)).body.data).toHaveLength(55);
});

test("a circle that is in the data all the same is shown once around, and can be opened", async () => {
  const one = await company("Ring one");
  const two = await company("Ring two", { parent_company_id: one });
  await inUnit(t.harbor.system, ({ db }) =>
    db.updateTable("companies").set({ parent_company_id: two }).where("id", "=", one).execute(),
  );
  const shown = (await api.get(`companies/${one}/hierarchy`)).body.data.map(({ id }: { id: string }) => id);
  expect(shown).toEqual([one, two, two]);
  const opened = await api.patch(`companies/${one}`, "companies", { parent_company_id: null });
  expect([opened.status, opened.body.data.attributes.parent_company_id]).toEqual([200, null]);
});

test("a primary site that moves gives way to the one that is there, and stays the primary one where there is none", async () => {
  const [from, taken, free] = [await company("Sites from"), await company("Sites taken"), await company("Sites free")];
  const site = async (company_id: string, name: string): Promise<string> =>
    (await api.post("sites", "sites", { name, company_id, is_primary: true })).body.data.id;
  const present = await site(taken, "Head office");
  const [one, other] = [await site(from, "One"), await site(from, "Other")];
  const isPrimary = async (id: string): Promise<boolean> =>
    (await api.get(`sites/${id}`)).body.data.attributes.is_primary;
  const move = async (id: string, company_id: string): Promise<boolean> =>
    (await api.patch(`sites/${id}`, "sites", { company_id })).body.data.attributes.is_primary;
  expect(await isPrimary(one)).toBe(false);
  expect([await move(other, taken), await isPrimary(present)]).toEqual([false, true]);
  expect(await move(await site(from, "Third"), free)).toBe(true);
});

test("who moves to another company leaves the site behind, and a site that is named stays", async () => {
  const from = await company("Moving from");
  const to = await company("Moving to");
  const site = (await api.post("sites", "sites", { name: "Old place", company_id: from })).body.data.id as string;
  const there = (await api.post("sites", "sites", { name: "New place", company_id: to })).body.data.id as string;
  const person = async (): Promise<string> =>
    (await api.post("contacts", "contacts", { first_name: "Mo", company_id: from, site_id: site })).body.data.id;
  const change = (path: string, attributes: Attributes): Promise<ApiAnswer> =>
    api.patch(path, path.split("/")[0] ?? "", attributes);
  const [one, other] = [await person(), await person()];
  const stays = await change(`sites/${site}`, { company_id: to });
  expect([stays.status, stays.body.errors?.[0].detail]).toEqual([
    422,
    "This site is named by contacts (2), so it stays with its company.",
  ]);
  expect((await change(`contacts/${one}`, { company_id: to })).body.data.attributes.site_id).toBeNull();
  const named = await change(`contacts/${other}`, { company_id: to, site_id: there });
  expect(named.body.data.attributes.site_id).toBe(there);
  await api.post(`sites/${site}/notes`, "record_notes", { content: "Key under the mat" });
  expect((await change(`sites/${site}`, { company_id: to })).status).toBe(200);
});
