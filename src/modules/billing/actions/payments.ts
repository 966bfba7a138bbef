import { Type } from "@sinclair/typebox";
import { find, maybeFind } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import { checkBusinessDay } from "../../../platform/business-day.ts";
import { asSystem, type Work } from "../../../platform/context.ts";
import type { NewRow } from "../../../platform/database/columns.ts";
import { edgeSchema, fromEdge } from "../../../platform/database/edge.ts";
import { insert, update } from "../../../platform/database/records.ts";
import { invalid, invalidField, stale } from "../../../platform/errors.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { t } from "../../../platform/language/index.ts";
import { invoicePaid, paymentRecorded } from "../events.ts";
import { todayOf } from "../drafts/write.ts";
import { balanceDue, isOpen, paymentProblem, statusAfterPayment } from "../rules/states.ts";
import { type InvoiceRow, invoices, type paymentMethods, type PaymentRow, payments } from "../schema.ts";

const { columns } = payments;

interface Recorded extends Record<string, unknown> {
  invoice_id: string;
  version?: number;
}

/**
 * Records a payment that came by check, transfer or cash, in full or in part. The amount is in the invoice's currency,
 * more than zero and not more than the balance.
 */
export const recordPayment = action({
  name: "billing.record_payment",
  permission: "billing.write",
  input: Type.Object(
    {
      invoice_id: Type.String({ format: "uuid" }),
      amount: edgeSchema(columns.amount),
      payment_method: edgeSchema(columns.payment_method),
      payment_date: Type.Optional(edgeSchema(columns.payment_date)),
      reference_number: Type.Optional(edgeSchema(columns.reference_number)),
      notes: Type.Optional(edgeSchema(columns.notes)),
      version: Type.Optional(Type.Integer()),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, { version, ...input }: Recorded): Promise<PaymentRow> => {
    const invoice = await maybeFind(work, "invoices", input.invoice_id);
    if (invoice === undefined) throw invalidField("invoice_id", t("Invoice does not exist."), "not_found");
    const values = fromEdge(payments, input, invoice.currency);
    const problem = paymentProblem(invoice, values.amount ?? 0);
    if (problem !== null) throw invalid([problem]);
    if (version !== undefined && version !== invoice.version) throw stale();
    const payment_date = values.payment_date ?? todayOf(work);
    checkBusinessDay(payments, "payment_date", payment_date);
    if (payment_date > todayOf(work))
      throw invalidField("payment_date", t("A payment cannot be recorded before it has come in."), "in_future");
    return book(work, invoice, { ...values, payment_date, recorded_by_id: work.actor.user_id } as NewRow<
      typeof payments
    >);
  },
});

/** A payment that another party reports: a gateway. Amount in minor units of `currency`. */
export interface ReportedPayment {
  invoice_id: string;
  amount: number;
  currency: string;
  payment_method: (typeof paymentMethods)[number];
  /** What the gateway calls it: the same one takes effect once. */
  gateway_transaction_id: string;
  /** `YYYY-MM-DD`; today unless told. */
  payment_date?: string;
  reference_number?: string | null;
  notes?: string | null;
}

/**
 * Books money that has come in, whatever became of the invoice meanwhile: it is never lost. What is more than the
 * balance, and all of it on an invoice that is not open or in another currency, is kept as an unapplied payment of the
 * company with a note that says why. Called again for the same transaction it changes nothing.
 *
 * @returns the payment on the invoice, or the unapplied one when nothing could be applied
 */
export async function applyPayment(work: Work, reported: ReportedPayment): Promise<PaymentRow> {
  const system = asSystem(work);
  const known = await work.db
    .selectFrom("payments")
    .selectAll()
    .where("gateway_transaction_id", "=", reported.gateway_transaction_id)
    .executeTakeFirst();
  if (known !== undefined) return known;
  const invoice = await find(system, "invoices", reported.invoice_id);
  const { amount, currency, payment_method, gateway_transaction_id } = reported;
  if (amount <= 0) throw new RangeError(`a payment of ${amount} is no payment`);
  const common = {
    payment_date: reported.payment_date ?? todayOf(work),
    currency,
    payment_method,
    company_id: invoice.company_id,
  };
  const name = invoice.invoice_number ?? "a draft";
  const unapplied = (kept: number, transaction: string | null, why: string): Promise<PaymentRow> =>
    insert(system, payments, {
      ...common,
      invoice_id: null,
      amount: kept,
      gateway_transaction_id: transaction,
      reference_number:
        transaction === null ? gateway_transaction_id.slice(0, 120) : (reported.reference_number ?? null),
      notes: [why, reported.notes].filter(Boolean).join("\n"),
    });
  if (currency !== invoice.currency)
    return unapplied(
      amount,
      gateway_transaction_id,
      `Paid for ${name} in ${currency}, which was billed in ${invoice.currency}.`,
    );
  const open = isOpen(invoice.status) ? Math.max(0, balanceDue(invoice)) : 0;
  if (open === 0)
    return unapplied(
      amount,
      gateway_transaction_id,
      `Paid for ${name}, which was ${invoice.status.replaceAll("_", " ")} already.`,
    );
  const payment = await book(system, invoice, {
    ...common,
    invoice_id: invoice.id,
    amount: Math.min(amount, open),
    gateway_transaction_id,
    reference_number: reported.reference_number ?? null,
    notes: reported.notes ?? null,
  });
  if (amount > open) await unapplied(amount - open, null, `Paid for ${name} beyond its balance.`);
  return payment;
}

async function book(
  work: Work,
  invoice: InvoiceRow,
  values: Omit<NewRow<typeof payments>, "company_id" | "currency">,
): Promise<PaymentRow> {
  const payment = await insert(work, payments, {
    ...values,
    company_id: invoice.company_id,
    currency: invoice.currency,
  } as NewRow<typeof payments>);
  const amount_paid = invoice.amount_paid + payment.amount;
  const status = statusAfterPayment({ ...invoice, amount_paid });
  await update(work, invoices, invoice.id, {
    amount_paid,
    balance_due: balanceDue({ total: invoice.total, amount_paid }),
    status,
    paid_at: status === "paid" ? work.app.clock.now() : null,
  });
  const told = { payment_id: payment.id, invoice_id: invoice.id, company_id: invoice.company_id };
  await emit(work, paymentRecorded, told);
  if (status === "paid") await emit(work, invoicePaid, told);
  return payment;
}
