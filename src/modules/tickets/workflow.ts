import { find, maybeFind } from "../../platform/access/reach.ts";
import type { Ctx, Work } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import { invalidField } from "../../platform/errors.ts";
import type { Option } from "../../platform/http/forms/model.ts";
import { optionsOf } from "../../platform/http/forms/options.ts";
import { t } from "../../platform/language/index.ts";
import type { TicketRow } from "./actions/open.ts";
import { ticketStatuses } from "./schema.ts";

/** Workflow as settings (PRD 3.17): which status may follow which, and what tickets of a type begin with. */

/**
 * Holds a change of status against what may follow the present one. A status that names none lets all follow. Clients who
 * answer and Purser itself are not held to it: a ticket must not stay closed because of a setting.
 *
 * @throws Failure 422 that names what may follow
 */
export async function checkTransition(work: Work, fromId: string, toId: string): Promise<void> {
  if (work.actor.kind !== "staff") return;
  const from = await maybeFind(work, "ticket_statuses", fromId);
  if (from === undefined || from.next_status_ids.length === 0 || from.next_status_ids.includes(toId)) return;
  const allowed = await work.db
    .selectFrom("ticket_statuses")
    .select("name")
    .where("id", "in", from.next_status_ids)
    .orderBy("sort_order")
    .execute();
  throw invalidField(
    "status_id",
    t("After “{from}” a ticket can only become: {names}.", {
      from: from.name,
      names: allowed.map(({ name }) => name).join(", "),
    }),
    "transition_not_allowed",
  );
}

/** The statuses that a ticket can be given: its own, and those that may follow. */
export async function statusOptions(ctx: Ctx, presentId: string): Promise<Option[]> {
  const { next_status_ids } = await find(ctx, "ticket_statuses", presentId);
  const all = await optionsOf(ctx, "ticket_statuses");
  return next_status_ids.length === 0
    ? all
    : all.filter(({ value }) => value === presentId || next_status_ids.includes(value));
}

/** What a status may name to follow it: other statuses that there are. */
export async function checkFollowing(work: Work, id: string | null, following: readonly string[]): Promise<void> {
  for (const next of following)
    if (next === id || (await maybeFind(work, "ticket_statuses", next)) === undefined)
      throw invalidField("next_status_ids", t("Choose among the other statuses."), "not_found");
}

/**
 * Before a status goes: it follows no other any more. Where it was the only one that might, all may again; a ticket could
 * otherwise never leave that status.
 */
export async function forgetFollowing(work: Work, id: string): Promise<void> {
  const others = await work.db.selectFrom("ticket_statuses").select(["id", "next_status_ids"]).execute();
  for (const { id: other, next_status_ids } of others)
    if (next_status_ids.includes(id))
      await update(work, ticketStatuses, other, { next_status_ids: next_status_ids.filter((next) => next !== id) });
}

type Brought = Partial<Pick<TicketRow, "queue_id" | "priority_id" | "team_id">>;

/** What tickets of a type begin with, unless something else is said; a queue that was archived since is left out. */
export async function defaultsOfType(work: Work, typeId: string | null): Promise<Brought> {
  const type = await maybeFind(work, "ticket_types", typeId);
  if (type === undefined) return {};
  const { default_queue_id, default_priority_id, default_team_id } = type;
  const queue = await maybeFind(work, "ticket_queues", default_queue_id);
  return {
    ...(queue === undefined || queue.archived_at !== null ? {} : { queue_id: queue.id }),
    ...(default_priority_id === null ? {} : { priority_id: default_priority_id }),
    ...(default_team_id === null ? {} : { team_id: default_team_id }),
  };
}
