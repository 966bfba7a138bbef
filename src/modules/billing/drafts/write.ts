import type { Work } from "../../../platform/context.ts";
import { checkBusinessDay } from "../../../platform/business-day.ts";
import { dateIn } from "../../../platform/clock.ts";
import type { NewRow } from "../../../platform/database/columns.ts";
import { insert, insertAll } from "../../../platform/database/records.ts";
import { dueDate, type PaymentTerms } from "../rules/terms.ts";
import { invoiceLines, type InvoiceRow, invoices } from "../schema.ts";
import type { TaxRate } from "../rules/totals.ts";
import type { Plan } from "./plan.ts";
import { firstColumns, recompute } from "./recompute.ts";

/** Today in the organization's time zone. */
export function todayOf(ctx: Pick<Work, "app" | "tenant">): string {
  return dateIn(ctx.tenant.timezone, ctx.app.clock.now());
}

/** The due date of an invoice, or a 422 where its own date cannot be. */
export function checkedDueDate(invoiceDate: string, terms: PaymentTerms): string {
  checkBusinessDay(invoices, "invoice_date", invoiceDate);
  return dueDate(invoiceDate, terms);
}

interface DraftHead extends Partial<NewRow<typeof invoices>> {
  company_id: string;
  currency: string;
}

type Company = Awaited<ReturnType<typeof companiesOf>>[number];

const companiesOf = (work: Work, ids: readonly string[]) =>
  work.db
    .selectFrom("companies")
    .select(["id", "payment_terms", "default_billing_contact_id", "is_tax_exempt"])
    .where("id", "in", ids)
    .execute();

/** What is left out of a draft's head comes from the company and the organization. */
function wholeHead(work: Work, company: Company, rate: TaxRate | undefined, head: DraftHead): NewRow<typeof invoices> {
  const payment_terms = head.payment_terms ?? company.payment_terms;
  const invoice_date = head.invoice_date ?? todayOf(work);
  return {
    billing_contact_id: company.default_billing_contact_id,
    tax_rate_id: rate?.id ?? null,
    ...head,
    payment_terms,
    invoice_date,
    due_date: checkedDueDate(invoice_date, payment_terms),
  };
}

/** Adds an empty draft; what is left out comes from the company and the organization. */
export async function newDraft(work: Work, head: DraftHead): Promise<InvoiceRow> {
  const [company] = await companiesOf(work, [head.company_id]);
  if (company === undefined) throw new Error(`no company ${head.company_id}`);
  return insert(work, invoices, wholeHead(work, company, await standardTaxRate(work), head));
}

function standardTaxRate(work: Work): Promise<TaxRate | undefined> {
  return work.db
    .selectFrom("tax_rates")
    .select(["id", "name", "rate"])
    .where("is_default", "=", true)
    .where("is_active", "=", true)
    .executeTakeFirst();
}

/** Adds the drafts of what was planned, lines and all, in few statements. Returns them in the order of the plans. */
export async function writeDrafts(
  work: Work,
  plans: readonly Plan[],
  given: Pick<DraftHead, "invoice_date"> = {},
): Promise<InvoiceRow[]> {
  if (plans.length === 0) return [];
  const companies = await companiesOf(work, [...new Set(plans.map((plan) => plan.company_id))]);
  const rate = await standardTaxRate(work);
  const made = await insertAll(
    work,
    invoices,
    plans.map(({ company_id, contract_id, currency, period, lines, problems }) => {
      const company = companies.find(({ id }) => id === company_id);
      if (company === undefined) throw new Error(`no company ${company_id}`);
      const head = { company_id, contract_id, currency, period_start: period.start, period_end: period.end, ...given };
      const terms = { is_tax_exempt: company.is_tax_exempt, rate, discount_amount: 0 };
      return { ...wholeHead(work, company, rate, head), ...firstColumns(lines, terms, problems) };
    }),
  );
  await writeLines(
    work,
    made.flatMap((invoice, at) => (plans[at] === undefined ? [] : [{ invoice, plan: plans[at] }])),
  );
  return made;
}

/** Writes what was planned into a draft that is there, behind the lines that it has. */
export async function writePlan(work: Work, invoice: InvoiceRow, plan: Plan): Promise<InvoiceRow> {
  await writeLines(work, [{ invoice, plan }]);
  return recompute(work, invoice.id, { problems: plan.problems as unknown as Record<string, unknown>[] });
}

/**
 * Writes the planned lines of drafts and claims their time entries. The keys of `billed_time_entries` and of
 * `invoice_lines.billing_key` make a run that came at the same moment fail instead of billing twice.
 */
async function writeLines(work: Work, all: readonly { invoice: InvoiceRow; plan: Plan }[]): Promise<void> {
  const planned = all.flatMap(({ invoice, plan }) => plan.lines.map((line) => ({ invoice, line })));
  const rows = await insertAll(
    work,
    invoiceLines,
    planned.map(({ invoice: { id: invoice_id, currency }, line: { shares: _shares, ...line } }) => ({
      ...line,
      invoice_id,
      currency,
      explanation: line.explanation as Record<string, unknown>,
    })),
  );
  const shares = planned.flatMap(({ invoice: { currency }, line }, index) =>
    line.shares.map(({ time_entry_id, minutes, amount }) => ({
      invoice_line_id: rows[index]?.id ?? "",
      time_entry_id,
      billed_minutes: minutes,
      billed_amount: amount,
      currency,
    })),
  );
  const claimed = new Map(
    planned.flatMap(({ invoice, line }) => line.shares.map(({ time_entry_id }) => [time_entry_id, invoice.id])),
  );
  const claims = [...claimed].map(([time_entry_id, invoice_id]) => ({ time_entry_id, invoice_id }));
  work.unit.later.add("invoice_line_time_entries", shares);
  work.unit.later.add("billed_time_entries", claims);
}
