import { Type } from "@sinclair/typebox";
import { eventType, idOf, orNull } from "../../platform/events/event-type.ts";

/** What the service desk tells. */

const subject = { resource: "tickets", id: "ticket_id" };
/** The columns of a ticket that its page in the portal shows. */
const shownToClients = new Set(["title", "description", "status_id", "assigned_to_id", "contact_id", "custom_fields"]);
const live = { tickets: "ticket_id" };

export const ticketOpened = eventType({
  name: "tickets.opened",
  description: "A ticket was opened: by the staff, by a client, or over the API.",
  payload: Type.Object({ ticket_id: idOf(), company_id: idOf() }),
  subject,
  live,
});

export const ticketUpdated = eventType({
  name: "tickets.updated",
  description: "Columns or tags of a ticket were changed.",
  payload: Type.Object({ ticket_id: idOf(), company_id: idOf(), changed: Type.Array(Type.String()) }),
  subject,
  live,
  isForClients: ({ changed }) => Array.isArray(changed) && changed.some((name) => shownToClients.has(String(name))),
});

export const ticketAssigned = eventType({
  name: "tickets.assigned",
  description: "A ticket was given to somebody of the staff, when it was opened or later.",
  payload: Type.Object({
    ticket_id: idOf(),
    company_id: idOf(),
    assigned_to_id: idOf(),
    /** Who did it; null: Purser itself. */
    by_user_id: orNull(idOf()),
  }),
  subject,
  live,
});

export const ticketClosed = eventType({
  name: "tickets.closed",
  description: "A ticket was given a status that closes it.",
  payload: Type.Object({ ticket_id: idOf(), company_id: idOf() }),
  subject,
  live,
});

export const noteAdded = eventType({
  name: "tickets.note_added",
  description: "A note was written on a ticket: a reply, an internal note, a resolution.",
  payload: Type.Object({
    ticket_id: idOf(),
    company_id: idOf(),
    note_id: idOf(),
    note_type: Type.String(),
    is_client: Type.Boolean({ description: "Whether the client wrote it." }),
  }),
  subject: { resource: "ticket-notes", id: "note_id" },
  live,
  isForClients: ({ note_type }) => note_type !== "internal",
});

export const ticketMentioned = eventType({
  name: "tickets.mentioned",
  description: "Somebody of the staff was mentioned in a note of a ticket, with an @ before their name.",
  payload: Type.Object({
    ticket_id: idOf(),
    company_id: idOf(),
    note_id: idOf(),
    user_id: idOf(),
    /** Who wrote the note; null: Purser itself. */
    by_user_id: orNull(idOf()),
  }),
  subject,
});

export const ticketEvents = [ticketOpened, ticketUpdated, ticketAssigned, ticketClosed, noteAdded, ticketMentioned];
