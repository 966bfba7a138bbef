import { afterAll, beforeAll, expect, test } from "bun:test";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { makeClient } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { users } from "../../platform/access/schema.ts";
import { inUnit } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const set = (attributes: object) =>
  t.api("PATCH", "/api/v1/default-values", { key, body: { data: { type: "default_values", attributes } } });
const company = async (attributes: object): Promise<Record<string, unknown>> => {
  const answer = await t.api("POST", "/api/v1/companies", { key, body: { data: { type: "companies", attributes } } });
  return answer.body.data.attributes as Record<string, unknown>;
};

test("new records start with the program's defaults until the organization has its own", async () => {
  expect(await company({ name: "First" })).toMatchObject({ company_type: "client", payment_terms: "net_30" });
  expect((await t.api("GET", "/api/v1/default-values", { key })).body.data.attributes.contracts).toEqual({
    auto_renew: false,
    billing_cycle: "monthly",
  });
});

test("the organization's own defaults hold for the API and for forms; what is said counts more", async () => {
  const manager = await makeStaff(t.harbor, "sales", "Ada Manager");
  const answer = await set({ companies: { company_type: "prospect", account_manager_id: manager.id } });
  expect([answer.status, answer.body.data.attributes.companies.company_type]).toEqual([200, "prospect"]);
  expect(await company({ name: "Second" })).toMatchObject({ company_type: "prospect", account_manager_id: manager.id });
  expect(await company({ name: "Third", company_type: "vendor", account_manager_id: null })).toMatchObject({
    company_type: "vendor",
    account_manager_id: null,
  });
  const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  await browser.open("/companies/new");
  const made = await browser.submit("/companies/new", { name: "Fourth" });
  expect(made.text).toContain("Prospect");
  expect(made.text).toContain("Ada Manager");
});

test("payment terms and currency of the organization are those of new companies", async () => {
  const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  await browser.open("/settings/locale");
  await browser.submit("/settings/locale", { payment_terms: "net_15", currency: "EUR" });
  expect(await company({ name: "Fifth" })).toMatchObject({ payment_terms: "net_15", currency: "EUR" });
});

test("the page saves what it shows, and says what is wrong where it is", async () => {
  const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  await browser.open("/settings/defaults");
  const saved = await browser.submit("/settings/defaults", { "contracts.billing_cycle": "quarterly" });
  expect(saved.text).toContain("Saved.");
  const { body } = await t.api("GET", "/api/v1/default-values", { key });
  expect(body.data.attributes.contracts.billing_cycle).toBe("quarterly");
  const wrong = await browser.submit("/settings/defaults", { "contracts.billing_cycle": "sometimes" });
  expect(wrong.status).toBe(422);
  expect(wrong.text).toContain("must be one of");
});

test("a default that does not exist, or for a column that has none, is refused by name", async () => {
  const answer = await set({ companies: { account_manager_id: "0193c2f4-5a6b-7c8d-9e0f-112233445566" } });
  expect([answer.status, answer.body.errors[0].source.pointer]).toEqual([
    422,
    "/data/attributes/companies/account_manager_id",
  ]);
  expect((await set({ companies: { name: "X" } })).body.errors[0].code).toBe("unknown_field");
  expect((await set({ users: { name: "X" } })).body.errors[0].code).toBe("unknown_field");
});

test("an account manager who left stays the default until somebody changes it, and nobody of a client becomes one", async () => {
  const manager = await makeStaff(t.harbor, "sales", "Lee Aving");
  await set({ companies: { account_manager_id: manager.id } });
  await inUnit(t.harbor.system, (work) => update(work, users, manager.id, { deactivated_at: t.clock.now() }));
  const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  await browser.open("/settings/defaults");
  expect((await browser.submit("/settings/defaults", { "contracts.billing_cycle": "annually" })).text).toContain(
    "Saved.",
  );
  const { attributes } = (await t.api("GET", "/api/v1/default-values", { key })).body.data;
  expect(attributes).toMatchObject({
    companies: { account_manager_id: manager.id },
    contracts: { billing_cycle: "annually" },
  });
  const { portal } = await makeClient(t, "Prairie Printing");
  const refused = await set({ companies: { account_manager_id: portal.actor.user_id } });
  expect([refused.status, refused.body.errors[0].code, refused.body.errors[0].detail]).toEqual([
    422,
    "not_staff",
    "Account manager has to be one of the staff.",
  ]);
});

test("another organization keeps its own", async () => {
  const { body } = await t.api("GET", "/api/v1/default-values", {
    key: await t.mill.key("administrator"),
    tenant: t.mill,
  });
  expect(body.data.attributes.companies.company_type).toBe("client");
});
