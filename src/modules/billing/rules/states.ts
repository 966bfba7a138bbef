import type { FieldProblem } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";

/** The life of an invoice (PRD 3.10.2 `status`). `pending` is an approved invoice that has not been sent yet. */
export const invoiceStatuses = ["draft", "pending", "sent", "partially_paid", "paid", "void", "written_off"] as const;
export type InvoiceStatus = (typeof invoiceStatuses)[number];

/**
 * Where an invoice may go from each state. A draft is edited or deleted; once approved it has a number and is never
 * deleted, only voided, and not while money has been received for it. Payments move it back and forth between open and
 * paid: a payment may come before the mail is sent, and may bounce afterwards.
 */
const next: Record<InvoiceStatus, readonly InvoiceStatus[]> = {
  draft: ["pending"],
  pending: ["sent", "partially_paid", "paid", "void", "written_off"],
  sent: ["partially_paid", "paid", "void", "written_off"],
  partially_paid: ["pending", "sent", "paid", "written_off"],
  paid: ["pending", "sent", "partially_paid"],
  void: [],
  written_off: [],
};

/** Whether an invoice may change from one state to another. */
export function canTransition(from: InvoiceStatus, to: InvoiceStatus): boolean {
  return next[from].includes(to);
}

/** Whether its lines may be changed and it may be deleted. */
export function isEditable(status: InvoiceStatus): boolean {
  return status === "draft";
}

/** Whether it is approved and stands: it has a number, a PDF and a place in the portal. */
export function isIssued(status: InvoiceStatus): boolean {
  return status !== "draft" && status !== "void";
}

/** Whether money is still expected. */
export function isOpen(status: InvoiceStatus): boolean {
  return status === "pending" || status === "sent" || status === "partially_paid";
}

/** What is decided by payments. Amounts in minor units. */
export interface PaidState {
  status: InvoiceStatus;
  total: number;
  amount_paid: number;
  sent_at: string | null;
}

/** What is still to be paid; below zero when more was paid than asked. */
export function balanceDue({ total, amount_paid }: Pick<PaidState, "total" | "amount_paid">): number {
  return total - amount_paid;
}

/**
 * The status that follows from what has been paid: after a payment, after one was taken back, and after approval (an
 * invoice of zero is paid at once). Drafts, void and written-off invoices keep their status, whatever was paid.
 */
export function statusAfterPayment({ status, total, amount_paid, sent_at }: PaidState): InvoiceStatus {
  if (!isOpen(status) && status !== "paid") return status;
  if (amount_paid >= total) return "paid";
  if (amount_paid > 0) return "partially_paid";
  return sent_at === null ? "pending" : "sent";
}

/** The status after the invoice was mailed: only one that nobody has paid on yet becomes `sent`. */
export function statusAfterSending(status: InvoiceStatus): InvoiceStatus {
  return status === "pending" ? "sent" : status;
}

/** What is wrong with a payment that a person records, or null. A gateway's payment is booked whatever its amount. */
export function paymentProblem(invoice: PaidState, amount: number): FieldProblem | null {
  const wrong = (code: string, message: string): FieldProblem => ({ field: "amount", code, message });
  if (!isOpen(invoice.status))
    return wrong(
      "not_open",
      t("A payment cannot be recorded on an invoice that is {status}.", { status: stateOf(invoice.status) }),
    );
  if (amount <= 0) return wrong("not_positive", t("The amount of a payment is more than zero."));
  if (amount > balanceDue(invoice)) return wrong("too_much", t("The amount is more than the balance due."));
  return null;
}

/** What an invoice is, inside a sentence: "An invoice that is partially paid …". */
export function stateOf(status: InvoiceStatus): string {
  const states: Record<InvoiceStatus, string> = {
    draft: t("a draft"),
    pending: t("approved"),
    sent: t("sent"),
    partially_paid: t("partially paid"),
    paid: t("paid"),
    void: t("void"),
    written_off: t("written off"),
  };
  return states[status];
}
