import { afterAll, beforeAll, expect, test } from "bun:test";
import { users } from "../src/platform/access/schema.ts";
import { inUnit, reading } from "../src/platform/context.ts";
import { workTypes } from "../src/modules/time/index.ts";
import { insert, update } from "../src/platform/database/records.ts";
import { billingWorld } from "./support/billing.ts";
import { clientOf } from "./support/clients.ts";
import { browserOf, makeStaff, password, type Person } from "./support/people.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";
import type { Visitor } from "./support/visitor.ts";

/** Instants are shown and typed in the zone of whoever looks, and documents are dated where the organization is (UTC here). */

let t: TestProgram;
let yuki: Person;
let browser: Visitor;

beforeAll(async () => {
  t = await startTestProgram();
  yuki = await makeStaff(t.harbor, "administrator", "Yuki Mori");
  await inUnit(t.harbor.system, (work) => update(work, users, yuki.id, { timezone: "Asia/Tokyo" }));
  // Nine in the evening where the organization is; in Tokyo it is six in the morning of the next day.
  t.clock.advance(12 * 3600_000);
  browser = await browserOf(t, yuki);
});
afterAll(() => t.close());

const at = (timeZone: string, day: "date" | "instant" = "instant"): string =>
  new Intl.DateTimeFormat("en-US", {
    dateStyle: "medium",
    ...(day === "instant" ? { timeStyle: "short" } : {}),
    timeZone,
  }).format(new Date(t.clock.now()));

async function company(name: string): Promise<string> {
  const key = await t.harbor.key("administrator");
  const body = { data: { type: "companies", attributes: { name } } };
  return (await t.api("POST", "/api/v1/companies", { key, body })).body.data.id;
}

test("a page shows somebody their own time, and everybody else the organization's", async () => {
  const id = await company("Harbour View");
  expect((await browser.open(`/companies/${id}`)).html).toContain(at("Asia/Tokyo"));
  const other = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  const { html } = await other.open(`/companies/${id}`);
  expect(html).toContain(at("UTC"));
  expect(html).not.toContain(at("Asia/Tokyo"));
});

test("their today is the day that it is where they are", async () => {
  expect((await browser.open("/")).text).toContain(at("Asia/Tokyo", "date"));
  expect((await browser.open("/time/new")).html).toContain('value="2026-11-22"');
});

test("what they log today is found under today", async () => {
  const acme = await company("Logged today");
  await inUnit(t.harbor.system, (work) => insert(work, workTypes, { name: "Watch" }));
  await browser.open(`/time/new?company_id=${acme}`);
  expect((await browser.submit("/time/new", { duration: "45" })).status).toBe(200);
  for (const period of ["today", "week"])
    expect([period, (await browser.open(`/time?company=${acme}&period=${period}`)).text]).toEqual([
      period,
      expect.stringContaining("45 min Not billed"),
    ]);
});

test("over the API what is typed without an offset is meant in their zone as well", async () => {
  const key = await t.harbor.key("administrator");
  const attributes = { entity_type: "companies", field_type: "datetime", label: "Visit" };
  const made = await t.api("POST", "/api/v1/custom-fields", {
    key,
    body: { data: { type: "custom_fields", attributes } },
  });
  expect(made.status).toBe(201);
  const { body } = await t.api("POST", "/api/v1/auth/login", {
    body: { data: { type: "credentials", attributes: { email: yuki.email, password } } },
  });
  const visited = async (token: string, name: string): Promise<string> => {
    const document = { type: "companies", attributes: { name, custom_fields: { visit: "2026-12-01T09:30" } } };
    const answer = await t.api("POST", "/api/v1/companies", { key: token, body: { data: document } });
    return answer.body.data.attributes.custom_fields.visit;
  };
  expect(await visited(body.data.attributes.access_token, "By session")).toBe("2026-12-01T00:30:00.000Z");
  expect(await visited(key, "By somebody without a zone")).toBe("2026-12-01T09:30:00.000Z");
});

test("an invoice that they write has the organization's date", async () => {
  const world = await billingWorld(t);
  const { id: company_id } = await world.company("Quay Books");
  await world.contract(company_id, {}, []);
  const page = await browser.open(`/invoices/new?company=${company_id}`);
  expect(page.status).toBe(200);
  const sent = await browser.submit("/invoices/new", { company_id });
  const [, invoiceId = ""] = /\/invoices\/([0-9a-f-]{36})/.exec(sent.url) ?? [];
  const row = await reading(t.harbor.system, ({ db }) =>
    db.selectFrom("invoices").select("invoice_date").where("id", "=", invoiceId).executeTakeFirstOrThrow(),
  );
  expect(row.invoice_date).toBe("2026-11-21");
});

test("a client sees the time that stands with the contact, until they choose another one", async () => {
  const client = await clientOf(t, "Kranich GmbH", "kira@kranich.example");
  await inUnit(t.harbor.system, async ({ db }) => {
    await db
      .updateTable("contacts")
      .set({ timezone: "Europe/Berlin" })
      .where("email", "=", "kira@kranich.example")
      .execute();
  });
  const key = await t.harbor.key("administrator");
  const { body } = await t.api("GET", "/api/v1/me", { key });
  expect(body.data.attributes.timezone).toBeNull();
  await client.browser.open("/portal/tickets/new");
  const ticket = await client.browser.submit("/portal/tickets/new", { title: "Printer", description: "It hums." });
  expect(ticket.html).toContain(at("Europe/Berlin"));
  await inUnit(t.harbor.system, async ({ db }) => {
    await db.updateTable("users").set({ timezone: "Asia/Tokyo" }).where("email", "=", "kira@kranich.example").execute();
  });
  expect((await client.browser.open(ticket.url)).html).toContain(at("Asia/Tokyo"));
});
