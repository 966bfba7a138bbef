import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient, signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, testNow, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { contextOf, type Ctx, inUnit, reading } from "../../platform/context.ts";
import { updateCompany } from "../companies/index.ts";
import { createWorkType } from "../time/actions/reference.ts";
import { logTime } from "../time/index.ts";
import {
  coverageOf,
  createContract,
  createItem,
  createRateCard,
  hoursLeft,
  portalHours,
  ratesFor,
  writeHourBalance,
} from "./index.ts";

let t: TestProgram;
let admin: Ctx;
let remote: string;
let onSite: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.as("administrator");
  remote = (await perform(admin, createWorkType, { name: "Remote" })).id;
  onSite = (await perform(admin, createWorkType, { name: "On-site" })).id;
});
afterAll(() => t.close());

/** A client with a contract that begins on the first of January. */
async function covered(
  name: string,
  more: Record<string, unknown> = {},
  items: Record<string, unknown>[] = [],
): Promise<Client & { contract_id: string; item_ids: string[] }> {
  const client = await makeClient(t, name);
  const { id } = await perform(admin, createContract, {
    name: `${name} care`,
    company_id: client.company_id,
    contract_type: "block_hours",
    start_date: "2026-01-01",
    status: "active",
    ...more,
  });
  const item_ids: string[] = [];
  for (const item of items) {
    const made = await perform(admin, createItem, {
      contract_id: id,
      name: "Hours",
      item_type: "block_hours",
      unit_price: "500",
      included_hours: "5",
      billing_frequency: "monthly",
      ...item,
    });
    item_ids.push(made.id);
  }
  return { ...client, contract_id: id, item_ids };
}

const work = (
  company_id: string,
  date: string,
  duration: string,
  more: Record<string, unknown> = {},
): Promise<{ id: string }> => perform(admin, logTime, { company_id, date, duration, work_type_id: remote, ...more });
const left = (id: string): ReturnType<typeof hoursLeft> => reading(admin, (ctx) => hoursLeft(ctx, id));
const coverage = (client: { company_id: string }, contract_id: string | null = null): ReturnType<typeof coverageOf> =>
  reading(admin, (ctx) => coverageOf(ctx, { company_id: client.company_id, contract_id }));

describe("the pages", () => {
  test("make a contract with prepaid hours, show what is left, and cancel it", async () => {
    const client = await makeClient(t, "By hand");
    const visitor = await signedIn(t, await t.harbor.as("finance"));
    await visitor.open(`/contracts/new?company_id=${client.company_id}`);
    const made = await visitor.submit("/contracts/new", {
      name: "Prepaid",
      contract_type: "block_hours",
      start_date: "2026-11-01",
      end_date: "2027-10-31",
      billing_amount: "",
      "renewal_terms.months": "6",
    });
    expect(made.text).toContain("Contract created.");
    const at = made.url;
    await visitor.open(`${at}/items/new`);
    const wrong = await visitor.submit(`${at}/items/new`, { name: "Ten hours", unit_price: "1000" });
    expect([wrong.status, wrong.text.includes("Say how many hours are prepaid")]).toEqual([422, true]);
    const shown = await visitor.submit(`${at}/items/new`, {
      name: "Ten hours",
      unit_price: "1000",
      included_hours: "10",
      overage_rate: "120",
    });
    expect(shown.text).toContain("10 h");
    expect(shown.text).toContain("0 h of 10 h used");
    expect(shown.text).toContain("$1,000.00");
    expect((await visitor.open(`/companies/${client.company_id}`)).text).toContain("Hours left, Prepaid");
    expect((await visitor.open(`/contracts?company=${client.company_id}`)).text).toContain("Prepaid");
    await visitor.open(at);
    expect((await visitor.submit(`${at}/renew`)).text).toContain("Renewed until 2028-04-30.");
    expect((await visitor.submit(`${at}/cancel`)).text).toContain("Contract cancelled.");
    for (const query of ["ending=soon", "status=x", "company=x", "archived=yes"])
      expect([query, (await visitor.open(`/contracts?${query}`)).status]).toEqual([query, 200]);
  });

  test("keep rates by work type, and show a technician only the card", async () => {
    const finance = await signedIn(t, await t.harbor.as("finance"));
    await finance.open("/rate-cards/new");
    const wrong = await finance.submit("/rate-cards/new", { name: "Night", [`rates.${remote}`]: "a lot" });
    expect([wrong.status, wrong.html.includes("a lot")]).toEqual([422, true]);
    expect((await finance.submit("/rate-cards/new", { name: "Night", [`rates.${remote}`]: "210" })).text).toContain(
      "Night",
    );
    const { id } = await reading(admin, ({ db }) =>
      db.selectFrom("rate_cards").select("id").where("name", "=", "Night").executeTakeFirstOrThrow(),
    );
    const link = `/rate-cards/${id}`;
    expect((await finance.open(link)).html).toContain('value="210"');
    const technician = await signedIn(t, await t.harbor.as("technician"));
    expect((await technician.open(link)).html).not.toContain(`${link}/delete`);
    expect((await technician.open("/contracts/new")).status).toBe(403);
  });
});
