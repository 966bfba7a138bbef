import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type BillingWorld, billingWorld } from "../../../tests/support/billing.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { inUnit, reading } from "../../platform/context.ts";
import { updateCompany } from "../companies/index.ts";
import { approveInvoice } from "./actions/approve.ts";
import { createInvoice } from "./actions/drafts.ts";
import { applyPayment, recordPayment, type ReportedPayment } from "./actions/payments.ts";
import { sendInvoice } from "./actions/send.ts";
import { voidInvoice } from "./actions/void.ts";
import { invoicePdfResponse } from "./issue/document.ts";
import type { InvoiceRow, PaymentRow } from "./schema.ts";

let t: TestProgram;
let w: BillingWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await billingWorld(t);
});
afterAll(() => t.close());

let companies = 0;

async function draft(
  price = "100.00",
  given: Record<string, unknown> = {},
  email?: string | null,
): Promise<InvoiceRow> {
  const company = await w.company(`Client ${"abcdefghijklmnopqrstuvwxyz"[companies++ % 26]}${companies}`, given, email);
  return perform(w.finance, createInvoice, {
    company_id: company.id,
    lines: [{ description: "Work", unit_price: price }],
  });
}

const approved = async (price?: string, given?: Record<string, unknown>, email?: string | null): Promise<InvoiceRow> =>
  perform(w.finance, approveInvoice, { id: (await draft(price, given, email)).id });
const now = (id: string): Promise<InvoiceRow> =>
  reading(w.admin, (ctx) => ctx.db.selectFrom("invoices").selectAll().where("id", "=", id).executeTakeFirstOrThrow());
const mailsAbout = (id: string) =>
  reading(w.admin, (ctx) =>
    ctx.db.selectFrom("mails").selectAll().where("entity_id", "=", id).orderBy("created_at").orderBy("id").execute(),
  );
const pdf = async (id: string): Promise<Buffer> =>
  Buffer.from(await (await invoicePdfResponse(w.finance, id)).arrayBuffer());

