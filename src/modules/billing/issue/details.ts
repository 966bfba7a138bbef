import type { Ctx } from "../../../platform/context.ts";
import { languageOf, localeFor } from "../../../platform/language/index.ts";
import { amountsFor, linesOf } from "../drafts/recompute.ts";
import type { BillTo, InvoicePdfModel, Letterhead, PdfTime } from "../pdf/model.ts";
import type { Taxed } from "../pdf/tax-rows.ts";
import type { InvoiceLineRow, InvoiceRow } from "../schema.ts";
import { portalReadersOf } from "./recipient.ts";

/**
 * What an invoice looked like when it was approved: all that is printed, with the logo by its hash. Names, addresses and
 * rates may change afterwards, the document does not.
 */
export interface IssuedDetails {
  logo_sha256: string | null;
  model: Omit<InvoicePdfModel, "letterhead"> & { letterhead: Omit<Letterhead, "logo"> };
}

/** What was kept when an invoice was approved; of a draft nothing. */
export function issuedOf(invoice: InvoiceRow): IssuedDetails | null {
  return invoice.issued_details as unknown as IssuedDetails | null;
}

/** The tax of an invoice as it was issued; of a draft, with its lines where they are at hand, as it is now. */
export async function taxOf(ctx: Ctx, invoice: InvoiceRow, lines?: readonly InvoiceLineRow[]): Promise<Taxed> {
  return issuedOf(invoice)?.model ?? amountsFor(ctx, invoice, lines ?? (await linesOf(ctx, invoice.id)));
}

/** The document of an invoice from everything as it is now: what a draft shows, and what approval keeps. */
export async function currentDetails(ctx: Ctx, invoice: InvoiceRow): Promise<IssuedDetails> {
  const organization = await ctx.db
    .selectFrom("organizations")
    .leftJoin("files", "files.id", "organizations.logo_file_id")
    .select([
      "organizations.name",
      "organizations.email",
      "organizations.phone",
      "organizations.website",
      "organizations.address",
      "organizations.tax_id",
      "organizations.bank_details",
      "organizations.invoice_footer",
      "files.sha256",
    ])
    .executeTakeFirstOrThrow();
  const { language } = await ctx.db
    .selectFrom("companies")
    .select("language")
    .where("id", "=", invoice.company_id)
    .executeTakeFirstOrThrow();
  const home = ctx.tenant.organization_locale;
  const locale = localeFor(language ?? languageOf(home), home);
  const lines = await linesOf(ctx, invoice.id);
  const amounts = await amountsFor(ctx, invoice, lines);
  return {
    logo_sha256: organization.sha256,
    model: {
      issued_at: invoice.approved_at ?? invoice.updated_at,
      locale,
      currency: invoice.currency,
      letterhead: {
        name: organization.name,
        address: organization.address,
        contact: [organization.phone, organization.email, organization.website].filter(
          (text) => text !== null && text !== "",
        ) as string[],
        tax_id: organization.tax_id,
        bank_details: organization.bank_details,
        color: ctx.tenant.brand.color,
      },
      bill_to: await billTo(ctx, invoice),
      // The document stays as it was issued: what was paid afterwards is told by receipts and by the portal.
      status: invoice.status === "draft" ? "draft" : "pending",
      invoice_number: invoice.invoice_number,
      invoice_date: invoice.invoice_date,
      due_date: invoice.due_date,
      po_number: invoice.po_number,
      lines: lines.map(({ description, quantity, unit_price, total, line_type }) => ({
        description,
        quantity,
        unit_price,
        total,
        is_hours: line_type === "time_entry",
      })),
      subtotal: invoice.subtotal,
      discount_amount: invoice.discount_amount,
      taxes: amounts.taxes.map(({ name, rate, taxable_amount, tax_amount }) => ({
        name,
        rate,
        taxable_amount,
        tax_amount,
      })),
      is_tax_exempt: amounts.is_tax_exempt,
      total: invoice.total,
      amount_paid: 0,
      balance_due: invoice.total,
      payment_url: (await isPayable(ctx, invoice)) ? portalUrl(ctx, invoice.id) : null,
      notes: invoice.notes,
      footer: organization.invoice_footer,
      time: await timeBehind(ctx, lines),
    },
  };
}

/** Where the client sees an invoice. */
export function portalUrl(ctx: Pick<Ctx, "tenant">, invoiceId: string): string {
  return `${ctx.tenant.public_url}/portal/invoices/${invoiceId}`;
}

/** Whether somebody of the company can pay it in the portal. */
async function isPayable(ctx: Ctx, { company_id }: InvoiceRow): Promise<boolean> {
  return (await isPaidOnline(ctx)) && (await portalReadersOf(ctx, company_id)).length > 0;
}

/** Whether the organization takes payments in the portal. */
export async function isPaidOnline(ctx: Ctx): Promise<boolean> {
  const gateway = await ctx.db
    .selectFrom("payment_gateway_configs")
    .select("id")
    .where("is_active", "=", true)
    .executeTakeFirst();
  return gateway !== undefined;
}

async function billTo(ctx: Ctx, invoice: InvoiceRow): Promise<BillTo> {
  const company = await ctx.db
    .selectFrom("companies")
    .select(["name", "address", "billing_address", "tax_id"])
    .where("id", "=", invoice.company_id)
    .executeTakeFirstOrThrow();
  const contact =
    invoice.billing_contact_id === null
      ? undefined
      : await ctx.db
          .selectFrom("contacts")
          .select(["first_name", "last_name"])
          .where("id", "=", invoice.billing_contact_id)
          .executeTakeFirst();
  const hasOther = Object.keys(company.billing_address).length > 0;
  return {
    name: company.name,
    attention: contact === undefined ? null : `${contact.first_name} ${contact.last_name}`.trim(),
    address: hasOther ? company.billing_address : company.address,
    tax_id: company.tax_id,
  };
}

/** The work behind the lines, in order, with the notes that were written for the client. */
async function timeBehind(ctx: Ctx, lines: readonly InvoiceLineRow[]): Promise<PdfTime[]> {
  const ids = lines.filter((line) => line.line_type === "time_entry").map((line) => line.id);
  if (ids.length === 0) return [];
  const rows = await ctx.db
    .selectFrom("invoice_line_time_entries as links")
    .innerJoin("time_entries", "time_entries.id", "links.time_entry_id")
    .leftJoin("users", "users.id", "time_entries.user_id")
    .leftJoin("tickets", "tickets.id", "time_entries.ticket_id")
    .select([
      "time_entries.id",
      "time_entries.date",
      "time_entries.notes",
      "time_entries.duration_minutes",
      "users.name as technician",
      "tickets.ticket_number",
      "tickets.title",
    ])
    .where("links.invoice_line_id", "in", ids)
    .orderBy("time_entries.date")
    .orderBy("time_entries.id")
    .execute();
  // An entry that is covered in part stands in two lines, and is one piece of work.
  const entries = [...new Map(rows.map((row) => [row.id, row])).values()];
  return entries.map((row) => ({
    date: row.date,
    ticket: row.ticket_number === null ? null : `#${row.ticket_number} ${row.title ?? ""}`.trim(),
    technician: row.technician,
    notes: row.notes,
    minutes: row.duration_minutes,
  }));
}
