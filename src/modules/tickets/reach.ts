import { type RawBuilder, sql } from "kysely";
import { can, scopeOf } from "../../platform/access/actor.ts";
import type { ReachRule } from "../../platform/access/reach.ts";
import { teamsOf } from "../../platform/access/teams.ts";
import type { Ctx } from "../../platform/context.ts";

/**
 * Which tickets somebody sees. Notes, attachments and whatever else hangs on a ticket follow it. Portal users see those
 * of their company, or their own; of a desk beside that, what was written for them and the lists whose words they read.
 */

/** What has to hold of a row of `tickets` that the query calls `as`, or null when everything is within reach. */
function ticketsWithin(ctx: Ctx, as: string): RawBuilder<boolean> | null {
  const { actor } = ctx;
  const column = (name: string): RawBuilder<unknown> => sql.ref(`${as}.${name}`);
  if (actor.kind === "portal") {
    const ofCompany = sql<boolean>`${column("company_id")} = ${actor.company_id}`;
    return can(actor, "portal.tickets.company")
      ? ofCompany
      : sql<boolean>`${ofCompany} and ${column("contact_id")} = ${actor.contact_id}`;
  }
  const scope = scopeOf(actor, "tickets.read");
  if (actor.kind !== "staff" || scope === "all") return null;
  const mine = sql<boolean>`${column("assigned_to_id")} = ${actor.user_id} or ${column("created_by_id")} = ${actor.user_id}`;
  return scope === "own" ? sql`(${mine})` : sql`(${mine} or ${column("team_id")} in ${teamsOf(ctx)})`;
}

const everybody: ReachRule = (query) => query;

/** Rows that hang on a ticket are within reach where the ticket is. */
export function throughTicket(ctx: Ctx, reference: string): RawBuilder<boolean> | null {
  const within = ticketsWithin(ctx, "t");
  if (within === null) return null;
  return sql<boolean>`exists (select 1 from tickets t where t.tenant_id = ${ctx.tenant.id} and t.id = ${sql.ref(reference)} and ${within})`;
}

const own: ReachRule = (query, ctx) => {
  const within = ticketsWithin(ctx, "tickets");
  return within === null ? query : query.where(within);
};

const notes: ReachRule = (query, ctx) => {
  const within = throughTicket(ctx, "ticket_notes.ticket_id");
  const seen = within === null ? query : query.where(within);
  return ctx.actor.kind === "portal" ? seen.where(sql<boolean>`ticket_notes.note_type <> 'internal'`) : seen;
};

const attachments: ReachRule = (query, ctx) => {
  const within = throughTicket(ctx, "ticket_attachments.ticket_id");
  const seen = within === null ? query : query.where(within);
  if (ctx.actor.kind !== "portal") return seen;
  return seen.where(
    sql<boolean>`not exists (select 1 from ticket_notes n where n.tenant_id = ${ctx.tenant.id} and n.id = ticket_attachments.note_id and n.note_type = 'internal')`,
  );
};

export const ticketReach: Readonly<Record<string, ReachRule>> = {
  ticket_queues: everybody,
  ticket_statuses: everybody,
  ticket_priorities: everybody,
  ticket_types: everybody,
  tickets: own,
  ticket_notes: notes,
  ticket_attachments: attachments,
};