describe("approval", () => {
  test("gives numbers without a gap, whatever fails in between", async () => {
    const first = await approved();
    const empty = await perform(w.finance, createInvoice, { company_id: first.company_id });
    await expect(perform(w.finance, approveInvoice, { id: empty.id })).rejects.toMatchObject({
      status: 409,
      code: "draft_problems",
    });
    const others = await Promise.all([draft(), draft(), draft()]);
    const numbers = await Promise.all(
      others.map(async ({ id }) => (await perform(w.finance, approveInvoice, { id })).invoice_number),
    );
    const start = Number(first.invoice_number?.slice(4));
    expect(first.invoice_number).toMatch(/^INV-\d{6}$/);
    expect(numbers.toSorted()).toEqual([1, 2, 3].map((step) => `INV-${String(start + step).padStart(6, "0")}`));
  });

  test("happens once, also when two people click at the same moment", async () => {
    const invoice = await draft();
    const both = await Promise.allSettled([1, 2].map(() => perform(w.finance, approveInvoice, { id: invoice.id })));
    expect(both.map((one) => one.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  test("refuses a version that somebody else has changed", async () => {
    const invoice = await draft();
    await expect(
      perform(w.finance, approveInvoice, { id: invoice.id, version: invoice.version + 5 }),
    ).rejects.toMatchObject({ status: 412 });
    expect((await now(invoice.id)).invoice_number).toBeNull();
  });

  test("of an invoice of zero makes it paid at once", async () => {
    const free = await approved("0");
    expect(free).toMatchObject({ status: "paid", total: 0, balance_due: 0, paid_at: t.clock.now() });
    expect(await sendInvoice(w.finance, free.id)).toMatchObject({ status: "paid", sent_at: t.clock.now() });
  });

  test("keeps the document as it is: the PDF has the same bytes after names change and money comes in", async () => {
    const invoice = await approved();
    const before = await pdf(invoice.id);
    expect(before.subarray(0, 5).toString()).toBe("%PDF-");
    await perform(w.admin, updateCompany, {
      id: invoice.company_id,
      name: "Renamed",
      is_tax_exempt: true,
      billing_address: { city: "Elsewhere" },
    });
    await perform(w.finance, recordPayment, { invoice_id: invoice.id, amount: "40.00", payment_method: "check" });
    t.clock.advance(86_400_000);
    expect((await pdf(invoice.id)).equals(before)).toBe(true);
  });
});

describe("sending", () => {
  test("mails the PDF and a link to the portal, and again when asked again", async () => {
    const invoice = await approved("1234.50");
    const sent = await sendInvoice(w.finance, invoice.id);
    expect(sent).toMatchObject({ status: "sent", sent_at: t.clock.now() });
    const [mail] = await mailsAbout(invoice.id);
    expect(mail).toMatchObject({ subject: `Invoice ${invoice.invoice_number} from Harbor IT`, to_name: "Bea Books" });
    expect(mail?.text_body).toContain(`http://harbor.test/portal/invoices/${invoice.id}`);
    expect(mail?.text_body).toContain("$1,234.50");
    const attached = await reading(w.admin, (ctx) =>
      ctx.db
        .selectFrom("mail_attachments")
        .innerJoin("files", "files.id", "mail_attachments.file_id")
        .select(["files.file_name", "files.mime_type", "files.sha256"])
        .where("mail_attachments.mail_id", "=", mail?.id ?? "")
        .execute(),
    );
    expect(attached).toMatchObject([{ file_name: `${invoice.invoice_number}.pdf`, mime_type: "application/pdf" }]);
    expect(
      Buffer.from(await t.app.files.get(t.harbor.id, attached[0]?.sha256 ?? "")).equals(await pdf(invoice.id)),
    ).toBe(true);
    t.clock.advance(1000);
    await sendInvoice(w.finance, invoice.id);
    expect(await mailsAbout(invoice.id)).toHaveLength(2);
  });

  test("needs an approved invoice and somebody who receives it", async () => {
    const unapproved = await draft();
    await expect(sendInvoice(w.finance, unapproved.id)).rejects.toMatchObject({ status: 409, code: "not_issued" });
    const lonely = await approved("10.00", {}, null);
    await expect(sendInvoice(w.finance, lonely.id)).rejects.toMatchObject({ status: 422, code: "no_recipient" });
    expect(await now(lonely.id)).toMatchObject({ status: "pending", sent_at: null });
    expect(await mailsAbout(lonely.id)).toEqual([]);
  });
});

describe("voiding", () => {
  test("keeps the number, and is refused for drafts, twice, and after a payment", async () => {
    const invoice = await approved();
    const voided = await perform(w.finance, voidInvoice, { id: invoice.id });
    expect(voided).toMatchObject({ status: "void", invoice_number: invoice.invoice_number, balance_due: 0 });
    const refusal = (id: string) =>
      expect(perform(w.finance, voidInvoice, { id })).rejects.toMatchObject({ status: 409 });
    await refusal(invoice.id);
    await refusal((await draft()).id);
    const paid = await approved();
    await perform(w.finance, recordPayment, { invoice_id: paid.id, amount: "1.00", payment_method: "cash" });
    await refusal(paid.id);
    await expect(sendInvoice(w.finance, invoice.id)).rejects.toMatchObject({ status: 409 });
  });
});

describe("payments by hand", () => {
  test("come in parts until the invoice is paid, each with a receipt", async () => {
    const invoice = await approved("100.00");
    await sendInvoice(w.finance, invoice.id);
    const pay = (amount: string): Promise<PaymentRow> =>
      perform(w.finance, recordPayment, {
        invoice_id: invoice.id,
        amount,
        payment_method: "wire",
        reference_number: "TX 1",
      });
    const part = await pay("30.00");
    expect(part).toMatchObject({
      amount: 3000,
      currency: "USD",
      company_id: invoice.company_id,
      recorded_by_id: w.finance.actor.user_id,
    });
    expect(await now(invoice.id)).toMatchObject({
      status: "partially_paid",
      amount_paid: 3000,
      balance_due: 7000,
      paid_at: null,
    });
    await pay("70.00");
    expect(await now(invoice.id)).toMatchObject({
      status: "paid",
      amount_paid: 10_000,
      balance_due: 0,
      paid_at: t.clock.now(),
    });
    await t.settle();
    const receipts = (await mailsAbout(invoice.id)).filter((mail) => mail.subject.startsWith("Payment received"));
    expect(receipts).toHaveLength(2);
    expect(receipts[0]?.text_body).toContain("$30.00");
  });

  test("are more than zero, not more than the balance, and of today or before", async () => {
    const invoice = await approved("100.00");
    const problem = (given: Record<string, unknown>, field: string) =>
      expect(
        perform(w.finance, recordPayment, { invoice_id: invoice.id, amount: "1.00", payment_method: "cash", ...given }),
      ).rejects.toMatchObject({ status: 422, problems: [{ field }] });
    await problem({ amount: "0.00" }, "amount");
    await problem({ amount: "-5.00" }, "amount");
    await problem({ amount: "100.01" }, "amount");
    await problem({ amount: "1.005" }, "amount");
    await problem({ payment_date: "2030-01-01" }, "payment_date");
    await problem({ invoice_id: invoice.company_id }, "invoice_id");
    await problem({ invoice_id: (await draft()).id }, "amount");
    expect(await now(invoice.id)).toMatchObject({ amount_paid: 0, status: "pending" });
  });

  test("cannot together take more than the balance", async () => {
    const invoice = await approved("100.00");
    const both = await Promise.allSettled(
      [1, 2].map(() =>
        perform(w.finance, recordPayment, { invoice_id: invoice.id, amount: "80.00", payment_method: "cash" }),
      ),
    );
    expect(both.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    expect(await now(invoice.id)).toMatchObject({ amount_paid: 8000 });
  });
});

describe("payments by a gateway", () => {
  const apply = (invoice: InvoiceRow, given: Partial<ReportedPayment> = {}): Promise<PaymentRow> =>
    inUnit(t.harbor.system, (work) =>
      applyPayment(work, {
        invoice_id: invoice.id,
        amount: invoice.total,
        currency: "USD",
        payment_method: "credit_card",
        gateway_transaction_id: `pi_${invoice.id}`,
        ...given,
      }),
    );
  const all = (companyId: string) =>
    reading(w.admin, (ctx) =>
      ctx.db.selectFrom("payments").selectAll().where("company_id", "=", companyId).orderBy("id").execute(),
    );

  test("take effect once for each transaction", async () => {
    const invoice = await approved("100.00");
    const first = await apply(invoice);
    expect((await apply(invoice)).id).toBe(first.id);
    expect(await now(invoice.id)).toMatchObject({ status: "paid", amount_paid: 10_000 });
    expect(await all(invoice.company_id)).toHaveLength(1);
  });

  test("keep what is more than the balance as an unapplied payment", async () => {
    const invoice = await approved("100.00");
    await perform(w.finance, recordPayment, { invoice_id: invoice.id, amount: "60.00", payment_method: "cash" });
    expect(await apply(invoice)).toMatchObject({ invoice_id: invoice.id, amount: 4000 });
    expect(await now(invoice.id)).toMatchObject({ status: "paid", amount_paid: 10_000, balance_due: 0 });
    const rest = (await all(invoice.company_id)).find((payment) => payment.invoice_id === null);
    expect(rest).toMatchObject({
      amount: 6000,
      reference_number: `pi_${invoice.id}`,
      notes: expect.stringContaining("beyond its balance"),
    });
    await apply(invoice);
    expect(await all(invoice.company_id)).toHaveLength(3);
  });

  test("for a void invoice or in another currency are kept, not lost", async () => {
    const invoice = await approved("100.00");
    await perform(w.finance, voidInvoice, { id: invoice.id });
    expect(await apply(invoice)).toMatchObject({
      invoice_id: null,
      amount: 10_000,
      notes: expect.stringContaining("void"),
    });
    const dollars = await approved("100.00");
    expect(await apply(dollars, { currency: "EUR" })).toMatchObject({ invoice_id: null, currency: "EUR" });
    expect(await now(dollars.id)).toMatchObject({ amount_paid: 0, status: "pending" });
  });
});
