import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type BillingWorld, billingWorld } from "../../../tests/support/billing.ts";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Page, Visitor } from "../../../tests/support/visitor.ts";
import { perform } from "../../platform/action.ts";
import { updateContract } from "../contracts/index.ts";
import { updateCompany } from "../companies/index.ts";
import { approveInvoice } from "./actions/approve.ts";
import { createInvoice, updateInvoice } from "./actions/drafts.ts";
import { createTaxRate } from "./actions/tax-rates.ts";

let t: TestProgram;
let w: BillingWorld;
let finance: Visitor;

beforeAll(async () => {
  t = await startTestProgram();
  w = await billingWorld(t);
  finance = await browserOf(t, await makeStaff(t.harbor, "finance"));
});
afterAll(() => t.close());

const idIn = (url: string): string => /\/invoices\/([\w-]{36})/.exec(url)?.[1] ?? "";

/** The address of a button that carries the version it was shown for. */
const buttonOf = (page: Page, path: string): string =>
  `${path}?version=${new RegExp(`${path}\\?version(?:=|&#x3D;)(\\d+)`).exec(page.html)?.[1] ?? ""}`;

describe("the pages", () => {
  test("lead from nothing to a paid invoice", async () => {
    const company = await w.company("Nordwind");
    expect((await finance.open("/invoices")).text).toContain("No invoices yet");
    await finance.open(`/invoices/new?company_id=${company.id}`);
    const draft = await finance.submit("/invoices/new", { po_number: "PO 7" });
    const home = `/invoices/${idIn(draft.url)}`;
    expect(draft.text).toContain("No lines yet There is nothing to bill: the invoice has no lines. Add line");
    await finance.open(`${home}/lines/new`);
    const mistyped = await finance.submit(`${home}/lines/new`, { description: "Router", unit_price: "12,x" });
    expect([mistyped.status, mistyped.text]).toEqual([422, expect.stringContaining("must be a decimal number")]);
    expect(mistyped.html).toContain('value="12,x"');
    const withLine = await finance.submit(`${home}/lines/new`, {
      description: "Router",
      unit_price: "120",
      quantity: "2",
    });
    expect(withLine.text).toContain("$240.00");
    expect(withLine.text).toContain("Written by Robin Vale.");
    const approved = await finance.submit(buttonOf(withLine, `${home}/approve`));
    expect(approved.text).toContain("INV-000001");
    expect((await finance.open("/search?q=INV-000001")).text).toMatch(/INV-000001 Nordwind · Approved, \$240\.00/);
    await finance.open(home);
    const sent = await finance.submit(`${home}/send`);
    expect(sent.text).toContain("The invoice is on its way.");
    await finance.open(`${home}/payment`);
    const paid = await finance.submit(`${home}/payment`, { reference_number: "4711" });
    expect(paid.text).toContain("Payment recorded.");
    expect(paid.text).toContain("4711");
    expect((await finance.open("/invoices?view=paid")).text).toContain("INV-000001");
    const pdf = await t.fetch(`${home}/pdf`, {
      headers: { cookie: [...finance.cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
    });
    expect(pdf.headers.get("content-type")).toBe("application/pdf");
  });

  test("say what tax is taken of, and that a client is exempt, as it was when the invoice was issued", async () => {
    const vat = await perform(w.finance, createTaxRate, { name: "VAT", rate: "5.5" });
    const company = await w.company("Taxed");
    const { id } = await perform(w.finance, createInvoice, {
      company_id: company.id,
      tax_rate_id: vat.id,
      lines: [
        { description: "Work", unit_price: "100" },
        { description: "Deposit", unit_price: "50", is_taxable: false },
      ],
    });
    const shown = async (): Promise<string> => (await finance.open(`/invoices/${id}`)).text;
    expect(await shown()).toContain("VAT 5.5% on $100.00 $5.50");
    await perform(w.admin, updateCompany, { id: company.id, is_tax_exempt: true });
    await perform(w.finance, approveInvoice, { id });
    await perform(w.admin, updateCompany, { id: company.id, is_tax_exempt: false });
    expect(await shown()).toContain("Tax exempt $0.00");
    expect(await shown()).not.toContain("VAT 5.5%");
  });

  test("change lines and take them off again", async () => {
    const company = await w.company("Lines");
    await finance.open(`/invoices/new?company_id=${company.id}`);
    const home = `/invoices/${idIn((await finance.submit("/invoices/new")).url)}`;
    await finance.open(`${home}/lines/new`);
    const page = await finance.submit(`${home}/lines/new`, { description: "Cable", unit_price: "9.99" });
    const line = new RegExp(`${home}/lines/([\\w-]{36})`).exec(page.html)?.[1] ?? "";
    expect((await finance.open(`${home}/lines/${line}`)).text).toContain("Where it comes from");
    await finance.open(`${home}/lines/${line}/edit`);
    expect((await finance.submit(`${home}/lines/${line}/edit`, { quantity: "3" })).text).toContain("$29.97");
    await finance.open(`${home}/lines/${line}`);
    expect((await finance.submit(`${home}/lines/${line}/move/up`)).text).toContain("Line moved.");
    await finance.open(`${home}/lines/${line}`);
    expect((await finance.submit(`${home}/lines/${line}/delete`)).text).toContain("Line removed.");
    await finance.open(`${home}/edit`);
    expect((await finance.submit(`${home}/edit`, { notes: "Thank you.", discount_amount: "0.00" })).text).toContain(
      "Thank you.",
    );
    const changed = await finance.open(home);
    expect((await finance.submit(buttonOf(changed, `${home}/delete`))).text).toContain("Draft deleted.");
  });

  test("do not approve what somebody else has changed meanwhile", async () => {
    const company = await w.company("Raced");
    await finance.open(`/invoices/new?company_id=${company.id}`);
    const home = `/invoices/${idIn((await finance.submit("/invoices/new")).url)}`;
    await finance.open(`${home}/lines/new`);
    const shown = await finance.submit(`${home}/lines/new`, { description: "Cable", unit_price: "9.99" });
    const colleague = await browserOf(t, await makeStaff(t.harbor, "finance"));
    await colleague.open(`${home}/lines/new`);
    await colleague.submit(`${home}/lines/new`, { description: "Router", unit_price: "900" });
    // The page that was shown before the colleague's line: its button, sent as it stood there.
    const token = /name="(csrf[^"]*|_csrf)" value="([^"]*)"/.exec(shown.html);
    const stale = await finance.post(buttonOf(shown, `${home}/approve`), { [token?.[1] ?? ""]: token?.[2] ?? "" });
    expect(stale.text).toContain("Somebody else has changed this record");
  });

  test("run the billing of a month: what is due, what was made, what was left out", async () => {
    const company = await w.company("Managed");
    await w.contract(company.id, { billing_amount: "1200.00" });
    await w.time(company.id, "2026-11-05", 60, { work_type_id: w.remote });
    const preview = await finance.open("/billing/run?month=2026-11");
    expect(preview.text).toContain("$1,200.00");
    expect(preview.text).toContain("Needs attention");
    const report = await finance.submit("/billing/run");
    expect(report.text).toContain("Drafts made");
    expect(report.html).toMatch(/\/invoices\/[\w-]{36}/);
    expect((await finance.open("/billing/run?month=2026-11")).text).toContain("There is a draft already.");
    expect((await finance.open("/billing/run?month=nonsense")).status).toBe(200);
    expect((await finance.open("/invoices?view=drafts")).text).toContain("Needs attention");
  });

  test("approve and send many at once, each for itself", async () => {
    const reached = await w.company("Zeta reached");
    const unreached = await w.company("Zeta unreached", {}, null);
    for (const company of [reached, unreached]) await w.contract(company.id, { billing_amount: "10.00" });
    await finance.open("/billing/run?month=2026-11");
    await finance.submit("/billing/run");
    const review = await finance.open("/billing/review");
    expect(review.text).toMatch(/Draft Zeta reached Managed office November 2026 .* \$10\.00/);
    expect(review.html).toMatch(/<a class="row-link" href="\/invoices\/[\w-]{36}">/);
    expect(review.text).toContain("Needs attention first");
    const done = await finance.submit("/billing/review", { step: "send" });
    expect(done.text).toMatch(/INV-\d{6}, Zeta reached Done Approved and sent/);
    expect(done.text).toMatch(/INV-\d{6}, Zeta unreached Not done Approved\. Nobody at this company receives invoices/);
  });

  test("hold a draft against the invoice before it, and leave out what is not ticked", async () => {
    const company = await w.company("Eta");
    const contract = await w.contract(company.id, { billing_amount: "100.00" });
    const draftOf = async (month: string): Promise<string> => {
      await finance.open(`/billing/run?month=${month}`);
      await finance.submit("/billing/run");
      const { html } = await finance.open("/billing/review");
      return /<tr role="row" data-id="([\w-]{36})"(?:(?!<\/tr>)[^])*>Eta</.exec(html)?.[1] ?? "";
    };
    const first = await draftOf("2026-09");
    const done = await finance.submit("/billing/review", { ids: `${first}:1`, step: "approve" });
    expect(done.text).toMatch(/INV-\d{6}, Eta Done Approved/);
    await perform(w.admin, updateContract, { id: contract.id, billing_amount: "125.00" });
    const second = await draftOf("2026-10");
    const review = await finance.open("/billing/review");
    expect(review.text).toContain("+$25.00 (+25 %) $125.00");
    const approved = await finance.submit("/billing/review", { ids: `${first}:1`, step: "approve" });
    expect(approved.text).toMatch(/INV-\d{6}, Eta Done It was approved before\./);
    expect((await finance.open(`/invoices/${second}`)).text).toContain("Draft");
  });

  test("approve many drafts as they were looked at: one that was changed since is left", async () => {
    const drafts = await Promise.all([w.draft("10.00"), w.draft("20.00")]);
    const [kept, changed] = drafts.map(({ id }) => id);
    await finance.open("/billing/review");
    await perform(w.finance, updateInvoice, { id: changed ?? "", notes: "Another word" });
    const done = await finance.submit("/billing/review", { step: "approve" });
    expect(done.text).toContain("Not done");
    expect((await w.invoice(kept ?? "")).status).toBe("pending");
    expect((await w.invoice(changed ?? "")).status).toBe("draft");
    await finance.open("/billing/review");
    await finance.submit("/billing/review", { ids: changed ?? "", step: "approve" });
    expect((await w.invoice(changed ?? "")).status).toBe("draft");
  });

  test("approve what was ticked in the list as it was looked at", async () => {
    const { id } = await w.draft("30.00");
    const list = await finance.open("/invoices?view=drafts");
    const ticked = new RegExp(`value="(${id}:\\d+)"`).exec(list.html)?.[1] ?? "";
    const run = { list: "/invoices", do: "approve", back: "/invoices", ids: ticked };
    const token = /name="_csrf" value="([^"]+)"/.exec(list.html)?.[1] ?? "";
    await perform(w.finance, updateInvoice, { id, notes: "Another word" });
    const asked = await finance.post("/bulk/ask", { ...run, _csrf: token });
    expect(asked.html).toContain(ticked);
    const left = await finance.post("/bulk/run", { ...run, _csrf: token });
    expect(left.text).toContain("0 done, 0 skipped, 1 failed");
    expect((await w.invoice(id)).status).toBe("draft");
    const seen = `${id}:${(await w.invoice(id)).version}`;
    expect((await finance.post("/bulk/run", { ...run, ids: seen, _csrf: token })).text).toContain("1 done, 0 skipped");
  });

  test("bill loose time, show receivables and keep tax rates", async () => {
    const company = await w.company("Loose");
    await w.time(company.id, "2026-11-02", 60, { work_type_id: w.onsite });
    await finance.open(`/invoices/from-time?company_id=${company.id}`);
    const draft = await finance.submit("/invoices/from-time");
    expect(draft.text).toContain("1.00 h in one entry at $140.00 an hour.");
    const nothing = await finance
      .open(`/invoices/from-time?company_id=${company.id}`)
      .then(() => finance.submit("/invoices/from-time"));
    expect([nothing.status, nothing.text]).toEqual([409, expect.stringContaining("no unbilled time")]);
    expect((await finance.open("/billing/aging")).text).toContain("All companies");
    await finance.open("/settings/tax-rates/new");
    expect((await finance.submit("/settings/tax-rates/new", { name: "VAT", rate: "20" })).text).toContain("VAT");
    expect((await finance.open(`/companies/${company.id}`)).text).toContain("Open balance");
    expect((await finance.open("/")).text).toContain("Drafts to approve");
  });

  test("are closed to people without the permission", async () => {
    const technician = await browserOf(t, await makeStaff(t.harbor, "technician"));
    for (const path of ["/invoices", "/invoices/new", "/billing/run", "/billing/aging", "/settings/tax-rates"]) {
      expect([path, (await technician.open(path)).status]).toEqual([path, 403]);
    }
    expect((await technician.open("/")).text).not.toContain("Open balance");
  });
});
