import { sql } from "kysely";
import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";

/** What the portal's pages read. Everything starts at reach, so a client sees the own company's records and no others. */

// The return types are the queries' own; the pages go on with them.
/** Tickets with the names of their states. */
export function clientTickets(ctx: Ctx) {
  return reach(ctx, "tickets")
    .innerJoin("ticket_statuses as statuses", "statuses.id", "tickets.status_id")
    .select([
      "tickets.id",
      "tickets.ticket_number",
      "tickets.title",
      "tickets.created_at",
      "tickets.updated_at",
      "tickets.last_client_reply_at",
      "tickets.last_staff_reply_at",
      "statuses.name",
      "statuses.portal_name",
      "statuses.is_closed",
      "statuses.waiting_on",
    ]);
}

/** Invoices that have been issued to the client. */
export function clientInvoices(ctx: Ctx) {
  return reach(ctx, "invoices")
    .select(["invoices.id", "invoices.invoice_number", "invoices.invoice_date", "invoices.due_date", "invoices.status", "invoices.total", "invoices.balance_due", "invoices.currency"])
    .where("invoices.status", "not in", ["draft", "void"]);
}

/** The public conversation of a ticket, oldest first. */
export function clientNotes(ctx: Ctx, ticketId: string) {
  return reach(ctx, "ticket_notes")
    .leftJoin("users as authors", "authors.id", "ticket_notes.created_by_id")
    .select(["ticket_notes.id", "ticket_notes.note_type", "ticket_notes.content", "ticket_notes.created_at", "authors.name as author", "authors.user_type"])
    .where("ticket_notes.ticket_id", "=", ticketId)
    .where("ticket_notes.note_type", "<>", "internal")
    .orderBy("ticket_notes.created_at")
    .orderBy("ticket_notes.id")
    .execute();
}

/** The files of a ticket that are not part of an internal note. */
export function clientFiles(ctx: Ctx, ticketId: string) {
  return reach(ctx, "ticket_attachments")
    .leftJoin("ticket_notes as of", "of.id", "ticket_attachments.note_id")
    .select(["ticket_attachments.id", "ticket_attachments.note_id", "ticket_attachments.file_name", "ticket_attachments.file_size", "ticket_attachments.storage_path"])
    .where("ticket_attachments.ticket_id", "=", ticketId)
    .where(sql<boolean>`(${sql.ref("of.note_type")} is null or ${sql.ref("of.note_type")} <> 'internal')`)
    .orderBy("ticket_attachments.created_at")
    .orderBy("ticket_attachments.id");
}
