import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type BillingWorld, billingWorld, november } from "../../../tests/support/billing.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { contextOf, inUnit, reading } from "../../platform/context.ts";
import type { Later } from "../../platform/database/later.ts";
import type { Db } from "../../platform/database/tables.ts";
import { createCompany, createContact, updateCompany } from "../companies/index.ts";
import { updateContract } from "../contracts/index.ts";
import { createWorkType, updateTime, updateWorkType } from "../time/index.ts";
import { approveInvoice } from "./actions/approve.ts";
import { generateFromContract, generateFromTime, mostTogether, rebuildDraft } from "./actions/generate.ts";
import { generateBatch } from "./batch.ts";
import type { InvoiceRow } from "./schema.ts";

let t: TestProgram;
let w: BillingWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await billingWorld(t);
});
afterAll(() => t.close());

const invoiceCount = async (): Promise<number> =>
  (await reading(w.admin, (ctx) => ctx.db.selectFrom("invoices").select("id").execute())).length;

describe("a draft from a contract", () => {
  test("bills the fee, uses prepaid hours first, and bills the rest with its rate's source", async () => {
    const company = await w.company("Nordwind");
    const contract = await w.contract(company.id, { billing_amount: "1200.00" }, [w.block()]);
    await w.time(company.id, "2026-11-03", 90);
    await w.time(company.id, "2026-11-12", 60, { work_type_id: w.onsite });
    await w.time(company.id, "2026-11-20", 75);
    await w.time(company.id, "2026-11-18", 30, { is_billable: false });
    const draft = await perform(w.finance, generateFromContract, { contract_id: contract.id, ...november });
    expect(draft).toMatchObject({
      status: "draft",
      invoice_number: null,
      period_start: "2026-11-01",
      period_end: "2026-12-01",
      currency: "USD",
      problems: [],
    });
    expect(
      (await w.lines(draft.id)).map((line) => [line.description, line.quantity, line.unit_price, line.total]),
    ).toEqual([
      ["Managed office, November 2026", "1", "1200", 120_000],
      ["Remote support (covered by prepaid hours 2.00 h)", "2", "0", 0],
      ["On-site work", "1", "140", 14_000],
      ["Remote support", "0.75", "95", 7125],
    ]);
    expect((await w.lines(draft.id)).map((line) => line.explanation["rate_source"])).toMatchObject([
      undefined,
      undefined,
      { kind: "default_rate_card", name: "Standard" },
      { kind: "overage", name: "Support hours" },
    ]);
    expect([draft.subtotal, draft.total, draft.balance_due]).toEqual([141_125, 141_125, 141_125]);
  });

  test("is made once: a second run changes nothing, before approval and after it", async () => {
    const company = await w.company("Once");
    const contract = await w.contract(company.id, { billing_amount: "100.00" });
    await w.time(company.id, "2026-11-03", 60, { work_type_id: w.onsite });
    const draft = await perform(w.finance, generateFromContract, { contract_id: contract.id, ...november });
    const before = await invoiceCount();
    await expect(
      perform(w.finance, generateFromContract, { contract_id: contract.id, ...november }),
    ).rejects.toMatchObject({ status: 409, code: "draft_exists" });
    await perform(w.finance, approveInvoice, { id: draft.id });
    await expect(
      perform(w.finance, generateFromContract, { contract_id: contract.id, ...november }),
    ).rejects.toMatchObject({ status: 409, code: "nothing_to_bill" });
    expect(await invoiceCount()).toBe(before);
  });

  test("is made once when two runs come at the same moment", async () => {
    const company = await w.company("Twice");
    const contract = await w.contract(company.id, { billing_amount: "100.00" });
    await w.time(company.id, "2026-11-03", 60, { work_type_id: w.onsite });
    const runs = await Promise.allSettled(
      [1, 2, 3].map(() => perform(w.finance, generateFromContract, { contract_id: contract.id, ...november })),
    );
    expect(runs.filter((run) => run.status === "fulfilled")).toHaveLength(1);
    const made = await reading(w.admin, (ctx) =>
      ctx.db.selectFrom("invoices").select("id").where("contract_id", "=", contract.id).execute(),
    );
    expect(made).toHaveLength(1);
  });

  test("bills what came later on an invoice of its own, and late time against the hours of its own period", async () => {
    const company = await w.company("Later");
    const contract = await w.contract(company.id, { billing_amount: "100.00" }, [w.block()]);
    await w.time(company.id, "2026-10-05", 105);
    const october = await perform(w.finance, generateFromContract, {
      contract_id: contract.id,
      period_start: "2026-10-01",
    });
    await perform(w.finance, approveInvoice, { id: october.id });
    await w.time(company.id, "2026-10-30", 30);
    const draft = await perform(w.finance, generateFromContract, { contract_id: contract.id, ...november });
    expect((await w.lines(draft.id)).map((line) => [line.description, line.total])).toEqual([
      ["Managed office, November 2026", 10_000],
      ["Remote support (covered by prepaid hours 0.25 h)", 0],
      ["Remote support", 2375],
    ]);
    await perform(w.finance, approveInvoice, { id: draft.id });
    const ledger = await reading(w.admin, (ctx) =>
      ctx.db
        .selectFrom("contract_hour_balances")
        .selectAll()
        .where("contract_id", "=", contract.id)
        .orderBy("period_start")
        .execute(),
    );
    expect(ledger.map((row) => [row.period_start, row.hours_included, row.hours_used, row.hours_remaining])).toEqual([
      ["2026-10-01", "2", "2", "0"],
      ["2026-11-01", "2", "0", "2"],
    ]);
  });

  test("leaves time of a period that is not billed yet to that period", async () => {
    const company = await w.company("Patience");
    const contract = await w.contract(company.id, { billing_amount: "100.00" });
    await w.time(company.id, "2026-10-05", 60, { work_type_id: w.onsite });
    const draft = await perform(w.finance, generateFromContract, { contract_id: contract.id, ...november });
    expect(draft.total).toBe(10_000);
    const october = await perform(w.finance, generateFromContract, {
      contract_id: contract.id,
      period_start: "2026-10-01",
    });
    expect(october.total).toBe(24_000);
  });

  test("without a rate says so, is not approved, and is built again once there is one", async () => {
    const company = await w.company("Rateless");
    const contract = await w.contract(company.id);
    const worked = await w.time(company.id, "2026-11-03", 60);
    const draft = await perform(w.finance, generateFromContract, { contract_id: contract.id, ...november });
    expect(draft.problems.map((problem) => problem["code"])).toEqual(["no_rate", "nothing_to_bill"]);
    await expect(perform(w.finance, approveInvoice, { id: draft.id })).rejects.toMatchObject({
      status: 409,
      code: "draft_problems",
      problems: [{ code: "no_rate" }, { code: "nothing_to_bill" }],
    });
    await perform(w.admin, updateTime, { id: worked.id, hourly_rate: "80" });
    const rebuilt = await perform(w.finance, rebuildDraft, { id: draft.id });
    expect([rebuilt.total, rebuilt.problems]).toEqual([8000, []]);
  });

  test("charges items that are not taxable without tax", async () => {
    const company = await w.company("Mixed");
    const contract = await w.contract(company.id, {}, [
      { name: "Licences", item_type: "product", quantity: "3", unit_price: "10.50", is_taxable: false },
      { name: "Backup", item_type: "recurring_service", unit_price: "40" },
    ]);
    const draft = await perform(w.finance, generateFromContract, { contract_id: contract.id, ...november });
    expect((await w.lines(draft.id)).map((line) => [line.line_type, line.total, line.is_taxable])).toEqual([
      ["product", 3150, false],
      ["service", 4000, true],
    ]);
  });

  test("warns of a charge that is billed in part, after the billing cycle was changed", async () => {
    const company = await w.company("Recycled");
    const contract = await w.contract(company.id, { billing_amount: "100.00" });
    const january = await perform(w.finance, generateFromContract, {
      contract_id: contract.id,
      period_start: "2026-01-01",
    });
    await perform(w.finance, approveInvoice, { id: january.id });
    await perform(w.admin, updateContract, { id: contract.id, billing_cycle: "quarterly", billing_amount: "300.00" });
    await w.time(company.id, "2026-02-03", 60, { work_type_id: w.onsite });
    const quarter = await perform(w.finance, generateFromContract, {
      contract_id: contract.id,
      period_start: "2026-01-01",
    });
    expect([quarter.total, quarter.problems.map((problem) => [problem["severity"], problem["code"]])]).toEqual([
      14_000,
      [["warning", "partly_billed"]],
    ]);
    expect(await perform(w.finance, approveInvoice, { id: quarter.id })).toMatchObject({ status: "pending" });
  });

  test("says which periods there are, and that a draft contract is not billed", async () => {
    const company = await w.company("Strict");
    const contract = await w.contract(company.id, { billing_amount: "100.00" });
    const wrong = (given: Record<string, unknown>) =>
      perform(w.finance, generateFromContract, { contract_id: contract.id, ...given });
    await expect(wrong({ period_start: "2026-11-02" })).rejects.toMatchObject({
      status: 422,
      problems: [{ field: "period_start" }],
    });
    await expect(wrong({ date: "2025-12-31" })).rejects.toMatchObject({ status: 422, problems: [{ field: "date" }] });
    await expect(wrong({ contract_id: company.id })).rejects.toMatchObject({
      status: 422,
      problems: [{ field: "contract_id" }],
    });
    const asleep = await w.contract(company.id, { billing_amount: "1.00", status: "draft" });
    await expect(perform(w.finance, generateFromContract, { contract_id: asleep.id })).rejects.toMatchObject({
      status: 409,
    });
  });
});

