import type { Work } from "../../../platform/context.ts";
import { dateIn } from "../../../platform/clock.ts";
import type { NewRow } from "../../../platform/database/columns.ts";
import { insert, insertAll } from "../../../platform/database/records.ts";
import { invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { dueDate, type PaymentTerms } from "../rules/terms.ts";
import { invoiceLines, type InvoiceRow, invoices } from "../schema.ts";
import type { Plan } from "./plan.ts";
import { recompute } from "./recompute.ts";

/** Today in the organization's time zone. */
export function todayOf(ctx: Pick<Work, "app" | "tenant">): string {
  return dateIn(ctx.tenant.timezone, ctx.app.clock.now());
}

/** The due date of an invoice, or a 422: dates far off are slips of the keyboard. */
export function checkedDueDate(invoiceDate: string, terms: PaymentTerms): string {
  if (invoiceDate < "2000-01-01" || invoiceDate > "2099-12-31") {
    throw invalidField("invoice_date", t("The invoice date must lie between 2000 and 2099."), "out_of_range");
  }
  return dueDate(invoiceDate, terms);
}

interface DraftHead extends Partial<NewRow<typeof invoices>> {
  company_id: string;
  currency: string;
}

/** Adds an empty draft; what is left out comes from the company and the organization. */
export async function newDraft(work: Work, head: DraftHead): Promise<InvoiceRow> {
  const company = await work.db
    .selectFrom("companies")
    .select(["payment_terms", "default_billing_contact_id"])
    .where("id", "=", head.company_id)
    .executeTakeFirstOrThrow();
  const payment_terms = head.payment_terms ?? company.payment_terms;
  const invoice_date = head.invoice_date ?? todayOf(work);
  return insert(work, invoices, {
    billing_contact_id: company.default_billing_contact_id,
    tax_rate_id: await standardTaxRate(work),
    ...head,
    payment_terms,
    invoice_date,
    due_date: checkedDueDate(invoice_date, payment_terms),
  });
}

async function standardTaxRate(work: Work): Promise<string | null> {
  const rate = await work.db
    .selectFrom("tax_rates")
    .select("id")
    .where("is_default", "=", true)
    .where("is_active", "=", true)
    .executeTakeFirst();
  return rate?.id ?? null;
}

/** Rows that are written at once. */
function inParts<R>(rows: readonly R[], most = 200): R[][] {
  return Array.from({ length: Math.ceil(rows.length / most) }, (_, at) => rows.slice(at * most, (at + 1) * most));
}

/**
 * Writes what was planned into a draft and claims its time entries. The keys of `billed_time_entries` and of
 * `invoice_lines.billing_key` make a run that came at the same moment fail instead of billing twice.
 */
export async function writePlan(work: Work, invoice: InvoiceRow, plan: Plan): Promise<InvoiceRow> {
  const { currency } = invoice;
  const rows = await insertAll(
    work,
    invoiceLines,
    plan.lines.map(({ shares: _shares, ...line }) => ({
      ...line,
      invoice_id: invoice.id,
      currency,
      explanation: line.explanation as Record<string, unknown>,
    })),
  );
  const shares = plan.lines.flatMap((line, index) =>
    line.shares.map(({ time_entry_id, minutes, amount }) => ({
      invoice_line_id: rows[index]?.id ?? "",
      time_entry_id,
      billed_minutes: minutes,
      billed_amount: amount,
      currency,
    })),
  );
  for (const some of inParts(shares)) await work.db.insertInto("invoice_line_time_entries").values(some).execute();
  const claimed = [...new Set(shares.map(({ time_entry_id }) => time_entry_id))];
  for (const some of inParts(claimed.map((time_entry_id) => ({ time_entry_id, invoice_id: invoice.id }))))
    await work.db.insertInto("billed_time_entries").values(some).execute();
  return recompute(work, invoice.id, { problems: plan.problems as unknown as Record<string, unknown>[] });
}
