import { asSystem, type Work } from "../../platform/context.ts";
import { insert } from "../../platform/database/records.ts";
import { ticketCategories, ticketPriorities, ticketQueues, ticketStatuses, ticketTypes } from "./schema.ts";
import { standardCategories, standardPriorities, standardQueues, standardStatuses, standardTypes } from "./standard.ts";

/** Writes the standard lists; a list that has entries already is left as it is. */
export async function writeStandardLists(work: Work): Promise<void> {
  await writeNeededLists(work);
  if (await isBlank(work, "ticket_types")) {
    for (const [index, type] of standardTypes.entries())
      await insert(work, ticketTypes, { ...type, sort_order: index });
  }
  if (await isBlank(work, "ticket_categories")) {
    for (const [index, { name, under }] of standardCategories.entries()) {
      const above = await insert(work, ticketCategories, { name, sort_order: index });
      for (const [at, below] of under.entries())
        await insert(work, ticketCategories, { name: below, parent_category_id: above.id, sort_order: at });
    }
  }
}

/** The three lists without which there can be no ticket. */
async function writeNeededLists(work: Work): Promise<void> {
  if (await isBlank(work, "ticket_queues")) {
    for (const [index, queue] of standardQueues.entries())
      await insert(work, ticketQueues, { ...queue, is_default: index === 0, sort_order: index });
  }
  if (await isBlank(work, "ticket_statuses")) {
    for (const [index, status] of standardStatuses.entries())
      await insert(work, ticketStatuses, { ...status, is_default: index === 0, sort_order: index });
  }
  if (await isBlank(work, "ticket_priorities")) {
    for (const [index, priority] of standardPriorities.entries())
      await insert(work, ticketPriorities, { ...priority, sort_order: index });
  }
}

type StandardList = "ticket_queues" | "ticket_statuses" | "ticket_priorities" | "ticket_types" | "ticket_categories";

async function isBlank(work: Work, list: StandardList): Promise<boolean> {
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
    queue_id: (await queues.orderBy("is_default", "desc").orderBy("sort_order").orderBy("id").executeTakeFirstOrThrow())
      .id,
    status_id: await defaultStatusId(work),
    priority_id: (
      await priorities.orderBy("is_default", "desc").orderBy("sort_order").orderBy("id").executeTakeFirstOrThrow()
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
    .executeTakeFirstOrThrow();
  return row.id;
}
