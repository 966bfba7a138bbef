import { Type } from "@sinclair/typebox";
import { eventType, idOf, orNull } from "../../platform/events/event-type.ts";

/** What is told of what the team writes down about clients. */

export const recordNoteAdded = eventType({
  name: "journal.note_added",
  description: "A note was written about a company, a contact or a site.",
  payload: Type.Object({
    note_id: idOf(),
    company_id: orNull(idOf()),
    contact_id: orNull(idOf()),
    site_id: orNull(idOf()),
    is_alert: Type.Boolean({ description: "Whether it is shown as a warning." }),
  }),
  subject: { resource: "record-notes", id: "note_id" },
});

export const noteMentioned = eventType({
  name: "journal.mentioned",
  description:
    "Somebody of the staff was mentioned in a note about a company, a contact or a site, with an @ before their name.",
  payload: Type.Object({
    note_id: idOf(),
    company_id: orNull(idOf()),
    contact_id: orNull(idOf()),
    site_id: orNull(idOf()),
    user_id: idOf(),
    /** Who wrote it; null: Purser itself. */
    by_user_id: orNull(idOf()),
  }),
  subject: { resource: "record-notes", id: "note_id" },
});

export const interactionLogged = eventType({
  name: "journal.interaction_logged",
  description: "A call, a meeting or a mail with a client was written down.",
  payload: Type.Object({
    interaction_id: idOf(),
    company_id: idOf(),
    contact_id: orNull(idOf()),
    interaction_type: Type.String(),
  }),
  subject: { resource: "interactions", id: "interaction_id" },
});

export const journalEvents = [recordNoteAdded, noteMentioned, interactionLogged];
