import { type SelectQueryBuilder, sql } from "kysely";
import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import type { RowFor } from "../../platform/database/records.ts";
import { contactName } from "../companies/index.ts";

/** What the portal's pages read. Everything starts at reach, so a client sees the own company's records and no others. */

// Queries join what they like; only their rows matter to who goes on with them.
// oxlint-disable-next-line no-explicit-any
type Query<R> = SelectQueryBuilder<any, any, R>;

export type ClientTicket = Pick<RowFor<"tickets">, "id" | "ticket_number" | "title" | "contact_id" | "created_at"> &
  Pick<RowFor<"ticket_statuses">, "name" | "portal_name" | "is_closed" | "waiting_on"> & {
    /** Who asked; null where nobody is named. */
    first_name: string | null;
    last_name: string | null;
    news_at: string;
  };

/**
 * When there was last anything on a request that its client can see: that it was asked, answered or closed. What the team changes or
 * notes for itself is no news to them, so it is not when the ticket was changed.
 */
export const newsAt = sql<string>`(select max(news.at) from (select tickets.created_at as at union all select tickets.last_client_reply_at union all select tickets.last_staff_reply_at union all select tickets.closed_at) as news)`;

/** Tickets with their states and who asked. */
export function clientTickets(ctx: Ctx): Query<ClientTicket> {
  return reach(ctx, "tickets")
    .innerJoin("ticket_statuses as statuses", "statuses.id", "tickets.status_id")
    .leftJoin("contacts as askers", "askers.id", "tickets.contact_id")
    .select([
      "tickets.id",
      "tickets.ticket_number",
      "tickets.title",
      "tickets.contact_id",
      "tickets.created_at",
      newsAt.as("news_at"),
      "statuses.name",
      "statuses.portal_name",
      "statuses.is_closed",
      "statuses.waiting_on",
      "askers.first_name",
      "askers.last_name",
    ]);
}

/** The last that a client can read on a ticket. */
export interface LastWord {
  at: string;
  /** Empty where it is not known. */
  author: string;
  is_client: boolean;
  is_own: boolean;
}

/** Who wrote last on each of some tickets, and when; one that nobody has answered is absent. */
export async function lastWords(ctx: Ctx, ticketIds: readonly string[]): Promise<Map<string, LastWord>> {
  if (ticketIds.length === 0) return new Map();
  const words = reach(ctx, "ticket_notes")
    .leftJoin("users as authors", "authors.id", "ticket_notes.created_by_id")
    .leftJoin("contacts as people", "people.id", "ticket_notes.contact_id")
    .select(({ fn }) => [
      "ticket_notes.ticket_id",
      "ticket_notes.created_at",
      "ticket_notes.contact_id",
      "ticket_notes.author_name",
      "authors.name as author",
      "authors.user_type",
      "authors.contact_id as author_contact_id",
      "people.first_name",
      "people.last_name",
      fn
        .agg<number>("row_number")
        .over((over) =>
          over
            .partitionBy("ticket_notes.ticket_id")
            .orderBy("ticket_notes.created_at", "desc")
            .orderBy("ticket_notes.id", "desc"),
        )
        .as("place"),
    ])
    .where("ticket_notes.ticket_id", "in", ticketIds);
  const rows = await ctx.db.selectFrom(words.as("words")).selectAll().where("words.place", "=", 1).execute();
  return new Map(
    rows.map((row) => [
      row.ticket_id,
      {
        at: row.created_at,
        author: row.author ?? nameOf(row) ?? row.author_name ?? "",
        is_client: row.user_type === "portal" || row.contact_id !== null,
        is_own: (row.author_contact_id ?? row.contact_id ?? "") === ctx.actor.contact_id,
      },
    ]),
  );
}

/** The name of a person of the client's who may be missing. */
export function nameOf({ first_name, last_name }: Pick<ClientTicket, "first_name" | "last_name">): string | null {
  return first_name === null ? null : contactName({ first_name, last_name: last_name ?? "" });
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
