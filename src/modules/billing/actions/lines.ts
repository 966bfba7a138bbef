import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import { canonicalDecimal } from "../../../platform/decimal.ts";
import { changes, type PatchInput } from "../../../platform/database/edge.ts";
import { update } from "../../../platform/database/records.ts";
import { invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { allocate } from "../../../platform/money.ts";
import { addLines, lineTotal, removeLine, type TypedLine } from "../drafts/lines.ts";
import { linesOf, recompute, requireDraft } from "../drafts/recompute.ts";
import { type InvoiceLineRow, invoiceLines } from "../schema.ts";
import { lineFields, writtenTypes } from "./line-fields.ts";

const id = Type.String({ format: "uuid" });
const target = { id, version: Type.Optional(Type.Integer()) };

/** Adds a line to a draft. */
export const addLine = action({
  name: "billing.add_line",
  permission: "billing.write",
  input: Type.Object({ invoice_id: id, ...lineFields }, { additionalProperties: false }),
  run: async (work: Work, { invoice_id, ...line }: TypedLine & { invoice_id: string }): Promise<InvoiceLineRow> => {
    const invoice = await find(work, "invoices", invoice_id);
    requireDraft(invoice);
    const [made] = await addLines(work, invoice, [line]);
    await recompute(work, invoice.id);
    if (made === undefined) throw new Error("a line that was added is there");
    return made;
  },
});

type LineChange = PatchInput & Partial<TypedLine>;

/**
 * Changes a line of a draft. A line that came from a contract or from time keeps its kind and its evidence; when its
 * price is changed by hand the evidence says so, and the time entries behind it share the new total.
 */
export const updateLine = action({
  name: "billing.update_line",
  permission: "billing.write",
  input: Type.Object({ ...target, ...changes(lineFields) }, { additionalProperties: false }),
  run: async (work: Work, input: LineChange): Promise<InvoiceLineRow> => {
    const line = await find(work, "invoice_lines", input.id);
    const invoice = await find(work, "invoices", line.invoice_id);
    requireDraft(invoice);
    const isWritten = (writtenTypes as readonly string[]).includes(line.line_type) && line.billing_key === null;
    if (!isWritten && input.line_type !== undefined && input.line_type !== line.line_type) {
      throw invalidField("line_type", t("The kind of a line that was calculated cannot change."));
    }
    const next = {
      line_type: input.line_type ?? line.line_type,
      quantity: canonicalDecimal(input.quantity ?? line.quantity),
      unit_price: canonicalDecimal(input.unit_price ?? line.unit_price),
    };
    const isRepriced =
      next.quantity !== line.quantity || next.unit_price !== line.unit_price || next.line_type !== line.line_type;
    const description = input.description?.trim();
    if (description === "") throw invalidField("description", t("Description is required."), "required");
    const row = await update(
      work,
      invoiceLines,
      line.id,
      {
        description,
        is_taxable: input.is_taxable,
        // The total of a time line comes from its minutes: it is only left behind when somebody sets another price.
        ...(isRepriced
          ? {
              ...next,
              total: lineTotal(next, invoice.currency),
              explanation: {
                ...line.explanation,
                changed_by: work.actor.name,
                calculated_total: line.explanation["calculated_total"] ?? line.total,
              },
            }
          : {}),
      },
      input.version,
    );
    if (row.total !== line.total) await shareTotal(work, row);
    await recompute(work, invoice.id);
    return row;
  },
});

/** Divides a line's total among its time entries by their minutes. */
async function shareTotal(work: Work, line: InvoiceLineRow): Promise<void> {
  const links = await work.db
    .selectFrom("invoice_line_time_entries")
    .select(["time_entry_id", "billed_minutes"])
    .where("invoice_line_id", "=", line.id)
    .orderBy("time_entry_id")
    .execute();
  if (links.length === 0) return;
  const amounts = allocate(
    line.total,
    links.map((one) => one.billed_minutes),
  );
  for (const [index, { time_entry_id }] of links.entries()) {
    await work.db
      .updateTable("invoice_line_time_entries")
      .set({ billed_amount: amounts[index] ?? 0 })
      .where("invoice_line_id", "=", line.id)
      .where("time_entry_id", "=", time_entry_id)
      .execute();
  }
}

/** Takes a line off a draft; what it billed can be billed again. */
export const deleteLine = action({
  name: "billing.delete_line",
  permission: "billing.write",
  input: Type.Object(target, { additionalProperties: false }),
  run: async (work: Work, input: PatchInput): Promise<InvoiceLineRow> => {
    const line = await find(work, "invoice_lines", input.id);
    requireDraft(await find(work, "invoices", line.invoice_id));
    await removeLine(work, line, input.version);
    await recompute(work, line.invoice_id);
    return line;
  },
});

interface Move {
  id: string;
  direction: "up" | "down";
}

/** Moves a line of a draft one place up or down; at the end it stays where it is. */
export const moveLine = action({
  name: "billing.move_line",
  permission: "billing.write",
  input: Type.Object(
    { id, direction: Type.Union([Type.Literal("up"), Type.Literal("down")]) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id: lineId, direction }: Move): Promise<InvoiceLineRow> => {
    const line = await find(work, "invoice_lines", lineId);
    requireDraft(await find(work, "invoices", line.invoice_id));
    const lines = await linesOf(work, line.invoice_id);
    const at = lines.findIndex((one) => one.id === lineId);
    const to = Math.min(Math.max(at + (direction === "up" ? -1 : 1), 0), lines.length - 1);
    lines.splice(to, 0, ...lines.splice(at, 1));
    for (const [index, one] of lines.entries()) await update(work, invoiceLines, one.id, { sort_order: index + 1 });
    return line;
  },
});
