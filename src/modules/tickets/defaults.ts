import { asSystem, type Work } from "../../platform/context.ts";
import { addAll } from "../../platform/reference.ts";
import { prioritySet, queueSet, statusSet } from "./reference.ts";

/** The three lists without which there can be no ticket; one that has entries already is left as it is. */
async function writeNeededLists(work: Work): Promise<void> {
  for (const set of [queueSet, statusSet, prioritySet])
    if (await isBlank(work, set.key as NeededList)) await addAll(work, set);
}

type NeededList = "ticket_queues" | "ticket_statuses" | "ticket_priorities";

async function isBlank(work: Work, list: NeededList): Promise<boolean> {
  return (await work.db.selectFrom(list).select("id").limit(1).executeTakeFirst()) === undefined;
}

export interface TicketDefaults {
  queue_id: string;
  status_id: string;
  priority_id: string;
  type_id: string | null;
}

/**
 * What a ticket gets when nobody says otherwise: the entry marked so, else the first. An organization that did
 * not take the standard lists gets those that a ticket cannot be without.
 */
export async function ticketDefaults(work: Work): Promise<TicketDefaults> {
  await writeNeededLists(asSystem(work));
  const queues = work.db.selectFrom("ticket_queues").select("id").where("archived_at", "is", null);
  const priorities = work.db.selectFrom("ticket_priorities").select("id");
  const types = work.db
    .selectFrom("ticket_types")
    .select("id")
    .where("archived_at", "is", null)
    .where("is_default", "=", true);
  return {
    queue_id: (
      await queues.orderBy("is_default", "desc").orderBy("sort_order").orderBy("id").limit(1).executeTakeFirstOrThrow()
    ).id,
    status_id: await defaultStatusId(work),
    priority_id: (
      await priorities
        .orderBy("is_default", "desc")
        .orderBy("sort_order")
        .orderBy("id")
        .limit(1)
        .executeTakeFirstOrThrow()
    ).id,
    type_id: (await types.executeTakeFirst())?.id ?? null,
  };
}

/** The status of new and reopened tickets; never one that closes. */
export async function defaultStatusId(work: Work): Promise<string> {
  const row = await work.db
    .selectFrom("ticket_statuses")
    .select("id")
    .where("is_closed", "=", false)
    .orderBy("is_default", "desc")
    .orderBy("sort_order")
    .orderBy("id")
    .limit(1)
    .executeTakeFirstOrThrow();
  return row.id;
}
