/** Due dates and the aging of what is owed. Dates are `YYYY-MM-DD`. */

export const paymentTerms = ["due_on_receipt", "net_15", "net_30", "net_45", "net_60"] as const;
export type PaymentTerms = (typeof paymentTerms)[number];

const daysOf: Record<PaymentTerms, number> = { due_on_receipt: 0, net_15: 15, net_30: 30, net_45: 45, net_60: 60 };

/** The day by which an invoice is to be paid: calendar days after its date, no matter the weekday. */
export function dueDate(invoiceDate: string, terms: PaymentTerms): string {
  return Temporal.PlainDate.from(invoiceDate).add({ days: daysOf[terms] }).toString();
}

export const agingBuckets = ["current", "days_1_30", "days_31_60", "days_61_90", "days_over_90"] as const;
export type AgingBucket = (typeof agingBuckets)[number];

/** Days that something due is late on a day; zero on the due date, negative before. */
export function daysOverdue(dueOn: string, asOf: string): number {
  return Temporal.PlainDate.from(dueOn).until(asOf, { largestUnit: "days" }).days;
}

/** The bucket of a due date on a day: `current` up to and on the due date, `days_1_30` from the day after. */
export function agingBucket(dueOn: string, asOf: string): AgingBucket {
  const late = daysOverdue(dueOn, asOf);
  if (late <= 0) return "current";
  if (late <= 30) return "days_1_30";
  if (late <= 60) return "days_31_60";
  return late <= 90 ? "days_61_90" : "days_over_90";
}

/** An open invoice in the report of what is owed. */
export interface OwedInvoice {
  company_id: string;
  currency: string;
  due_date: string;
  /** Minor units. */
  balance_due: number;
}

/** What one company owes in one currency, by how late it is. Minor units. */
export type AgingRow = { company_id: string; currency: string; total: number } & Record<AgingBucket, number>;

/** Accounts receivable by company and currency, in the order in which they come; currencies are never added together. */
export function aging(invoices: readonly OwedInvoice[], asOf: string): AgingRow[] {
  const rows = new Map<string, AgingRow>();
  for (const { company_id, currency, due_date, balance_due } of invoices) {
    const key = `${company_id} ${currency}`;
    const row = rows.get(key) ?? {
      company_id,
      currency,
      total: 0,
      current: 0,
      days_1_30: 0,
      days_31_60: 0,
      days_61_90: 0,
      days_over_90: 0,
    };
    row[agingBucket(due_date, asOf)] += balance_due;
    row.total += balance_due;
    rows.set(key, row);
  }
  return [...rows.values()];
}
