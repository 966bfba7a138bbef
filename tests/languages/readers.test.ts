import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { users } from "../../src/platform/access/schema.ts";
import { inUnit, reading } from "../../src/platform/context.ts";
import { update } from "../../src/platform/database/records.ts";
import { browserHeaders } from "../support/everything.ts";
import { makeClient } from "../support/desk.ts";
import { browserOf, makeStaff } from "../support/people.ts";
import { startTestProgram, type TestProgram } from "../support/program.ts";

setDefaultTimeout(180_000);

let t: TestProgram;
beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

const html = async (path: string, headers: Record<string, string>): Promise<string> =>
  (await t.fetch(path, { headers })).text();

test("a page in front of the door speaks the browser's language, and says which it is", async () => {
  const german = await html("/sign-in", { "accept-language": "de-DE,de;q=0.9" });
  expect(german).toContain('<html lang="de">');
  expect(german).toContain("Anmelden");
  expect(await html("/sign-in", { "accept-language": "fr" })).toContain('<html lang="en">');
});

test("a person's pages are in the language they chose, whatever the browser asks for", async () => {
  const technician = await t.harbor.as("technician");
  const headers = await browserHeaders(t, technician);
  expect(await html("/tickets", { ...headers, "accept-language": "de" })).toContain('<html lang="en">');
  await inUnit(t.harbor.system, (work) => update(work, users, technician.actor.user_id ?? "", { language: "de" }));
  const german = await html("/tickets", headers);
  expect(german).toContain('<html lang="de">');
  expect(german).toContain("Nicht zugewiesen");
});

test("the API stays English for them", async () => {
  const key = await t.harbor.key("technician");
  const answer = await t.api("POST", "/api/v1/tickets", { key, body: { data: { type: "tickets", attributes: {} } } });
  expect(JSON.stringify(answer.body)).toContain("is required.");
});

test("mails to a contact are in the contact's language, else in the company's", async () => {
  const key = await t.harbor.key("administrator");
  const client = await makeClient(t, "Lübecker Werft");
  const patch = (path: string, type: string, language: string | null) =>
    t.api("PATCH", `/api/v1/${path}`, { key, body: { data: { type, attributes: { language } } } });
  const received = async (title: string): Promise<string> => {
    const attributes = { title, company_id: client.company_id, contact_id: client.contact_id };
    await t.api("POST", "/api/v1/tickets", { key, body: { data: { type: "tickets", attributes } } });
    await t.settle();
    const mail = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("mails").select("text_body").orderBy("id", "desc").executeTakeFirstOrThrow(),
    );
    return mail.text_body;
  };
  expect(await received("One")).toContain("We have received your request");
  expect((await patch(`companies/${client.company_id}`, "companies", "de")).status).toBe(200);
  expect(await received("Two")).toContain("Wir haben Ihre Anfrage erhalten");
  expect((await patch(`contacts/${client.contact_id}`, "contacts", "en")).status).toBe(200);
  expect(await received("Three")).toContain("We have received your request");
  const refused = await patch(`contacts/${client.contact_id}`, "contacts", "xyz");
  expect(refused.status).toBe(422);
});

test("amounts stand in fields as their reader writes them, and are read so", async () => {
  const person = await makeStaff(t.harbor, "administrator");
  await inUnit(t.harbor.system, (work) => update(work, users, person.id, { language: "de" }));
  const browser = await browserOf(t, person);
  const made = await t.api("POST", "/api/v1/work-types", {
    key: await t.harbor.key("administrator"),
    body: { data: { type: "work_types", attributes: { name: "Vor Ort" } } },
  });
  const { id } = made.body.data;
  const path = `/settings/work-types/${id}`;
  const rate = (): Promise<{ default_rate: string | null }> =>
    reading(t.harbor.system, ({ db }) =>
      db.selectFrom("work_types").select("default_rate").where("id", "=", id).executeTakeFirstOrThrow(),
    );
  await browser.open(path);
  await browser.submit(path, { default_rate: "1.150,50" });
  expect(Number((await rate()).default_rate)).toBe(1150.5);
  const shown = await browser.open(path);
  expect(shown.html).toMatch(/name="default_rate"[^>]* value="1150,50?"/);
  await browser.submit(path, {});
  expect(Number((await rate()).default_rate)).toBe(1150.5);
  await browser.open(path);
  const wrong = await browser.submit(path, { default_rate: "1,2,3" });
  expect([wrong.status, wrong.html.includes('value="1,2,3"')]).toEqual([422, true]);
});
