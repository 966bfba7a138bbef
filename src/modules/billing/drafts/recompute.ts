import { find } from "../../../platform/access/reach.ts";
import type { Ctx, Work } from "../../../platform/context.ts";
import type { Patch } from "../../../platform/database/columns.ts";
import { update } from "../../../platform/database/records.ts";
import { conflict } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { amountProblems, type DraftProblem } from "../rules/problems.ts";
import { isEditable } from "../rules/states.ts";
import { type Amounts, amountsOf, type TaxRate } from "../rules/totals.ts";
import { type InvoiceLineRow, type InvoiceRow, invoices } from "../schema.ts";

/** Refuses to change an invoice that has been approved. */
export function requireDraft(invoice: Pick<InvoiceRow, "status" | "invoice_number">): void {
  if (isEditable(invoice.status)) return;
  throw conflict(
    t("Invoice {invoice_number} is approved and does not change any more. Void it and bill again instead.", {
      invoice_number: invoice.invoice_number ?? "",
    }),
    "not_a_draft",
  );
}

/** The lines of an invoice in their order. */
export function linesOf(ctx: Ctx, invoiceId: string): Promise<InvoiceLineRow[]> {
  return ctx.db
    .selectFrom("invoice_lines")
    .selectAll()
    .where("invoice_id", "=", invoiceId)
    .orderBy("sort_order")
    .orderBy("id")
    .execute();
}

/** Problems that come and go with the lines; the others stay until the draft is built again. */
const ofAmounts: ReadonlySet<DraftProblem["code"]> = new Set([
  "nothing_to_bill",
  "negative_discount",
  "negative_total",
]);

type Priced = Pick<InvoiceRow, "company_id" | "tax_rate_id" | "discount_amount">;
type PricedLine = Pick<InvoiceLineRow, "line_type" | "total" | "is_taxable">;

/** What the amounts of an invoice depend on beside its lines. */
export interface Terms {
  is_tax_exempt: boolean;
  rate: TaxRate | undefined;
  discount_amount: number;
}

export interface TaxedAmounts extends Amounts {
  tax_name: string | null;
  tax_percent: string;
  is_tax_exempt: boolean;
}

/** The amounts of an invoice from its lines, its tax rate and its company, as they are now. */
export async function amountsFor(ctx: Ctx, invoice: Priced, lines: readonly InvoiceLineRow[]): Promise<TaxedAmounts> {
  const { is_tax_exempt } = await ctx.db
    .selectFrom("companies")
    .select("is_tax_exempt")
    .where("id", "=", invoice.company_id)
    .executeTakeFirstOrThrow();
  const rate =
    invoice.tax_rate_id === null
      ? undefined
      : await ctx.db
          .selectFrom("tax_rates")
          .select(["id", "name", "rate"])
          .where("id", "=", invoice.tax_rate_id)
          .executeTakeFirst();
  return taxed(lines, { is_tax_exempt, rate, discount_amount: invoice.discount_amount });
}

function taxed(lines: readonly PricedLine[], { is_tax_exempt, rate, discount_amount }: Terms): TaxedAmounts {
  const amounts = amountsOf({
    lines: lines.map((line) => ({ ...line, tax_rate_id: line.is_taxable ? (rate?.id ?? null) : null })),
    tax_rates: rate === undefined ? [] : [rate],
    is_tax_exempt,
    discount_amount,
  });
  return { ...amounts, tax_name: rate?.name ?? null, tax_percent: rate?.rate ?? "0", is_tax_exempt };
}

/**
 * The columns of a draft that follow from its lines. `subtotal` is the sum of all lines, those of discounts included, so
 * `total = subtotal - discount_amount + tax_amount` holds with the discount that was typed.
 *
 * @param kept problems that do not come of the amounts
 */
function followingColumns(
  lines: readonly PricedLine[],
  amounts: TaxedAmounts,
  discount: number,
  kept: readonly DraftProblem[],
): Pick<InvoiceRow, "tax_name" | "tax_percent" | "subtotal" | "tax_amount" | "total" | "problems"> {
  const problems = [...kept, ...amountProblems(lines.length, discount, amounts)];
  return {
    tax_name: amounts.tax_name,
    tax_percent: amounts.tax_percent,
    subtotal: amounts.total - amounts.tax_amount + discount,
    tax_amount: amounts.tax_amount,
    total: amounts.total,
    problems: problems as unknown as Record<string, unknown>[],
  };
}

/** What a draft that is yet to be written will have from the lines that it begins with. */
export function firstColumns(
  lines: readonly PricedLine[],
  terms: Terms,
  problems: readonly DraftProblem[],
): ReturnType<typeof followingColumns> & Pick<InvoiceRow, "balance_due"> {
  const columns = followingColumns(lines, taxed(lines, terms), terms.discount_amount, problems);
  return { ...columns, balance_due: columns.total };
}

/**
 * Brings a draft's amounts and problems in line with its lines: every change of a draft ends here.
 *
 * @param changes further columns, written in the same step
 * @param version the version the caller saw; 412 when it is not the present one
 */
export async function recompute(
  work: Work,
  id: string,
  changes: Patch<typeof invoices> = {},
  version?: number,
): Promise<InvoiceRow> {
  const invoice: InvoiceRow = { ...(await find(work, "invoices", id)), ...changes };
  const lines = await linesOf(work, id);
  const amounts = await amountsFor(work, invoice, lines);
  const kept = (invoice.problems as unknown as DraftProblem[]).filter((problem) => !ofAmounts.has(problem.code));
  const columns = followingColumns(lines, amounts, invoice.discount_amount, kept);
  const balance_due = columns.total - invoice.amount_paid;
  return update(work, invoices, id, { ...changes, ...columns, balance_due }, version);
}
