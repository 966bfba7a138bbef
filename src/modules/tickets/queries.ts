import { sql } from "kysely";
import { reach, wholeShape } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";
import type { ListQuery } from "../../platform/http/lists/list.ts";

export interface TicketListRow {
  id: string;
  number: string;
  ticket_number: string;
  title: string;
  company_id: string;
  company: string;
  status: string;
  status_color: string;
  priority: number;
  priority_name: string;
  priority_color: string;
  queue: string;
  assignee: string | null;
  updated_at: string;
  last_client_reply_at: string | null;
  last_staff_reply_at: string | null;
}

/**
 * Tickets within reach with all that a row of a list shows. Each has a company, a status, a priority and a queue; they are joined
 * from the left so that SQLite goes from the tickets, in the order of the list, and never from the few companies to all of
 * their tickets (decision 0032). In the order of companies that is the way to go.
 */
export function ticketRows(ctx: Ctx, sortedBy = ""): ListQuery<TicketListRow> {
  const from = reach(ctx, "tickets");
  const byCompany = from.innerJoin("companies", "companies.id", "tickets.company_id");
  const joined =
    sortedBy === "company"
      ? byCompany
      : (from.leftJoin("companies", "companies.id", "tickets.company_id") as unknown as typeof byCompany);
  return joined
    .leftJoin("ticket_statuses as statuses", "statuses.id", "tickets.status_id")
    .leftJoin("ticket_priorities as priorities", "priorities.id", "tickets.priority_id")
    .leftJoin("ticket_queues as queues", "queues.id", "tickets.queue_id")
    .leftJoin("users as assignees", "assignees.id", "tickets.assigned_to_id")
    .select([
      "tickets.id",
      "tickets.created_at as number",
      "tickets.ticket_number",
      "tickets.title",
      "tickets.company_id",
      "companies.name as company",
      "statuses.name as status",
      "statuses.color as status_color",
      "priorities.sort_order as priority",
      "priorities.name as priority_name",
      "priorities.color as priority_color",
      "queues.name as queue",
      "assignees.name as assignee",
      "tickets.updated_at",
      "tickets.last_client_reply_at",
      "tickets.last_staff_reply_at",
    ])
    .$castTo<TicketListRow>();
}

/** True in SQL for what `isClientWaiting` says of a row. */
export const clientIsWaiting = sql<boolean>`(tickets.last_client_reply_at is not null and (tickets.last_staff_reply_at is null or tickets.last_client_reply_at > tickets.last_staff_reply_at))`;

/**
 * The tickets of a state. Whether a status closes is written into every ticket that has it (`closed_at`), and the open
 * ones, which are few among all that there ever were, have an index of their own in the order of the list.
 */
export function inState(query: ListQuery<TicketListRow>, state: string): ListQuery<TicketListRow> {
  if (state === "closed") return query.where("tickets.closed_at", "is not", null);
  const open = query.where("tickets.closed_at", "is", null);
  if (state === "open") return open;
  if (state === "replied") return open.where(clientIsWaiting);
  return state === "waiting" ? open.where("statuses.waiting_on", "in", ["client", "vendor"]) : query;
}

export interface TicketCounts {
  open: number;
  mine: number;
  unassigned: number;
  waiting: number;
  /** Mine, where the client wrote last. */
  replied: number;
}

/** How many open tickets there are, and of which kinds. */
export async function ticketCounts(ctx: Ctx): Promise<TicketCounts> {
  const mine = sql<boolean>`tickets.assigned_to_id = ${ctx.actor.user_id}`;
  const count = (condition: ReturnType<typeof sql<boolean>>): ReturnType<typeof sql<number>> =>
    sql<number>`coalesce(sum(case when ${condition} then 1 else 0 end), 0)`;
  const row = await reach(ctx, "tickets")
    .innerJoin("ticket_statuses as statuses", "statuses.id", "tickets.status_id")
    .where("tickets.closed_at", "is", null)
    .select([
      sql<number>`count(*)`.as("open"),
      count(mine).as("mine"),
      count(sql`tickets.assigned_to_id is null`).as("unassigned"),
      count(sql`statuses.waiting_on in ('client', 'vendor')`).as("waiting"),
      count(sql`${mine} and ${clientIsWaiting}`).as("replied"),
    ])
    .executeTakeFirstOrThrow();
  return {
    open: Number(row.open),
    mine: Number(row.mine),
    unassigned: Number(row.unassigned),
    waiting: Number(row.waiting),
    replied: Number(row.replied),
  };
}

/** Minutes that were logged on tickets, as far as the actor sees them, by the ticket's id; a ticket without any is absent. */
export async function minutesOn(ctx: Ctx, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const shape = wholeShape(ctx, "minutes on tickets", "time_entries");
  const rows = await runOnceBuilt(ctx, shape, { ids }, (given) =>
    reach(ctx, "time_entries")
      .select(["ticket_id", (eb) => eb.fn.sum("duration_minutes").as("minutes")])
      .where("ticket_id", "in", [...given.ids])
      .groupBy("ticket_id"),
  );
  return new Map(rows.map((row) => [String(row.ticket_id), Number(row.minutes)]));
}
