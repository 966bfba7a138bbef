import { afterAll, beforeAll, expect, test } from "bun:test";
import { type BillingWorld, billingWorld, november } from "../../../tests/support/billing.ts";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type RecordApi, recordApi } from "../../../tests/support/record-api.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { createRateCard } from "../contracts/index.ts";
import { approveInvoice } from "./actions/approve.ts";
import { createInvoice } from "./actions/drafts.ts";
import { generateFromContract, generateFromTime, rebuildDraft } from "./actions/generate.ts";
import { recordPayment } from "./actions/payments.ts";
import { agingReport } from "./reports.ts";

/** Companies that are billed in two currencies may be one and the same: each amount stays in the currency that it was in. */

let t: TestProgram;
let w: BillingWorld;
let api: RecordApi;

beforeAll(async () => {
  t = await startTestProgram();
  w = await billingWorld(t);
  api = recordApi(t, await t.harbor.key("administrator"));
});
afterAll(() => t.close());

interface Row {
  id: string;
}

/** What money there is of companies, without whose it is: amounts with what they are in. */
const moneyOf = (...companyIds: string[]): Promise<Row[]> =>
  reading(t.harbor.system, async ({ db }) => {
    const rows: Row[][] = [
      await db
        .selectFrom("invoices")
        .select(["id", "currency", "subtotal", "total", "amount_paid", "balance_due", "status"])
        .where("company_id", "in", companyIds)
        .execute(),
      await db
        .selectFrom("payments")
        .select(["id", "currency", "amount", "invoice_id"])
        .where("company_id", "in", companyIds)
        .execute(),
      await db
        .selectFrom("contracts")
        .select(["id", "currency", "billing_amount", "rate_card_id"])
        .where("company_id", "in", companyIds)
        .execute(),
      await db
        .selectFrom("time_entries")
        .select(["id", "currency", "hourly_rate", "total_amount", "contract_id"])
        .where("company_id", "in", companyIds)
        .execute(),
      await db
        .selectFrom("invoice_lines")
        .innerJoin("invoices", "invoices.id", "invoice_lines.invoice_id")
        .select(["invoice_lines.id", "invoice_lines.currency", "invoice_lines.unit_price", "invoice_lines.total"])
        .where("invoices.company_id", "in", companyIds)
        .execute(),
      await db
        .selectFrom("contract_items")
        .innerJoin("contracts", "contracts.id", "contract_items.contract_id")
        .select(["contract_items.id", "contract_items.currency", "contract_items.unit_price"])
        .where("contracts.company_id", "in", companyIds)
        .execute(),
    ];
    return rows.flat().toSorted((a, b) => (a.id < b.id ? -1 : 1));
  });

interface Client {
  id: string;
  contractId: string;
  draftId: string;
  openId: string;
}

/** A client that has all there is of money in one currency: 100 a month, 60 open of 100, a draft of time, a rated hour. */
async function client(name: string, currency: string): Promise<Client> {
  const { id } = await w.company(name, { currency });
  const card = await perform(w.admin, createRateCard, { name, currency, rates: { [w.remote]: "120" } });
  const item = { name: "Backup", item_type: "recurring_service", unit_price: "20" };
  const contract = await w.contract(id, { billing_amount: "100.00", rate_card_id: card.id }, [item]);
  await w.time(id, "2026-11-03", 60, { contract_id: contract.id });
  const open = await perform(w.finance, createInvoice, {
    company_id: id,
    lines: [{ description: "Work", unit_price: "100.00" }],
  });
  await perform(w.finance, approveInvoice, { id: open.id });
  await perform(w.finance, recordPayment, { invoice_id: open.id, amount: "40.00", payment_method: "wire" });
  await w.time(id, "2026-10-05", 60, { contract_id: null, hourly_rate: "90" });
  const range = { from: "2026-10-01", to: "2026-10-31" };
  const draft = await perform(w.finance, generateFromTime, { company_id: id, ...range });
  await w.time(id, "2026-11-05", 60, { contract_id: null, hourly_rate: "90" });
  return { id, contractId: contract.id, draftId: draft.id, openId: open.id };
}

const billed = async ({ contractId }: Client): Promise<[string, number]> => {
  const { currency, total } = await perform(w.finance, generateFromContract, { contract_id: contractId, ...november });
  return [currency, total];
};

for (const take of [[], ["currency"]])
  test(`merged, all amounts stay what they were in, ${take.length === 0 ? "the currency of the one that stays is kept" : "or the other's is taken"}`, async () => {
    const kept = await client(`Dollars ${take.length}`, "USD");
    const gone = await client(`Euros ${take.length}`, "EUR");
    const before = await moneyOf(kept.id, gone.id);
    const preview = await api.get(`companies/${kept.id}/merge?with=${gone.id}`);
    expect(preview.body.data.attributes.differences).toContainEqual({
      name: "currency",
      label: "Currency",
      kept: "USD",
      gone: "EUR",
      is_taken: false,
    });
    const merged = await api.post(`companies/${kept.id}/merge`, "companies", { merged_id: gone.id, take });
    expect(merged.status).toBe(200);
    const [own, foreign] = take.length === 0 ? ["USD", "EUR"] : ["EUR", "USD"];
    expect(merged.body.data.attributes.currency).toBe(own);
    expect(await moneyOf(kept.id)).toEqual(before);

    expect([await billed(kept), await billed(gone)]).toEqual([
      ["USD", 24_000],
      ["EUR", 24_000],
    ]);
    for (const [one, currency] of [
      [kept, "USD"],
      [gone, "EUR"],
    ] as const) {
      expect(await perform(w.finance, rebuildDraft, { id: one.draftId })).toMatchObject({ currency, total: 9000 });
      const paid = await perform(w.finance, recordPayment, {
        invoice_id: one.openId,
        amount: "10.00",
        payment_method: "wire",
      });
      expect([paid.currency, paid.company_id]).toEqual([currency, kept.id]);
    }
    // Of the time without a contract only that in the company's own currency has a price for its invoice.
    const ofTime = await perform(w.finance, generateFromTime, {
      company_id: kept.id,
      from: "2026-11-01",
      to: "2026-11-30",
    });
    expect(ofTime).toMatchObject({ currency: own, total: 9000 });
    expect(ofTime.problems).toEqual([
      expect.objectContaining({ code: "no_rate", message: expect.stringContaining(`is in ${foreign}`) }),
    ]);

    const { rows } = await reading(w.finance, agingReport);
    expect(rows.filter((row) => row.company_id === kept.id).map((row) => [row.currency, row.total])).toEqual([
      ["EUR", 5000],
      ["USD", 5000],
    ]);
    const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    const page = await browser.open(`/companies/${kept.id}`);
    expect(page.text).toContain("€50.00");
    expect(page.text).toContain("$50.00");
  });
