import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type BillingWorld, billingWorld } from "../../../tests/support/billing.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { createContact, updateCompany, updateContact } from "../companies/index.ts";
import { approveInvoice } from "./actions/approve.ts";
import { createInvoice, deleteDraft, updateInvoice } from "./actions/drafts.ts";
import { addLine, deleteLine, moveLine, updateLine } from "./actions/lines.ts";
import { createTaxRate, deleteTaxRate, updateTaxRate } from "./actions/tax-rates.ts";
import type { InvoiceRow } from "./schema.ts";

let t: TestProgram;
let w: BillingWorld;
let company: { id: string };
let vat: { id: string };

beforeAll(async () => {
  t = await startTestProgram();
  w = await billingWorld(t);
  company = await w.company("Nordwind", { payment_terms: "net_15" });
  vat = await perform(w.finance, createTaxRate, { name: "VAT", rate: "20", is_default: true });
});
afterAll(() => t.close());

const line = (
  description: string,
  unit_price: string,
  given: Record<string, unknown> = {},
): Record<string, unknown> => ({ description, unit_price, ...given });
const make = (lines: unknown[], given: Record<string, unknown> = {}): Promise<InvoiceRow> =>
  perform(w.finance, createInvoice, { company_id: company.id, lines, ...given });

describe("a draft by hand", () => {
  test("takes currency, terms and tax from company and organization, and adds up", async () => {
    const draft = await make([
      line("Switch", "129.99", { quantity: "3", line_type: "product" }),
      line("Installed", "0.0035", { quantity: "1000" }),
      line("Deposit", "50", { is_taxable: false }),
    ]);
    expect(draft).toMatchObject({
      currency: "USD",
      payment_terms: "net_15",
      invoice_date: "2026-11-21",
      due_date: "2026-12-06",
      tax_name: "VAT",
      tax_percent: "20",
    });
    // 389.97 + 3.50 taxed, 50.00 not.
    expect([draft.subtotal, draft.tax_amount, draft.total, draft.balance_due]).toEqual([44_347, 7869, 52_216, 52_216]);
  });

  test("adds up anew with each change of its lines, its discount and its tax rate", async () => {
    const draft = await make([line("One", "100.00")]);
    const added = await perform(w.finance, addLine, { invoice_id: draft.id, ...line("Two", "50") });
    expect(await w.invoice(draft.id)).toMatchObject({ subtotal: 15_000, tax_amount: 3000, total: 18_000 });
    await perform(w.finance, updateInvoice, { id: draft.id, discount_amount: "30.00" });
    expect(await w.invoice(draft.id)).toMatchObject({
      subtotal: 15_000,
      discount_amount: 3000,
      tax_amount: 2400,
      total: 14_400,
    });
    await perform(w.finance, addLine, { invoice_id: draft.id, ...line("Rebate", "-20", { line_type: "discount" }) });
    expect(await w.invoice(draft.id)).toMatchObject({
      subtotal: 13_000,
      discount_amount: 3000,
      tax_amount: 2000,
      total: 12_000,
    });
    await perform(w.finance, updateLine, { id: added.id, quantity: "2" });
    expect(await w.invoice(draft.id)).toMatchObject({ subtotal: 18_000, total: 18_000 });
    await perform(w.finance, deleteLine, { id: added.id });
    await perform(w.finance, updateInvoice, { id: draft.id, tax_rate_id: null });
    expect(await w.invoice(draft.id)).toMatchObject({
      subtotal: 8000,
      tax_amount: 0,
      tax_name: null,
      total: 5000,
      balance_due: 5000,
    });
  });

  test("charges an exempt company no tax", async () => {
    const exempt = await w.company("Charity", { is_tax_exempt: true });
    expect(await make([line("Work", "100")], { company_id: exempt.id })).toMatchObject({
      tax_amount: 0,
      total: 10_000,
    });
    const later = await make([line("Work", "100")], { company_id: (await w.company("Later")).id });
    await perform(w.admin, updateCompany, { id: later.company_id, is_tax_exempt: true });
    expect(await perform(w.finance, approveInvoice, { id: later.id })).toMatchObject({ tax_amount: 0, total: 10_000 });
  });

  test("is in the currency of the company, in its smallest unit", async () => {
    const tokyo = await w.company("Tokyo", { currency: "JPY" });
    expect(
      await make([line("Work", "1500.4", { quantity: "2" })], { company_id: tokyo.id, tax_rate_id: null }),
    ).toMatchObject({ currency: "JPY", total: 3001 });
    await expect(make([], { company_id: tokyo.id, discount_amount: "1.50" })).rejects.toMatchObject({
      status: 422,
      problems: [{ field: "discount_amount" }],
    });
  });

  test("says what is wrong with each field, and leaves nothing behind", async () => {
    const before = (await reading(w.admin, (ctx) => ctx.db.selectFrom("invoices").select("id").execute())).length;
    const wrong = (given: Record<string, unknown>, field: string) =>
      expect(make([], given)).rejects.toMatchObject({ status: 422, problems: [{ field }] });
    await wrong({ company_id: vat.id }, "company_id");
    await wrong({ lines: [line("ok", "1"), line("  ", "1")] }, "lines/1/description");
    await wrong({ lines: [line("x", "1e5")] }, "lines/0/unit_price");
    await wrong({ lines: [line("x", "999999999999", { quantity: "999999999" })] }, "lines/0/unit_price");
    await wrong({ lines: [line("x", "1", { line_type: "tax" })] }, "lines/0/line_type");
    await wrong({ lines: [line("x", "5", { line_type: "discount" })] }, "lines/0/unit_price");
    await wrong({ discount_amount: "-1.00" }, "discount_amount");
    await wrong({ invoice_date: "9999-12-31" }, "invoice_date");
    await wrong({ tax_rate_id: company.id }, "tax_rate_id");
    await wrong({ total: "5.00" }, "total");
    const stranger = await w.company("Stranger");
    const contact = await reading(w.admin, (ctx) =>
      ctx.db.selectFrom("contacts").select("id").where("company_id", "=", stranger.id).executeTakeFirstOrThrow(),
    );
    await wrong({ billing_contact_id: contact.id }, "billing_contact_id");
    expect((await reading(w.admin, (ctx) => ctx.db.selectFrom("invoices").select("id").execute())).length).toBe(before);
  });

  test("keeps whom it is for, although they have moved to another company since", async () => {
    const there = await w.company("Next Employer");
    const contact = await perform(w.admin, createContact, { company_id: company.id, first_name: "Mo" });
    const draft = await make([line("One", "1")], { billing_contact_id: contact.id });
    await perform(w.admin, updateContact, { id: contact.id, company_id: there.id });
    const given = { id: draft.id, billing_contact_id: contact.id, po_number: "PO 7" };
    const changed = await perform(w.finance, updateInvoice, given);
    expect(changed).toMatchObject({ billing_contact_id: contact.id, po_number: "PO 7" });
  });

  test("moves its lines, and stops at the ends", async () => {
    const draft = await make([line("A", "1"), line("B", "1"), line("C", "1")]);
    const [first, , last] = await w.lines(draft.id);
    const order = async (): Promise<string> => (await w.lines(draft.id)).map((one) => one.description).join("");
    await perform(w.finance, moveLine, { id: last?.id, direction: "up" });
    expect(await order()).toBe("ACB");
    await perform(w.finance, moveLine, { id: first?.id, direction: "up" });
    expect(await order()).toBe("ACB");
  });

  test("is held off when somebody else has changed it", async () => {
    const draft = await make([line("A", "1")]);
    await perform(w.finance, updateInvoice, { id: draft.id, version: draft.version, po_number: "4711" });
    await expect(
      perform(w.finance, updateInvoice, { id: draft.id, version: draft.version, po_number: "0815" }),
    ).rejects.toMatchObject({ status: 412 });
    await expect(perform(w.finance, deleteDraft, { id: draft.id, version: draft.version })).rejects.toMatchObject({
      status: 412,
    });
    expect(await w.invoice(draft.id)).toMatchObject({ po_number: "4711" });
  });

  test("cannot be approved below zero", async () => {
    const draft = await make([line("A", "10.00")], { discount_amount: "20.00", tax_rate_id: null });
    expect(draft.problems.map((problem) => problem["code"])).toEqual(["negative_total"]);
    await expect(perform(w.finance, approveInvoice, { id: draft.id })).rejects.toMatchObject({
      status: 409,
      code: "draft_problems",
    });
  });
});

