import type { SelectQueryBuilder } from "kysely";
import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import type { RowFor } from "../../platform/database/records.ts";

/** What the portal's pages read. Everything starts at reach, so a client sees the own company's records and no others. */

// Queries join what they like; only their rows matter to who goes on with them.
// oxlint-disable-next-line no-explicit-any
type Query<R> = SelectQueryBuilder<any, any, R>;

export type ClientTicket = Pick<
  RowFor<"tickets">,
  "id" | "ticket_number" | "title" | "created_at" | "updated_at" | "last_client_reply_at" | "last_staff_reply_at"
> &
  Pick<RowFor<"ticket_statuses">, "name" | "portal_name" | "is_closed" | "waiting_on">;

/** Tickets with their states. */
export function clientTickets(ctx: Ctx): Query<ClientTicket> {
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

export type ClientInvoice = Pick<
  RowFor<"invoices">,
  "id" | "invoice_number" | "invoice_date" | "due_date" | "status" | "total" | "balance_due" | "currency"
>;

/** Invoices that have been sent to the client. */
export function clientInvoices(ctx: Ctx): Query<ClientInvoice> {
  return reach(ctx, "invoices").select([
    "invoices.id",
    "invoices.invoice_number",
    "invoices.invoice_date",
    "invoices.due_date",
    "invoices.status",
    "invoices.total",
    "invoices.balance_due",
    "invoices.currency",
  ]);
}
