import { Type } from "@sinclair/typebox";
import { find, maybeFind } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import { fromEdge, type PatchInput, patchInput } from "../../../platform/database/edge.ts";
import type { Patch } from "../../../platform/database/columns.ts";
import { remove, type Tagged, update } from "../../../platform/database/records.ts";
import { conflict, invalidField, stale } from "../../../platform/errors.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { ticketAssigned, ticketClosed, ticketUpdated } from "../events.ts";
import { sanitizeHtml } from "../../../platform/html.ts";
import { t } from "../../../platform/language/index.ts";
import { tagChange } from "../../../platform/tags.ts";
import { backToBefore } from "../../../platform/undo/undo.ts";
import { endsAfter } from "../rules.ts";
import { checkTransition } from "../workflow.ts";
import { tickets } from "../schema.ts";
import { tagsInput, type TicketRow } from "./open.ts";
import { checkRelations, refuseCircle } from "./relations.ts";
import { checkSchedule } from "./schedule.ts";

/** Changes a ticket. A closing status ends it, any other one opens it again. Emits `tickets.updated` and what it implies. */
export const updateTicket = action({
  name: "tickets.update",
  permission: "tickets.write",
  input: patchInput(tickets, undefined, { tags: tagsInput }),
  undo: backToBefore(tickets, "tickets.update"),
  isForMany: true,
  run: async (work: Work, input: PatchInput & { tags?: string[] }): Promise<TicketRow> => {
    const values = fromEdge(tickets, input, work.tenant.currency);
    if (values.description !== undefined) values.description = sanitizeHtml(values.description);
    return changeTicket(work, input.id, { ...values, tags: input.tags }, input.version);
  },
});

interface Assignment {
  id: string;
  version?: number;
  assigned_to_id?: string | null;
  team_id?: string | null;
}

/** Gives a ticket to somebody, to a team, or to both; with null to nobody. */
export const assignTicket = action({
  name: "tickets.assign",
  permission: "tickets.write",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      version: Type.Optional(Type.Integer()),
      assigned_to_id: Type.Optional(Type.Union([Type.String({ format: "uuid" }), Type.Null()])),
      team_id: Type.Optional(Type.Union([Type.String({ format: "uuid" }), Type.Null()])),
    },
    { additionalProperties: false },
  ),
  undo: backToBefore(tickets, "tickets.update"),
  isForMany: true,
  run: (work: Work, { id, version, ...to }: Assignment): Promise<TicketRow> => {
    if (to.assigned_to_id === undefined && to.team_id === undefined)
      throw invalidField("assigned_to_id", t("Say to whom or to which team."), "required");
    return changeTicket(work, id, to, version);
  },
});

/** Takes a ticket for oneself. */
export const takeTicket = action({
  name: "tickets.take",
  permission: "tickets.write",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  undo: backToBefore(tickets, "tickets.update"),
  run: (work: Work, input: { id: string }): Promise<TicketRow> =>
    changeTicket(work, input.id, { assigned_to_id: work.actor.user_id }),
});

/** Deletes a ticket that nothing hangs on: one opened by mistake. Otherwise 409, which names what does. */
export const deleteTicket = action({
  name: "tickets.delete",
  permission: "tickets.write",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: { id: string; version?: number }): Promise<void> => {
    await remove(work, tickets, input.id, input.version);
  },
});

/**
 * One change of a ticket, whoever makes it: what it may point to, what follows from a status, what is told. `values` are
 * those of a row.
 */
export async function changeTicket(
  work: Work,
  id: string,
  { tags, ...values }: Patch<typeof tickets> & Tagged,
  version?: number,
): Promise<TicketRow> {
  const before = (await find(work, "tickets", id)) as TicketRow;
  if (version !== undefined && before.version !== version) throw stale();
  const after: TicketRow = { ...before, ...values };
  const changed = Object.keys(values).filter(
    (name) => before[name as keyof TicketRow] !== after[name as keyof TicketRow],
  );
  if (changed.includes("company_id")) await refuseMove(work, id);
  await checkRelations(work, after, changed);
  if (changed.includes("parent_ticket_id") && after.parent_ticket_id !== null)
    await refuseCircle(work, id, after.parent_ticket_id);
  if (changed.some((name) => name.startsWith("scheduled_"))) checkSchedule(after.scheduled_start, after.scheduled_end);
  if (changed.includes("status_id")) await checkTransition(work, before.status_id, after.status_id);
  const ends = changed.includes("status_id") ? await endsBy(work, before, after.status_id) : {};
  if (tags !== undefined && (await tagChange(work, "tickets", id, tags)) !== null) changed.push("tags");
  const row = (await update(work, tickets, id, { ...values, ...ends, tags })) as TicketRow;
  const about = { ticket_id: id, company_id: row.company_id };
  if (changed.length > 0) await emit(work, ticketUpdated, { ...about, changed });
  if (changed.includes("assigned_to_id") && row.assigned_to_id !== null) {
    await emit(work, ticketAssigned, {
      ...about,
      assigned_to_id: row.assigned_to_id,
      by_user_id: work.actor.user_id,
    });
  }
  if (before.closed_at === null && row.closed_at !== null) await emit(work, ticketClosed, about);
  return row;
}

async function endsBy(work: Work, before: TicketRow, statusId: string): Promise<Patch<typeof tickets>> {
  const status = await maybeFind(work, "ticket_statuses", statusId);
  if (status === undefined) throw invalidField("status_id", t("This status does not exist."), "not_found");
  return endsAfter(before, status.is_closed, work.app.clock.now());
}

/** Time that was logged belongs to the company it was logged for; the ticket cannot take it to another one. */
async function refuseMove(work: Work, id: string): Promise<void> {
  const entry = await work.db
    .selectFrom("time_entries")
    .select("id")
    .where("ticket_id", "=", id)
    .limit(1)
    .executeTakeFirst();
  if (entry !== undefined)
    throw conflict(t("Time was logged on this ticket for its company, so it cannot move to another one."), "has_time");
}
