import type { AnyAction } from "../../platform/action.ts";
import type { List } from "../../platform/http/lists/list.ts";
import { mentionRoutes } from "../../platform/mentions/routes.ts";
import { defineModule } from "../../platform/module.ts";
import { ticketNotices } from "./notices.ts";
import { addAttachment, removeAttachment } from "./actions/files.ts";
import { categoryActions, priorityActions, queueActions, statusActions, typeActions } from "./actions/lists.ts";
import { importTicketNote } from "./actions/import-note.ts";
import { addNote, addNoteAsClient } from "./actions/notes.ts";
import { openTicket, openTicketAsClient } from "./actions/open.ts";
import { assignTicket, deleteTicket, takeTicket, updateTicket } from "./actions/update.ts";
import { ticketApi } from "./api.ts";
import { clientMailRoutes } from "./client-mails/routes.ts";
import { ticketReference } from "./reference.ts";
import { ticketEvents } from "./events.ts";
import { ticketMails } from "./mails.ts";
import { ticketList } from "./lists.ts";
import { listPages } from "./pages/lists.ts";
import { newTicketPages } from "./pages/new.ts";
import { settingsCards, settingsPages } from "./pages/settings/index.ts";
import { ticketPalette } from "./palette.ts";
import { ticketPanels } from "./panels.ts";
import { ticketReach } from "./reach.ts";
import { ticketReachReasons } from "./reasons.ts";
import { attachmentResource, listResources, noteResource, ticketResource } from "./resources.ts";
import {
  ticketAttachments,
  ticketCategories,
  ticketNotes,
  ticketPriorities,
  ticketQueues,
  tickets,
  ticketStatuses,
  ticketTypes,
} from "./schema.ts";
import { ticketSearch } from "./search.ts";
import { ticketTimeline } from "./timeline.ts";
import { ticketTransfers } from "./transfers.ts";

export {
  addNoteWithFiles,
  type AttachmentRow,
  attachFiles,
  mostFiles,
  openTicketWithFiles,
  takeFiles,
} from "./actions/files.ts";
export { addNote, addNoteAsClient, type NoteRow } from "./actions/notes.ts";
export { openTicket, openTicketAsClient, type TicketRow } from "./actions/open.ts";
export { assignTicket, updateTicket } from "./actions/update.ts";
export { attachmentOf } from "./api.ts";
export { attachmentsOf, conversationOf, writtenAt } from "./conversation.ts";
export { canDoWithout, mailKinds, wantsMail } from "./client-mails/kinds.ts";
export { ticketList } from "./lists.ts";
export { categoryChosen, categoryOptions, withCategory } from "./pages/category.ts";
export { myWork } from "./pages/my-work.ts";
export { minutesOn, type TicketListRow, ticketRows } from "./queries.ts";
export { endsAfter, isClientWaiting, mailSubject, repliesAfter, ticketNumber } from "./rules.ts";
export { ticketAttachments, ticketNotes, tickets } from "./schema.ts";
export { statusOptions } from "./workflow.ts";

const ticketsNoted = { table: "tickets", read: "tickets.read", write: "tickets.write", in_words: "a ticket" } as const;

const actions = [
  openTicket,
  openTicketAsClient,
  updateTicket,
  assignTicket,
  takeTicket,
  deleteTicket,
  addNote,
  addNoteAsClient,
  importTicketNote,
  addAttachment,
  removeAttachment,
  ...[queueActions, statusActions, priorityActions, typeActions, categoryActions].flatMap((list) =>
    Object.values(list).filter((one) => one !== null),
  ),
];

/** Tickets: the service desk (PRD 3.4). The page of one ticket is the desk module's, because time and contracts stand on it. */
export const ticketsModule = defineModule({
  name: "tickets",
  tables: [
    ticketQueues,
    ticketStatuses,
    ticketPriorities,
    ticketTypes,
    ticketCategories,
    tickets,
    ticketNotes,
    ticketAttachments,
  ],
  permissions: {
    "tickets.read": "See tickets",
    "tickets.write": "Open, change and answer tickets",
    "tickets.configure": "Change queues, statuses, priorities, types and categories",
  },
  scoped: ["tickets.read"],
  grants: {
    manager: ["tickets.read", "tickets.write"],
    technician: ["tickets.read", "tickets.write"],
    dispatcher: ["tickets.read", "tickets.write"],
    sales: ["tickets.read"],
    finance: ["tickets.read"],
  },
  actions: actions as unknown as AnyAction[],
  transfers: ticketTransfers,
  resources: [ticketResource, noteResource, attachmentResource, ...listResources],
  routes: [
    ...listPages,
    ...newTicketPages,
    ...settingsPages,
    ...ticketApi,
    ...mentionRoutes(ticketsNoted),
    ...clientMailRoutes,
  ],
  create: [{ label: "Ticket", href: "/tickets/new", icon: "ticket", order: 10, permission: "tickets.write" }],
  lists: [{ permission: "tickets.read", list: ticketList as List<unknown> }],
  nav: [
    { label: "My work", href: "/my-work", icon: "inbox", group: "Desk", order: 10, permission: "tickets.read" },
    { label: "Tickets", href: "/tickets", icon: "ticket", group: "Desk", order: 11, permission: "tickets.read" },
  ],
  notices: ticketNotices,
  emits: ticketEvents,
  palette: ticketPalette,
  events: ticketMails,
  search: [ticketSearch],
  reach: ticketReach,
  reachReasons: ticketReachReasons,
  timeline: [ticketTimeline],
  panels: [...ticketPanels, ...settingsCards],
  reference: ticketReference,
});
