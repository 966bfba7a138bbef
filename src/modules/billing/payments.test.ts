import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type BillingWorld, billingWorld } from "../../../tests/support/billing.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { inUnit, reading } from "../../platform/context.ts";
import { applyPayment, recordPayment, type ReportedPayment } from "./actions/payments.ts";
import { sendInvoice } from "./actions/send.ts";
import { voidInvoice } from "./actions/void.ts";
import type { InvoiceRow, PaymentRow } from "./schema.ts";

let t: TestProgram;
let w: BillingWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await billingWorld(t);
});
afterAll(() => t.close());

describe("payments by hand", () => {
  test("come in parts until the invoice is paid, each with a receipt", async () => {
    const invoice = await w.approved("100.00");
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
    expect(await w.invoice(invoice.id)).toMatchObject({
      status: "partially_paid",
      amount_paid: 3000,
      balance_due: 7000,
      paid_at: null,
    });
    await pay("70.00");
    expect(await w.invoice(invoice.id)).toMatchObject({
      status: "paid",
      amount_paid: 10_000,
      balance_due: 0,
      paid_at: t.clock.now(),
    });
    await t.settle();
    const receipts = (await w.mailsAbout(invoice.id)).filter((mail) => mail.subject.startsWith("Payment received"));
    expect(receipts).toHaveLength(2);
    expect(receipts[0]?.text_body).toContain("$30.00");
  });

  test("are more than zero, not more than the balance, and of today or before", async () => {
    const invoice = await w.approved("100.00");
    const problem = (given: Record<string, unknown>, field: string) =>
      expect(
        perform(w.finance, recordPayment, { invoice_id: invoice.id, amount: "1.00", payment_method: "cash", ...given }),
      ).rejects.toMatchObject({ status: 422, problems: [{ field }] });
    await problem({ amount: "0.00" }, "amount");
    await problem({ amount: "-5.00" }, "amount");
    await problem({ amount: "100.01" }, "amount");
    await problem({ amount: "1.005" }, "amount");
    await problem({ payment_date: "2030-01-01" }, "payment_date");
    await problem({ payment_date: "1826-11-20" }, "payment_date");
    await problem({ invoice_id: invoice.company_id }, "invoice_id");
    await problem({ invoice_id: (await w.draft()).id }, "amount");
    expect(await w.invoice(invoice.id)).toMatchObject({ amount_paid: 0, status: "pending" });
  });

  test("cannot together take more than the balance", async () => {
    const invoice = await w.approved("100.00");
    const both = await Promise.allSettled(
      [1, 2].map(() =>
        perform(w.finance, recordPayment, { invoice_id: invoice.id, amount: "80.00", payment_method: "cash" }),
      ),
    );
    expect(both.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    expect(await w.invoice(invoice.id)).toMatchObject({ amount_paid: 8000 });
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
    const invoice = await w.approved("100.00");
    const first = await apply(invoice);
    expect((await apply(invoice)).id).toBe(first.id);
    expect(await w.invoice(invoice.id)).toMatchObject({ status: "paid", amount_paid: 10_000 });
    expect(await all(invoice.company_id)).toHaveLength(1);
  });

  test("keep what is more than the balance as an unapplied payment", async () => {
    const invoice = await w.approved("100.00");
    await perform(w.finance, recordPayment, { invoice_id: invoice.id, amount: "60.00", payment_method: "cash" });
    expect(await apply(invoice)).toMatchObject({ invoice_id: invoice.id, amount: 4000 });
    expect(await w.invoice(invoice.id)).toMatchObject({ status: "paid", amount_paid: 10_000, balance_due: 0 });
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
    const invoice = await w.approved("100.00");
    await perform(w.finance, voidInvoice, { id: invoice.id });
    expect(await apply(invoice)).toMatchObject({
      invoice_id: null,
      amount: 10_000,
      notes: expect.stringContaining("void"),
    });
    const dollars = await w.approved("100.00");
    expect(await apply(dollars, { currency: "EUR" })).toMatchObject({ invoice_id: null, currency: "EUR" });
    expect(await w.invoice(dollars.id)).toMatchObject({ amount_paid: 0, status: "pending" });
  });
});
