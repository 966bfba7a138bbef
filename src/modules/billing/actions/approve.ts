import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import { asSystem, type Work } from "../../../platform/context.ts";
import type { PatchInput } from "../../../platform/database/edge.ts";
import { update } from "../../../platform/database/records.ts";
import { conflict, Failure, stale } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { nextNumber } from "../../../platform/tenants.ts";
import { timeEntries } from "../../time/index.ts";
import { writeLedger } from "../drafts/ledger.ts";
import { linesOf, recompute, requireDraft } from "../drafts/recompute.ts";
import { currentDetails } from "../issue/details.ts";
import { canApprove, type DraftProblem } from "../rules/problems.ts";
import { statusAfterPayment } from "../rules/states.ts";
import { invoiceNumber } from "../../../platform/number-template.ts";
import { type InvoiceRow, invoices } from "../schema.ts";

/**
 * Approves a draft: it gets its number, the next one without a gap, and from then on does not change. What is printed is
 * kept with it, and its time is billed. An invoice of zero is paid at once.
 *
 * 409 `draft_problems` with each problem in words, 409 `time_changed` when time was corrected after the draft was made.
 */
export const approveInvoice = action({
  name: "billing.approve",
  permission: "billing.approve",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  isForMany: true,
  run: async (work: Work, { id, version }: PatchInput): Promise<InvoiceRow> => {
    const draft = await find(work, "invoices", id);
    requireDraft(draft);
    if (version !== undefined && version !== draft.version) throw stale();
    const invoice = await recompute(work, id);
    refuseProblems(invoice.problems as unknown as DraftProblem[]);
    await refuseChangedTime(work, id);
    const now = work.app.clock.now();
    const { invoice_prefix } = await work.db
      .selectFrom("organizations")
      .select("invoice_prefix")
      .executeTakeFirstOrThrow();
    const status = statusAfterPayment({ ...invoice, status: "pending" });
    const approved: InvoiceRow = {
      ...invoice,
      status,
      invoice_number: invoiceNumber(invoice_prefix, await nextNumber(work.db, "invoice"), invoice.invoice_date),
      approved_at: now,
      approved_by_id: work.actor.user_id,
      paid_at: status === "paid" ? now : null,
    };
    const details = await currentDetails(work, approved);
    await billTime(work, approved);
    const row = await update(work, invoices, id, {
      ...approved,
      version: undefined,
      updated_at: undefined,
      issued_details: details as unknown as Record<string, unknown>,
    });
    if (row.contract_id !== null) await writeLedger(work, row);
    return row;
  },
});

function refuseProblems(problems: readonly DraftProblem[]): void {
  if (canApprove(problems)) return;
  const errors = problems.filter((problem) => problem.severity === "error");
  throw new Failure(
    409,
    "draft_problems",
    t("This draft cannot be approved yet. {problems}", {
      problems: [...new Set(errors.map((problem) => problem.message))].join(" "),
    }),
    errors.map((problem) => ({ field: "", code: problem.code, message: problem.message })),
  );
}

/** The minutes on the lines have to be those of the entries still. */
async function refuseChangedTime(work: Work, invoiceId: string): Promise<void> {
  const rows = await work.db
    .selectFrom("invoice_line_time_entries as links")
    .innerJoin("invoice_lines", "invoice_lines.id", "links.invoice_line_id")
    .innerJoin("time_entries", "time_entries.id", "links.time_entry_id")
    .select([
      "links.time_entry_id",
      "links.billed_minutes",
      "time_entries.duration_minutes",
      "time_entries.is_billable",
      "time_entries.approval_status",
      "time_entries.date",
    ])
    .where("invoice_lines.invoice_id", "=", invoiceId)
    .execute();
  const billed = new Map<string, number>();
  for (const row of rows) billed.set(row.time_entry_id, (billed.get(row.time_entry_id) ?? 0) + row.billed_minutes);
  const changed = rows.find(
    (row) =>
      !row.is_billable || row.approval_status === "rejected" || billed.get(row.time_entry_id) !== row.duration_minutes,
  );
  if (changed === undefined) return;
  throw conflict(
    t("Time of {date} was changed after this draft was made, or is billed in part only. Build the draft again.", {
      date: changed.date,
    }),
    "time_changed",
  );
}

/** Writes to each time entry what the invoice made of it: its rate and its share of the lines. */
async function billTime(work: Work, invoice: InvoiceRow): Promise<void> {
  const lines = await linesOf(work, invoice.id);
  const shares = await work.db
    .selectFrom("invoice_line_time_entries as links")
    .innerJoin("invoice_lines", "invoice_lines.id", "links.invoice_line_id")
    .select(["links.time_entry_id", "links.invoice_line_id", "links.billed_amount"])
    .where("invoice_lines.invoice_id", "=", invoice.id)
    .execute();
  const amounts = new Map<string, number>();
  const rates = new Map<string, string>();
  for (const share of shares) {
    amounts.set(share.time_entry_id, (amounts.get(share.time_entry_id) ?? 0) + share.billed_amount);
    const line = lines.find((one) => one.id === share.invoice_line_id);
    if (line?.explanation["kind"] === "time") rates.set(share.time_entry_id, line.unit_price);
  }
  for (const [entryId, total_amount] of amounts) {
    await update(asSystem(work), timeEntries, entryId, {
      billing_status: "billed",
      invoice_id: invoice.id,
      total_amount,
      currency: invoice.currency,
      ...(rates.has(entryId) ? { hourly_rate: rates.get(entryId) ?? null } : {}),
    });
  }
}
