import { invoiceNumber } from "../platform/number-template.ts";
import {
  type Amounts,
  amountsOf,
  balanceDue,
  dueDate,
  type InvoiceLineRow,
  invoiceLines,
  type InvoiceRow,
  invoices,
  type PaymentRow,
  type PlannedLine,
  statusAfterPayment,
} from "../modules/billing/index.ts";
import { type Bill, linesOf } from "./bills.ts";
import { idAt } from "./bulk.ts";
import { type Calendar, dayAt } from "./calendar.ts";
import { paymentsOf } from "./payments.ts";
import type { Random } from "./random.ts";
import { complete } from "./row.ts";
import type { Lists, Person } from "./setup.ts";

/** An invoice with its lines and payments, as approving, sending and recording would have left it. */
export interface Issued {
  bill: Bill;
  invoice: InvoiceRow;
  lines: { row: InvoiceLineRow; shares: PlannedLine["shares"] }[];
  amounts: Amounts;
  payments: PaymentRow[];
}

export interface Books {
  calendar: Calendar;
  lists: Lists;
  tenantId: string;
  /** The template of invoice numbers. */
  prefix: string;
  finance: readonly Person[];
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** Works an invoice out. `number` is the sequence that it gets when it is approved. */
export function issue(random: Random, books: Books, bill: Bill, number: () => number): Issued {
  const { calendar, lists, tenantId } = books;
  const { company } = bill.client;
  const writer = random.pick(books.finance);
  const planned = linesOf(random, bill, lists, writer);
  const { tax } = lists;
  const amounts = amountsOf({
    lines: planned.map((line) => ({ ...line, tax_rate_id: line.is_taxable ? (tax?.id ?? null) : null })),
    tax_rates: tax === null ? [] : [tax],
    is_tax_exempt: company.is_tax_exempt ?? false,
    discount_amount: 0,
  });
  const stage = stageOf(random, calendar, bill);
  const id = idAt(bill.at);
  const invoice_date = dayAt(calendar.days, bill.day).date;
  const terms = company.payment_terms ?? "net_30";
  const { total, tax_amount } = amounts;
  const madeAt = new Date(bill.at).toISOString();
  const draft = complete(invoices, {
    id,
    tenant_id: tenantId,
    company_id: company.id,
    billing_contact_id: company.default_billing_contact_id ?? null,
    contract_id: bill.agreement?.contract.id ?? null,
    invoice_date,
    due_date: dueDate(invoice_date, terms),
    payment_terms: terms,
    period_start: bill.period?.start ?? null,
    period_end: bill.period?.end ?? null,
    tax_rate_id: tax?.id ?? null,
    tax_name: tax?.name ?? null,
    tax_percent: tax?.rate ?? "0",
    subtotal: total - tax_amount,
    tax_amount,
    total,
    balance_due: total,
    currency: company.currency ?? "",
    issued_details: null,
    created_at: madeAt,
    updated_at: madeAt,
  });
  const payments = stage === "sent" ? paymentsOf(random, books, { draft, bill, recorder: writer }) : [];
  const invoice =
    stage === "draft" ? draft : issued(books, { draft, stage, number: number(), approver: writer, payments });
  const lines = planned.map(({ shares, ...line }) => ({
    shares,
    row: complete(invoiceLines, {
      ...line,
      id: idAt(bill.at),
      tenant_id: tenantId,
      invoice_id: id,
      currency: invoice.currency,
      explanation: line.explanation as Record<string, unknown>,
      billing_key: invoice.status === "void" ? null : line.billing_key,
      created_at: madeAt,
      updated_at: madeAt,
    }),
  }));
  return { bill, invoice, lines, amounts, payments };
}

type Stage = "draft" | "approved" | "sent" | "void";

/** Of the last days' bills some wait for approval and some for being sent; older ones are out. */
function stageOf(random: Random, calendar: Calendar, { at, period, isToDo }: Bill): Stage {
  const luck = random.next();
  if (isToDo) return "draft";
  if (period === null && luck < 0.08) return "void";
  const age = (calendar.now - at) / day;
  if (age > 25) return "sent";
  const [drafts, approved] = age < 8 ? [0.35, 0.55] : [0.18, 0.28];
  if (age < 0.2 || luck < drafts) return "draft";
  return luck < approved ? "approved" : "sent";
}

function issued(
  { prefix, calendar }: Books,
  given: { draft: InvoiceRow; stage: Stage; number: number; approver: Person; payments: readonly PaymentRow[] },
): InvoiceRow {
  const { draft, stage, approver, payments } = given;
  const after = (milliseconds: number): string =>
    new Date(Math.min(calendar.now, Date.parse(draft.created_at) + milliseconds)).toISOString();
  const approved_at = after(25 * minute);
  const common = {
    ...draft,
    version: 3 + payments.length,
    invoice_number: invoiceNumber(prefix, given.number, draft.invoice_date),
    approved_at,
    approved_by_id: approver.id,
  };
  if (stage === "void")
    return { ...common, status: "void", voided_at: after(90 * minute), updated_at: after(90 * minute), balance_due: 0 };
  const sent_at = stage === "sent" ? after(40 * minute) : null;
  const amount_paid = payments.reduce((sum, payment) => sum + payment.amount, 0);
  const status = statusAfterPayment({
    status: sent_at === null ? "pending" : "sent",
    total: draft.total,
    amount_paid,
    sent_at,
  });
  const updated_at = payments.at(-1)?.created_at ?? sent_at ?? approved_at;
  return {
    ...common,
    status,
    sent_at,
    amount_paid,
    balance_due: balanceDue({ total: draft.total, amount_paid }),
    paid_at: status === "paid" ? (payments.at(-1)?.created_at ?? approved_at) : null,
    updated_at,
  };
}
