import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeClient, signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { createWorkType } from "../time/actions/reference.ts";

let t: TestProgram;
let admin: Ctx;
let remote: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.as("administrator");
  remote = (await perform(admin, createWorkType, { name: "Remote" })).id;
});
afterAll(() => t.close());

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
    expect(shown.text).toContain("0 min of 10 h used");
    expect(shown.text).toContain("$1,000.00");
    expect((await visitor.open(`/companies/${client.company_id}`)).text).toContain("Hours left, Prepaid");
    expect((await visitor.open(`/contracts?company=${client.company_id}`)).text).toContain("Prepaid");
    // Two who look at the same page, or one who presses twice: it is renewed once.
    const colleague = await signedIn(t, await t.harbor.as("administrator"));
    const renew = /action="([^"]*\/renew[^"]*)"/.exec((await visitor.open(at)).html)?.[1]?.replace("&#x3D;", "=") ?? "";
    await colleague.open(at);
    expect((await visitor.submit(renew)).text).toContain("Renewed until 2028-04-30.");
    const late = await colleague.submit(renew);
    expect([late.text.includes("Renewed until"), late.text.includes("changed")]).toEqual([false, true]);
    expect(late.text).toContain("Apr 30, 2028");
    await visitor.open(at);
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
