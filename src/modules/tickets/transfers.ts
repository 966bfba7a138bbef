import type { AnyAction } from "../../platform/action.ts";
import { declared } from "../../platform/language/index.ts";
import { transfer, type Transfer } from "../../platform/transfer/definition.ts";
import { importTicketNote } from "./actions/import-note.ts";
import { forgetFollowing } from "./workflow.ts";
import { listResources, noteResource, ticketResource } from "./resources.ts";

type Row = Record<string, unknown>;

const labels: Readonly<Record<string, string>> = {
  ticket_queues: declared("Ticket queues"),
  ticket_statuses: declared("Ticket statuses"),
  ticket_priorities: declared("Ticket priorities"),
  ticket_types: declared("Ticket types"),
  ticket_categories: declared("Ticket categories"),
};

/** A client who opened a ticket wrote then, and not when it was imported. */
function firstWords({ source }: Row, { created_at, last_client_reply_at }: Row): Row {
  const isByClient = source === "email" || source === "portal";
  return isByClient && created_at !== undefined && last_client_reply_at === undefined
    ? { last_client_reply_at: created_at }
    : {};
}

/** Tickets, closed ones too, and the lists that they are sorted by. */
export const ticketTransfers: readonly Transfer[] = [
  ...listResources.map((resource) =>
    transfer({
      resource,
      label: labels[resource.type] ?? resource.type,
      order: 20,
      ...(resource.type === "ticket_categories"
        ? { parent: "parent_category_id", match: ["parent_category_id", "name"] }
        : {}),
      ...(resource.type === "ticket_statuses" ? { beforeUndo: forgetFollowing } : {}),
    }),
  ),
  transfer({
    resource: ticketResource,
    label: "Tickets",
    order: 200,
    naming: ["ticket_number"],
    match: ["ticket_number"],
    history: [
      "ticket_number",
      "created_at",
      "first_response_at",
      "last_client_reply_at",
      "last_staff_reply_at",
      "resolved_at",
      "closed_at",
      "billing_status",
    ],
    split: (input, later) => ({ input, history: firstWords(input, later) }),
    numbers: {
      column: "ticket_number",
      counter: "ticket",
      countOf: (number) => (/^\d{1,9}$/.test(number) ? Number(number) - 1000 : null),
    },
    synonyms: [
      "ticket_number number ticketid ticketno",
      "title subject summary referencetitle",
      "description details body",
      "company_id client clientname customer customername organization organisation account",
      "contact_id contactemail contactname requester user",
      "assigned_to_id assignedto assignee owner technician member",
      "queue_id board queuename",
      "created_at dateopened createddate createdate opened",
      "resolved_at dateresolved resolveddate",
      "closed_at dateclosed closeddate",
      "estimated_hours budgethours",
      "subcategory_id subtype",
      "is_billable billable",
    ],
  }),
  transfer({
    resource: noteResource,
    label: "Ticket notes",
    order: 210,
    create: importTicketNote as unknown as AnyAction,
    naming: [],
    match: ["ticket_id", "created_at", "content"],
    synonyms: [
      "ticket_id ticketnumber ticketno ticketid number",
      "note_type type visibility notetype",
      "content note notes text body comment message detail",
      "created_at date datecreated createddate time timestamp when",
      "author_name author writtenby createdbyname enteredby member from tech technician user",
    ],
  }),
];