describe("a draft from time", () => {
  test("bills billable time without a contract, both days included, once", async () => {
    const company = await w.company("Hourly");
    await w.time(company.id, "2026-11-01", 60, { work_type_id: w.onsite });
    await w.time(company.id, "2026-11-15", 30, { hourly_rate: "100" });
    await w.time(company.id, "2026-11-16", 60, { work_type_id: w.onsite });
    const range = { company_id: company.id, from: "2026-11-01", to: "2026-11-15" };
    const draft = await perform(w.finance, generateFromTime, range);
    expect([draft.total, draft.contract_id]).toEqual([19_000, null]);
    await expect(perform(w.finance, generateFromTime, range)).rejects.toMatchObject({
      status: 409,
      code: "nothing_to_bill",
    });
    await expect(perform(w.finance, generateFromTime, { ...range, to: "2026-10-01" })).rejects.toMatchObject({
      status: 422,
    });
  });
});

describe("a rate in another currency", () => {
  const euros = { currency: "EUR" };
  const fromTime = (company_id: string): Promise<InvoiceRow> =>
    perform(w.finance, generateFromTime, { company_id, from: "2026-11-01", to: "2026-11-30" });

  test("is none: a work type's own rate counts for companies in its currency only", async () => {
    const type = await perform(w.admin, createWorkType, { name: "Consulting", default_rate: "150" });
    const at = { work_type_id: type.id };
    const dollars = await w.company("Dollars");
    await w.time(dollars.id, "2026-11-03", 60, at);
    expect((await fromTime(dollars.id)).total).toBe(15_000);
    const company = await w.company("Yen", { currency: "JPY" });
    await w.time(company.id, "2026-11-03", 60, at);
    await expect(fromTime(company.id)).rejects.toMatchObject({
      code: "no_rate",
      message: expect.stringContaining('no hourly rate for "Consulting" in JPY'),
    });
    const contract = await w.contract(company.id, { billing_amount: "100" });
    await w.time(company.id, "2026-11-04", 60, at);
    const draft = await perform(w.finance, generateFromContract, { contract_id: contract.id, ...november });
    expect([draft.total, draft.problems.map((problem) => problem["code"])]).toEqual([100, ["no_rate"]]);
    await perform(w.admin, updateWorkType, { id: type.id, default_rate: "20000", currency: "JPY" });
    expect(await perform(w.finance, rebuildDraft, { id: draft.id })).toMatchObject({ total: 20_100, problems: [] });
  });

  test("stays in its currency when the organization takes another one", async () => {
    const type = await perform(w.admin, createWorkType, { name: "Training", default_rate: "150" });
    const later = await perform(w.admin, createWorkType, { name: "Rateless so far" });
    const since = contextOf(w.admin.app, { ...w.admin.tenant, ...euros }, w.admin.actor);
    const company = await perform(since, createCompany, { name: "Euros since" });
    await w.time(company.id, "2026-11-03", 60, { work_type_id: type.id });
    await expect(
      perform(since, generateFromTime, { company_id: company.id, from: "2026-11-01", to: "2026-11-30" }),
    ).rejects.toMatchObject({ code: "no_rate" });
    const renamed = await perform(since, updateWorkType, { id: type.id, name: "Course" });
    const raised = await perform(since, updateWorkType, { id: type.id, default_rate: "160" });
    const first = await perform(since, updateWorkType, { id: later.id, default_rate: "90" });
    expect([renamed.currency, raised.currency, first.currency]).toEqual(["USD", "USD", "EUR"]);
  });

  test("is a problem where it was set on the time entry, until it is set anew", async () => {
    const company = await w.company("Moving to the euro");
    const worked = await w.time(company.id, "2026-11-03", 60, { hourly_rate: "80" });
    await perform(w.admin, updateCompany, { id: company.id, ...euros });
    await expect(fromTime(company.id)).rejects.toMatchObject({
      code: "no_rate",
      message: expect.stringContaining("is in USD"),
    });
    // What is sent back as it was shown says nothing new.
    const kept = await perform(w.admin, updateTime, { id: worked.id, hourly_rate: "80", notes: "Looked at" });
    expect(kept.currency).toBe("USD");
    await perform(w.admin, updateTime, { id: worked.id, hourly_rate: "75" });
    expect(await fromTime(company.id)).toMatchObject({ total: 7500, currency: "EUR", problems: [] });
  });

  test("is not taken along as a number when time moves to a company in another currency", async () => {
    const before = await w.company("Dollars before");
    const after = await w.company("Euros after", euros);
    const rated = await w.time(before.id, "2026-11-03", 60, { hourly_rate: "80" });
    const plain = await w.time(before.id, "2026-11-03", 60);
    const moved = await perform(w.admin, updateTime, { id: rated.id, company_id: after.id });
    expect([moved.company_id, moved.currency]).toEqual([after.id, "USD"]);
    expect((await perform(w.admin, updateTime, { id: plain.id, company_id: after.id })).currency).toBe("EUR");
    await expect(fromTime(after.id)).rejects.toMatchObject({ code: "no_rate" });
  });

  test("is looked for in the draft's currency, whatever its company is billed in by now", async () => {
    const company = await w.company("Changed since", euros);
    const contract = await w.contract(company.id, { billing_amount: "100.00" });
    await perform(w.admin, updateCompany, { id: company.id, currency: "USD" });
    const worked = await w.time(company.id, "2026-11-03", 60, { contract_id: contract.id, hourly_rate: "80" });
    expect(worked.currency).toBe("EUR");
    const draft = await perform(w.finance, generateFromContract, { contract_id: contract.id, ...november });
    expect(draft).toMatchObject({ currency: "EUR", total: 18_000, problems: [] });
    await w.time(company.id, "2026-11-04", 60, { contract_id: null, work_type_id: w.onsite });
    const ofTime = await fromTime(company.id);
    await perform(w.admin, updateCompany, { id: company.id, ...euros });
    expect(await perform(w.finance, rebuildDraft, { id: ofTime.id })).toMatchObject({ currency: "USD", total: 14_000 });
  });
});