describe("an approved invoice", () => {
  test("does not change any more", async () => {
    const draft = await make([line("A", "10.00")]);
    const [only] = await w.lines(draft.id);
    const approved = await perform(w.finance, approveInvoice, { id: draft.id });
    const refused = { status: 409, code: "not_a_draft" };
    await expect(perform(w.finance, updateInvoice, { id: draft.id, notes: "x" })).rejects.toMatchObject(refused);
    await expect(perform(w.finance, addLine, { invoice_id: draft.id, ...line("B", "1") })).rejects.toMatchObject(
      refused,
    );
    await expect(perform(w.finance, updateLine, { id: only?.id, quantity: "2" })).rejects.toMatchObject(refused);
    await expect(perform(w.finance, deleteLine, { id: only?.id })).rejects.toMatchObject(refused);
    await expect(perform(w.finance, deleteDraft, { id: draft.id })).rejects.toMatchObject(refused);
    await perform(w.finance, updateTaxRate, { id: vat.id, rate: "21" });
    expect(await w.invoice(draft.id)).toEqual(approved);
  });
});

describe("tax rates", () => {
  test("lie between 0 and 100 per cent, and one at most is the standard", async () => {
    for (const rate of ["-1", "100.01"])
      await expect(perform(w.finance, createTaxRate, { name: `Odd ${rate}`, rate })).rejects.toMatchObject({
        status: 422,
        problems: [{ field: "rate" }],
      });
    await perform(w.finance, createTaxRate, { name: "Sales tax", rate: "8.250", is_default: true });
    const rates = await reading(w.admin, (ctx) =>
      ctx.db.selectFrom("tax_rates").select(["name", "rate"]).where("is_default", "=", true).execute(),
    );
    expect(rates).toEqual([{ name: "Sales tax", rate: "8.25" }]);
  });

  test("that an invoice names are not deleted", async () => {
    await expect(perform(w.finance, deleteTaxRate, { id: vat.id })).rejects.toMatchObject({
      status: 409,
      code: "in_use",
    });
  });
});
