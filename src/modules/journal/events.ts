import { Type } from "@sinclair/typebox";
import { eventType, idOf, orNull } from "../../platform/events/event-type.ts";

/** What is told of what the team writes down about clients. */

const note = {
  note_id: idOf(),
  company_id: orNull(idOf()),
  contact_id: orNull(idOf()),
  site_id: orNull(idOf()),
};
const ofNote = { resource: "record-notes", id: "note_id" };

export const recordNoteAdded = eventType({
  name: "journal.note_added",
  description: "A note was written about a company, a contact or a site.",
  payload: Type.Object({
    ...note,
    is_alert: Type.Boolean({ description: "Whether it is shown as a warning." }),
  }),
  subject: ofNote,
});

export const recordNoteUpdated = eventType({
  name: "journal.note_updated",
  description: "A note about a company, a contact or a site was changed, pinned or made a warning.",
  payload: Type.Object(note),
  subject: ofNote,
});

export const recordNoteDeleted = eventType({
  name: "journal.note_deleted",
  description: "A note about a company, a contact or a site was deleted.",
  payload: Type.Object(note),
});

export const noteMentioned = eventType({
  name: "journal.mentioned",
  description:
    "Somebody of the staff was mentioned in a note about a company, a contact or a site, with an @ before their name.",
  payload: Type.Object({
    ...note,
    user_id: idOf(),
    /** Who wrote it; null: Purser itself. */
    by_user_id: orNull(idOf()),
  }),
  subject: ofNote,
});

const interaction = {
  interaction_id: idOf(),
  company_id: idOf(),
  contact_id: orNull(idOf()),
  interaction_type: Type.String(),
};
const ofInteraction = { resource: "interactions", id: "interaction_id" };

export const interactionLogged = eventType({
  name: "journal.interaction_logged",
  description: "A call, a meeting or a mail with a client was written down.",
  payload: Type.Object(interaction),
  subject: ofInteraction,
});

export const interactionUpdated = eventType({
  name: "journal.interaction_updated",
  description: "What was written down of a call, a meeting or a mail was changed.",
  payload: Type.Object(interaction),
  subject: ofInteraction,
});

export const interactionDeleted = eventType({
  name: "journal.interaction_deleted",
  description: "What was written down of a call, a meeting or a mail was deleted.",
  payload: Type.Object(interaction),
});

export const journalEvents = [
  recordNoteAdded,
  recordNoteUpdated,
  recordNoteDeleted,
  noteMentioned,
  interactionLogged,
  interactionUpdated,
  interactionDeleted,
];
