import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { action, perform } from "../../../platform/action.ts";
import { type Ctx, reading, type Work } from "../../../platform/context.ts";
import { update } from "../../../platform/database/records.ts";
import { conflict, Failure, stale } from "../../../platform/errors.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { invoiceSent } from "../events.ts";
import { addFile, type StoredBytes, storedBytes, storeUploads } from "../../../platform/files/files.ts";
import { newId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { queueMail } from "../../../platform/mail/queue.ts";
import { inLanguageOf } from "../../../platform/mail/reader.ts";
import { detailsOf, drawPdf, pdfName } from "../issue/document.ts";
import { letterFor } from "../issue/letter.ts";
import { recipientOf } from "../issue/recipient.ts";
import { isIssued, statusAfterSending } from "../rules/states.ts";
import { type InvoiceRow, invoices } from "../schema.ts";

interface Sending {
  id: string;
  /** The version the document was drawn from. */
  version: number;
  file: StoredBytes;
}

/** Marks an invoice as sent and queues its mail, with the document that has been stored before. */
export const sendInvoiceAction = action({
  name: "billing.send",
  permission: "billing.write",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      version: Type.Integer(),
      file: storedBytes,
    },
    { additionalProperties: false },
  ),
  isForMany: true,
  prepare: async (ctx, id) => ({ ...(await drawnFor(ctx, id)) }),
  run: async (work: Work, { id, version, file }: Sending): Promise<InvoiceRow> => {
    const invoice = await find(work, "invoices", id);
    requireIssued(invoice);
    if (invoice.version !== version) throw stale();
    const to = await recipientOf(work, invoice);
    if (to === null) throw withoutRecipient();
    const file_id = await addFile(work, file);
    const row = await update(
      work,
      invoices,
      id,
      { status: statusAfterSending(invoice.status), sent_at: work.app.clock.now() },
      version,
    );
    // Sending again is a new mail on purpose; that one click sends one is held by the version.
    await queueMail(work, {
      to,
      ...(await inLanguageOf(work, to, () => letterFor(work, row, to))),
      about: { type: "invoices", id },
      dedupe_key: `invoice:${id}:${newId()}`,
      attachments: [{ file_id }],
    });
    await emit(work, invoiceSent, { invoice_id: id, company_id: row.company_id, to: to.address });
    return row;
  },
});

function requireIssued(invoice: InvoiceRow): void {
  if (isIssued(invoice.status)) return;
  throw conflict(
    invoice.status === "draft"
      ? t("This is a draft. Approve it before it is sent.")
      : t("This invoice is void and is not sent any more."),
    "not_issued",
  );
}

function withoutRecipient(): Failure {
  const message = t(
    "Nobody at this company receives invoices: give it a billing contact or a primary contact with an e-mail address.",
  );
  return new Failure(422, "no_recipient", message, [{ field: "billing_contact_id", code: "no_recipient", message }]);
}

/**
 * Draws an invoice's document and stores its bytes, for the unit of work that sends it.
 *
 * @throws Failure 409 `not_issued` for drafts and void invoices, 422 `no_recipient` when nobody would receive it
 */
export async function drawnFor(ctx: Ctx, id: string): Promise<Omit<Sending, "id">> {
  const { invoice, details } = await reading(ctx, async (reader) => {
    const row = await find(reader, "invoices", id);
    requireIssued(row);
    if ((await recipientOf(reader, row)) === null) throw withoutRecipient();
    return { invoice: row, details: await detailsOf(reader, row) };
  });
  const bytes = await drawPdf(ctx, details);
  const [file] = await storeUploads(ctx, [{ name: pdfName(invoice), type: "application/pdf", bytes }]);
  if (file === undefined) throw new Error("nothing was stored");
  return { version: invoice.version, file };
}

/** Sends an invoice by mail with its PDF, or sends it again. Fails as `drawnFor` does. */
export async function sendInvoice(ctx: Ctx, id: string): Promise<InvoiceRow> {
  return perform(ctx, sendInvoiceAction, { id, ...(await drawnFor(ctx, id)) });
}
