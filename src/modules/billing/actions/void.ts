import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import { asSystem, type Work } from "../../../platform/context.ts";
import type { PatchInput } from "../../../platform/database/edge.ts";
import { update } from "../../../platform/database/records.ts";
import { conflict, stale } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { timeEntries } from "../../time/index.ts";
import { writeLedger } from "../drafts/ledger.ts";
import { linesOf } from "../drafts/recompute.ts";
import { canTransition, stateOf } from "../rules/states.ts";
import type { TimeEvidence } from "../rules/time-lines.ts";
import { invoiceLines, type InvoiceLineRow, type InvoiceRow, invoices } from "../schema.ts";

/**
 * Voids an approved invoice that nobody has paid on: its number stays, and what it billed can be billed again. 409 for a
 * draft (delete it) and once money has come in.
 */
export const voidInvoice = action({
  name: "billing.void",
  permission: "billing.write",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id, version }: PatchInput): Promise<InvoiceRow> => {
    const invoice = await find(work, "invoices", id);
    if (version !== undefined && version !== invoice.version) throw stale();
    refuse(invoice);
    const lines = await linesOf(work, id);
    await releaseTime(work, invoice, lines);
    for (const line of lines.filter((one) => one.billing_key !== null))
      await update(work, invoiceLines, line.id, { billing_key: null });
    const row = await update(work, invoices, id, {
      status: "void",
      voided_at: work.app.clock.now(),
      balance_due: 0,
      paid_at: null,
    });
    await writeLedger(work, row);
    return row;
  },
});

function refuse(invoice: InvoiceRow): void {
  if (invoice.status === "draft") throw conflict(t("This is a draft: delete it instead."), "not_issued");
  if (invoice.status === "void") throw conflict(t("This invoice is void already."), "already_void");
  if (invoice.amount_paid > 0)
    throw conflict(t("Payments have been recorded on this invoice, so it cannot be voided."), "has_payments");
  // Nothing was asked for, so nothing was paid: an invoice of zero may be taken back.
  if (invoice.status === "paid" && invoice.total === 0) return;
  if (!canTransition(invoice.status, "void"))
    throw conflict(
      t("An invoice that is {status} cannot be voided.", { status: stateOf(invoice.status) }),
      "cannot_void",
    );
}

/** Gives the time back: unbilled again, with the rate that people had set and none that was found for the invoice. */
async function releaseTime(work: Work, invoice: InvoiceRow, lines: readonly InvoiceLineRow[]): Promise<void> {
  const links = await work.db
    .selectFrom("invoice_line_time_entries as links")
    .innerJoin("invoice_lines", "invoice_lines.id", "links.invoice_line_id")
    .select(["links.time_entry_id", "links.invoice_line_id"])
    .where("invoice_lines.invoice_id", "=", invoice.id)
    .execute();
  const found = new Set<string>();
  for (const link of links) {
    const evidence = lines.find((line) => line.id === link.invoice_line_id)?.explanation as TimeEvidence | undefined;
    if (evidence?.kind === "time" && evidence.rate_source.kind !== "entry") found.add(link.time_entry_id);
  }
  for (const entryId of new Set(links.map((link) => link.time_entry_id))) {
    await update(asSystem(work), timeEntries, entryId, {
      billing_status: "not_billed",
      invoice_id: null,
      total_amount: null,
      ...(found.has(entryId) ? { hourly_rate: null } : {}),
    });
  }
  await work.db.deleteFrom("billed_time_entries").where("invoice_id", "=", invoice.id).execute();
}
