import { find } from "../../../platform/access/reach.ts";
import { type Ctx, reading, refuseWhileHeld } from "../../../platform/context.ts";
import { isOutage } from "../../../platform/database/failures.ts";
import { bytesOf } from "../../../platform/files/files.ts";
import { t } from "../../../platform/language/index.ts";
import { invoicePdf } from "../pdf/invoice.ts";
import type { InvoiceRow } from "../schema.ts";
import { currentDetails, issuedOf, type IssuedDetails } from "./details.ts";

/** What the file of an invoice is called. */
export function pdfName(invoice: Pick<InvoiceRow, "invoice_number">): string {
  return `${invoice.invoice_number ?? t("Draft invoice")}.pdf`.replace(/[/\\]/g, "-");
}

/** The details that a document is drawn from: those kept at approval, for a draft the present ones. */
export async function detailsOf(ctx: Ctx, invoice: InvoiceRow): Promise<IssuedDetails> {
  const kept = issuedOf(invoice);
  if (kept === null) return currentDetails(ctx, invoice);
  return invoice.status === "void" ? { ...kept, model: { ...kept.model, status: "void" } } : kept;
}

/** Draws the PDF; the same details give the same bytes. Reads only the logo's file, never the database. */
export async function drawPdf(ctx: Ctx, { logo_sha256, model }: IssuedDetails): Promise<Uint8Array> {
  refuseWhileHeld(ctx);
  const logo = logo_sha256 === null ? null : await logoBytes(ctx, logo_sha256);
  return invoicePdf({ ...model, letterhead: { ...model.letterhead, logo } });
}

/** A logo that is lost for good leaves the document without one; one that only cannot be read just now does not. */
async function logoBytes(ctx: Ctx, sha256: string): Promise<Uint8Array | null> {
  try {
    return await bytesOf(ctx, sha256);
  } catch (error) {
    if (isOutage(error)) throw error;
    return null;
  }
}

/** The PDF of an invoice as a download, for staff and for the client's own portal; 404 out of reach. */
export async function invoicePdfResponse(ctx: Ctx, id: string): Promise<Response> {
  const { invoice, details } = await reading(ctx, async (reader) => {
    const row = await find(reader, "invoices", id);
    return { invoice: row, details: await detailsOf(reader, row) };
  });
  const bytes = await drawPdf(ctx, details);
  const name = pdfName(invoice);
  const ascii = name.replace(/[^\x20-\x7e]/g, "_").replaceAll('"', "_");
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      "content-type": "application/pdf",
      "content-disposition": `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "private, no-store",
    },
  });
}
