import type { ReferenceSet, StandardItem } from "../../platform/reference.ts";
import { ticketCategories, ticketPriorities, ticketQueues, ticketStatuses, ticketTypes } from "./schema.ts";
import { standardCategories, standardPriorities, standardQueues, standardStatuses, standardTypes } from "./standard.ts";

const item = <I extends { name: string }>({ name, ...values }: I): StandardItem => ({ name, values });

/** The lists that most service desks use; an organization takes of them what it likes. */
export const queueSet: ReferenceSet = {
  key: "ticket_queues",
  label: "Queues",
  description: "Support, projects and internal work.",
  table: ticketQueues,
  items: standardQueues.map((queue, index) => item({ ...queue, is_default: index === 0 })),
};

export const statusSet: ReferenceSet = {
  key: "ticket_statuses",
  label: "Ticket statuses",
  description: "Seven, from new to closed; each says who moves next and whether the clock runs.",
  table: ticketStatuses,
  items: standardStatuses.map((status, index) => item({ ...status, is_default: index === 0 })),
};

export const prioritySet: ReferenceSet = {
  key: "ticket_priorities",
  label: "Priorities",
  description: "Critical, high, medium and low.",
  table: ticketPriorities,
  items: standardPriorities.map(item),
};

const typeSet: ReferenceSet = {
  key: "ticket_types",
  label: "Ticket types",
  description: "Incident, service request, problem and change.",
  table: ticketTypes,
  items: standardTypes.map(item),
};

const categorySet: ReferenceSet = {
  key: "ticket_categories",
  label: "Categories",
  description: "Hardware, software, network, access and security, with categories below.",
  table: ticketCategories,
  parent: "parent_category_id",
  items: standardCategories.map(({ name, under }) => ({ name, under: under.map((below) => ({ name: below })) })),
};

export const ticketReference: readonly ReferenceSet[] = [queueSet, statusSet, prioritySet, typeSet, categorySet];
