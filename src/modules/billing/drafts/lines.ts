import type { Work } from "../../../platform/context.ts";
import { canonicalDecimal } from "../../../platform/decimal.ts";
import { insert, remove } from "../../../platform/database/records.ts";
import { conflict, invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { amountOf } from "../../../platform/money.ts";
import { type InvoiceLineRow, invoiceLines, type InvoiceRow } from "../schema.ts";
import { linesOf } from "./recompute.ts";

/** What people write into a line. Quantity and price are decimals; `total` follows from them. */
export interface TypedLine {
  line_type?: "service" | "product" | "adjustment" | "discount";
  description: string;
  quantity?: string;
  unit_price: string;
  is_taxable?: boolean;
}

const mostLines = 500;
/** A thousand million in most currencies: the sums of a full invoice stay whole numbers that are exact. */
const largestTotal = 100_000_000_000;

/**
 * `quantity × unit price` in minor units, or a 422 on the price.
 *
 * @param at where the fields stand in the input, such as `lines/0/`
 */
export function lineTotal(
  line: { line_type: string; quantity: string; unit_price: string },
  currency: string,
  at = "",
): number {
  let total: number | null;
  try {
    total = amountOf(line.quantity, line.unit_price, currency);
  } catch {
    total = null;
  }
  if (total === null || Math.abs(total) > largestTotal) {
    throw invalidField(
      `${at}unit_price`,
      t("Quantity times unit price comes to more than an invoice can hold."),
      "too_large",
    );
  }
  if (line.line_type === "discount" && total > 0) {
    throw invalidField(
      `${at}unit_price`,
      t("A discount takes something off: write its price with a minus."),
      "not_negative",
    );
  }
  return total;
}

/** Adds lines that somebody wrote, behind those that are there. */
export async function addLines(
  work: Work,
  invoice: InvoiceRow,
  lines: readonly TypedLine[],
  at: (index: number) => string = () => "",
): Promise<InvoiceLineRow[]> {
  const present = await linesOf(work, invoice.id);
  if (present.length + lines.length > mostLines)
    throw conflict(t("An invoice holds at most {count} lines.", { count: mostLines }), "too_many_lines");
  const last = present.at(-1)?.sort_order ?? 0;
  const made: InvoiceLineRow[] = [];
  for (const [index, given] of lines.entries()) {
    const line = {
      line_type: given.line_type ?? "service",
      quantity: canonicalDecimal(given.quantity ?? "1"),
      unit_price: canonicalDecimal(given.unit_price),
    };
    const description = given.description.trim();
    if (description === "") throw invalidField(`${at(index)}description`, t("Description is required."), "required");
    made.push(
      await insert(work, invoiceLines, {
        ...line,
        invoice_id: invoice.id,
        description,
        total: lineTotal(line, invoice.currency, at(index)),
        currency: invoice.currency,
        is_taxable: given.is_taxable ?? true,
        explanation: { kind: "manual", by: work.actor.name },
        sort_order: last + index + 1,
      }),
    );
  }
  return made;
}

/** Takes a line away; its time entries can be billed again unless another line of the invoice bills a part of them. */
export async function removeLine(work: Work, line: InvoiceLineRow, version?: number): Promise<void> {
  const claimed = await work.db
    .selectFrom("invoice_line_time_entries")
    .select("time_entry_id")
    .where("invoice_line_id", "=", line.id)
    .execute();
  await work.db.deleteFrom("invoice_line_time_entries").where("invoice_line_id", "=", line.id).execute();
  await remove(work, invoiceLines, line.id, version);
  for (const { time_entry_id } of claimed) {
    const other = await work.db
      .selectFrom("invoice_line_time_entries as links")
      .innerJoin("invoice_lines", "invoice_lines.id", "links.invoice_line_id")
      .select("links.time_entry_id")
      .where("links.time_entry_id", "=", time_entry_id)
      .where("invoice_lines.invoice_id", "=", line.invoice_id)
      .executeTakeFirst();
    if (other === undefined)
      await work.db.deleteFrom("billed_time_entries").where("time_entry_id", "=", time_entry_id).execute();
  }
}
