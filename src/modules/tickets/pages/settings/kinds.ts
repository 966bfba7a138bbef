import {
  categoryActions,
  type ListActions,
  type ListTable,
  priorityActions,
  queueActions,
  statusActions,
  typeActions,
} from "../../actions/lists.ts";
import { ticketCategories, ticketPriorities, ticketQueues, ticketStatuses, ticketTypes } from "../../schema.ts";

/** A list that tickets are sorted by, and how its settings page is called. */
export interface Setting {
  table: ListTable;
  actions: ListActions;
  /** Last part of the address, after `/settings/`. */
  path: string;
  title: string;
  text: string;
  icon: string;
}

export const settings: readonly Setting[] = [
  {
    table: ticketQueues,
    actions: queueActions,
    path: "ticket-queues",
    title: "Queues",
    text: "The boards that tickets are sorted onto.",
    icon: "layers",
  },
  {
    table: ticketStatuses,
    actions: statusActions,
    path: "ticket-statuses",
    title: "Statuses",
    text: "The states of a ticket, who moves next, what may follow, and what clients read.",
    icon: "flag",
  },
  {
    table: ticketPriorities,
    actions: priorityActions,
    path: "ticket-priorities",
    title: "Priorities",
    text: "How urgent a ticket is, from low to critical.",
    icon: "bolt",
  },
  {
    table: ticketTypes,
    actions: typeActions,
    path: "ticket-types",
    title: "Ticket types",
    text: "Incidents, requests and what else you tell apart, and what each begins with.",
    icon: "tag",
  },
  {
    table: ticketCategories,
    actions: categoryActions,
    path: "ticket-categories",
    title: "Categories",
    text: "What tickets are about, in two levels.",
    icon: "folder",
  },
];

/** What one needs to see and change them. */
export const permission = "tickets.configure";

export const crumbs = [{ label: "Settings", href: "/settings" }];