describe("a billing run", () => {
  test("makes the drafts of a month, and reports what it left out", async () => {
    const mill = await billingWorld(t, t.mill);
    const good = await mill.company("Alpha");
    const empty = await mill.company("Beta");
    await mill.contract(good.id, { billing_amount: "250.00" });
    await mill.contract(empty.id, { contract_type: "time_and_materials", name: "As needed" });
    await mill.contract(empty.id, { billing_cycle: "quarterly", billing_amount: "90.00", name: "Quarterly" });
    const report = await generateBatch(mill.finance, { month: "2026-11", invoice_date: "2026-11-30" });
    expect(report.made.map((one) => [one.company, one.total])).toEqual([["Alpha", 25_000]]);
    expect(report.skipped.map((one) => one.company)).toEqual(["Beta", "Beta"]);
    expect(report.failed).toEqual([]);
    const again = await generateBatch(mill.finance, { month: "2026-11" });
    expect([again.made, again.skipped.length]).toEqual([[], 3]);
    await expect(generateBatch(mill.finance, { month: "2026-13" })).rejects.toMatchObject({ status: 422 });
  });

  test("is broken off while the database takes no writes, and makes the rest when it is run again", async () => {
    const month = "2025-12";
    for (let number = 1; number <= mostTogether + 1; number += 1) {
      const { id } = await w.company(`Number ${number} of the broken run`);
      await w.contract(id, { billing_amount: "100.00", start_date: "2025-12-01" });
    }
    const { app } = w.finance;
    let writes = 0;
    const database = {
      ...app.database,
      write: <T>(tenantId: string, work: (db: Db, later: Later) => Promise<T>): Promise<T> => {
        writes += 1;
        if (writes > 1) throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
        return app.database.write(tenantId, work);
      },
    };
    const full = contextOf({ ...app, database }, w.finance.tenant, w.finance.actor);
    const before = await invoiceCount();
    await expect(generateBatch(full, { month })).rejects.toMatchObject({ status: 503 });
    expect([writes, await invoiceCount()]).toEqual([2, before + mostTogether]);
    const report = await generateBatch(w.finance, { month });
    expect([report.failed, await invoiceCount()]).toEqual([[], before + mostTogether + 1]);
  });

  test("leaves out the one contract that cannot be billed, and makes the drafts of the others", async () => {
    const month = "2025-10";
    const contracts = [];
    for (const name of ["Left", "Wrong", "Right"]) {
      const { id } = await w.company(`${name} of it`);
      contracts.push(await w.contract(id, { billing_amount: "100.00", start_date: "2025-10-01" }));
    }
    // Merged while it was a company's billing contact: no form lets that happen.
    const company_id = contracts[1]?.company_id ?? "";
    const person = { company_id, last_name: "Books" };
    const gone = await perform(w.admin, createContact, { ...person, first_name: "Gone" });
    const here = await perform(w.admin, createContact, { ...person, first_name: "Here" });
    await inUnit(w.admin, async ({ db }) => {
      await db
        .updateTable("companies")
        .set({ default_billing_contact_id: gone.id })
        .where("id", "=", company_id)
        .execute();
      await db.updateTable("contacts").set({ merged_into_id: here.id }).where("id", "=", gone.id).execute();
    });
    const report = await generateBatch(w.finance, { month });
    expect(report.made.filter(({ company }) => company.endsWith("of it")).map(({ company }) => company)).toEqual([
      "Left of it",
      "Right of it",
    ]);
    expect(report.failed).toMatchObject([{ company: "Wrong of it", invoice_id: null }]);
    expect(report.failed[0]?.reason).toContain("merged");
  });
});
