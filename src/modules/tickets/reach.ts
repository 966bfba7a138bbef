import { sql } from "kysely";
import type { ReachRule } from "../../platform/access/reach.ts";

/**
 * What portal users see of a desk beside their company's tickets: what was written for them and the files on it, and the
 * lists whose words they read. A ticket's own company is what `tickets` is held to anyway.
 */
const everybody: ReachRule = (query) => query;

const notInternal: ReachRule = (query, ctx) =>
  ctx.actor.kind !== "portal"
    ? query
    : query.where(sql<boolean>`ticket_notes.note_type <> 'internal' and ${ofOwnCompany(ctx, "ticket_notes")}`);

const notOnInternal: ReachRule = (query, ctx) =>
  ctx.actor.kind !== "portal"
    ? query
    : query.where(
        sql<boolean>`${ofOwnCompany(ctx, "ticket_attachments")} and not exists (select 1 from ticket_notes n where n.tenant_id = ${ctx.tenant.id} and n.id = ticket_attachments.note_id and n.note_type = 'internal')`,
      );

function ofOwnCompany(
  ctx: Parameters<ReachRule>[1],
  table: "ticket_notes" | "ticket_attachments",
): ReturnType<typeof sql<boolean>> {
  return sql<boolean>`exists (select 1 from tickets t where t.tenant_id = ${ctx.tenant.id} and t.id = ${sql.ref(`${table}.ticket_id`)} and t.company_id = ${ctx.actor.company_id})`;
}

export const ticketReach: Readonly<Record<string, ReachRule>> = {
  ticket_queues: everybody,
  ticket_statuses: everybody,
  ticket_priorities: everybody,
  ticket_types: everybody,
  ticket_notes: notInternal,
  ticket_attachments: notOnInternal,
};
