import { Type } from "@sinclair/typebox";
import { find, maybeFind } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import type { Patch } from "../../../platform/database/columns.ts";
import { edgeSchema, fromEdge, newInput, type PatchInput, patchInput } from "../../../platform/database/edge.ts";
import { remove } from "../../../platform/database/records.ts";
import { invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { addLines, removeLine, type TypedLine } from "../drafts/lines.ts";
import { linesOf, recompute, requireDraft } from "../drafts/recompute.ts";
import { checkedDueDate, newDraft } from "../drafts/write.ts";
import { type InvoiceRow, invoices } from "../schema.ts";
import { lineFields } from "./line-fields.ts";

/** What people decide about a draft; everything else follows from its lines. */
const draftColumns = [
  "billing_contact_id",
  "invoice_date",
  "payment_terms",
  "tax_rate_id",
  "discount_amount",
  "po_number",
  "notes",
  "internal_notes",
] as const;

type Created = Record<string, unknown> & { company_id: string; lines?: TypedLine[] };

/** Makes a draft by hand: for a company, with lines or without. */
export const createInvoice = action({
  name: "billing.create_invoice",
  permission: "billing.write",
  input: newInput(invoices, ["company_id", ...draftColumns], {
    invoice_date: Type.Optional(edgeSchema(invoices.columns.invoice_date)),
    payment_terms: Type.Optional(edgeSchema(invoices.columns.payment_terms)),
    lines: Type.Optional(Type.Array(Type.Object(lineFields, { additionalProperties: false }), { maxItems: 500 })),
  }),
  run: async (work: Work, { lines = [], ...input }: Created): Promise<InvoiceRow> => {
    const company = await maybeFind(work, "companies", input.company_id);
    if (company === undefined) throw invalidField("company_id", t("Company does not exist."), "not_found");
    const values = fromEdge(invoices, input, company.currency);
    await checkDraft(work, company.id, values);
    const invoice = await newDraft(work, { ...values, company_id: company.id, currency: company.currency });
    await addLines(work, invoice, lines, (index) => `lines/${index}/`);
    return recompute(work, invoice.id);
  },
});

/** Changes a draft's head; the due date follows from date and terms, the totals from discount and tax rate. */
export const updateInvoice = action({
  name: "billing.update_invoice",
  permission: "billing.write",
  input: patchInput(invoices, draftColumns),
  run: async (work: Work, input: PatchInput): Promise<InvoiceRow> => {
    const invoice = await find(work, "invoices", input.id);
    requireDraft(invoice);
    const values = fromEdge(invoices, input, invoice.currency);
    await checkDraft(work, invoice.company_id, values, invoice.billing_contact_id);
    const { invoice_date, payment_terms } = { ...invoice, ...values };
    return recompute(
      work,
      invoice.id,
      { ...values, due_date: checkedDueDate(invoice_date, payment_terms) },
      input.version,
    );
  },
});

/** `contact` is who is named so far, and may have moved to another company since. */
async function checkDraft(
  work: Work,
  companyId: string,
  values: Patch<typeof invoices>,
  contact: string | null = null,
): Promise<void> {
  if (values.discount_amount !== undefined && values.discount_amount < 0) {
    throw invalidField("discount_amount", t("A discount cannot be negative; add an adjustment line instead."));
  }
  if (values.billing_contact_id != null && values.billing_contact_id !== contact) {
    const named = await maybeFind(work, "contacts", values.billing_contact_id);
    if (named?.company_id !== companyId)
      throw invalidField("billing_contact_id", t("This contact belongs to another company."));
  }
}

/** Deletes a draft. What it would have billed can be billed again. */
export const deleteDraft = action({
  name: "billing.delete_draft",
  permission: "billing.write",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id, version }: PatchInput): Promise<void> => {
    const invoice = await find(work, "invoices", id);
    requireDraft(invoice);
    for (const line of await linesOf(work, id)) await removeLine(work, line);
    await work.db.deleteFrom("billed_time_entries").where("invoice_id", "=", id).execute();
    await remove(work, invoices, id, version);
  },
});
