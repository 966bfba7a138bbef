import { written } from "./written.ts";
import { contactName } from "../modules/companies/index.ts";
import type { ticketNotes, TicketRow } from "../modules/tickets/index.ts";
import type { NewRow } from "../platform/database/columns.ts";
import { idAt } from "./bulk.ts";
import { firstNames, lastNames } from "./cast/people.ts";
import type { Client, ContactRow } from "./clients.ts";
import type { Step } from "./course.ts";
import type { Random } from "./random.ts";
import type { Person } from "./setup.ts";
import { type Slots, type Story, things } from "./stories/index.ts";

/** Who speaks on a ticket, and what they write. */

export type NoteRow = NewRow<typeof ticketNotes> & { id: string; ticket_id: string };

/** Monitoring speaks with whoever looks after the systems there; those who have the portal use it more than others. */
export function callerOf(random: Random, { contacts }: Client, story: Story): ContactRow {
  const [first] = contacts;
  if (first === undefined) throw new Error("a client without people has no tickets");
  if (story.isMonitoring === true || (first.is_portal_user === true && random.chance(0.4))) return first;
  return random.pick(contacts);
}

export function slotsOf(random: Random, contact: ContactRow): Slots {
  const picked = Object.fromEntries(
    Object.entries(things).map(([name, list]): [string, string] => [name, random.pick<string>(list)]),
  );
  return { ...picked, name: contact.first_name, who: `${random.pick(firstNames)} ${random.pick(lastNames)}` };
}

export function sourceOf(random: Random, story: Story, contact: ContactRow): TicketRow["source"] {
  if (story.isMonitoring === true) return "rmm";
  if (contact.is_portal_user === true)
    return random.weighted([
      [75, "portal"],
      [25, "phone"],
    ] as const);
  return random.weighted([
    [55, "email"],
    [45, "phone"],
  ] as const);
}

interface Writing {
  story: Story;
  text: (words: string) => string;
  contact: ContactRow;
  technician: Person;
  ticketId: string;
  at: string;
}

/** A note, with its words as plain text. Contacts without the portal answer by telephone, and the technician writes it down. */
export function noteOf(
  kind: Step["kind"],
  { story, text, contact, technician, ticketId, at }: Writing,
): { row: NoteRow; words: string } {
  const portalUser = contact.portal_user_id ?? null;
  const note = (
    note_type: NoteRow["note_type"],
    words: string,
    author: string | null,
  ): { row: NoteRow; words: string } => ({
    words,
    row: {
      id: idAt(Date.parse(at)),
      ticket_id: ticketId,
      note_type,
      content: written(words),
      created_by_id: author,
      created_at: at,
      updated_at: at,
    },
  });
  switch (kind) {
    case "reply":
      return note(
        "public",
        `Hello ${contact.first_name},\n\n${text(story.reply)}\n\nBest regards\n${technician.name}`,
        technician.id,
      );
    case "finding":
      return note("internal", text(story.finding), technician.id);
    case "answer":
      if (portalUser !== null) return note("public", text(story.answer), portalUser);
      return note(
        "internal",
        `${contactName({ first_name: contact.first_name, last_name: contact.last_name ?? "" })} by phone: ${text(story.answer)}`,
        technician.id,
      );
    case "solution":
      return note("resolution", text(story.solution), technician.id);
  }
}
