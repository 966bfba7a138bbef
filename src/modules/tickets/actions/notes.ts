import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import type { RowOf } from "../../../platform/database/columns.ts";
import { htmlText } from "../../../platform/database/edge.ts";
import { insert } from "../../../platform/database/records.ts";
import { indexRow } from "../../../platform/database/search.ts";
import { forbidden, invalidField } from "../../../platform/errors.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { noteAdded, ticketMentioned } from "../events.ts";
import { htmlToText, sanitizeHtml } from "../../../platform/html.ts";
import { t } from "../../../platform/language/index.ts";
import { defaultStatusId } from "../defaults.ts";
import { mentionedOn } from "../../../platform/mentions/people.ts";
import { withMentions } from "../../../platform/mentions/rules.ts";
import { repliesAfter } from "../rules.ts";
import { ticketNotes } from "../schema.ts";
import type { TicketRow } from "./open.ts";
import { changeTicket } from "./update.ts";

export type NoteRow = RowOf<typeof ticketNotes>;
type NoteType = NoteRow["note_type"];

const content = Type.String({ maxLength: ticketNotes.columns.content.maxLength, ...htmlText });

/**
 * Writes on a ticket: `internal` stays in the team, `public` and `resolution` go to the client. The content is HTML and
 * sanitized; an @ before a colleague's name tells them. A status may change with it, in the same unit of work. Emits `tickets.note_added`
 * and `tickets.mentioned`.
 */
export const addNote = action({
  name: "tickets.add_note",
  permission: "tickets.write",
  input: Type.Object(
    {
      ticket_id: Type.String({ format: "uuid" }),
      note_type: Type.Optional(
        Type.Union([Type.Literal("internal"), Type.Literal("public"), Type.Literal("resolution")]),
      ),
      content,
      status_id: Type.Optional(Type.String({ format: "uuid" })),
    },
    { additionalProperties: false },
  ),
  run: async (
    work: Work,
    input: { ticket_id: string; note_type?: NoteType; content: string; status_id?: string },
  ): Promise<NoteRow> =>
    write(work, input.ticket_id, {
      note_type: input.note_type ?? "internal",
      content: input.content,
      status_id: input.status_id ?? null,
      isClient: false,
    }),
});

/** A client's answer: public, on a ticket of the own company. On a closed ticket it opens it again. */
export const addNoteAsClient = action({
  name: "tickets.add_note_as_client",
  permission: null,
  input: Type.Object({ ticket_id: Type.String({ format: "uuid" }), content }, { additionalProperties: false }),
  run: async (work: Work, input: { ticket_id: string; content: string }): Promise<NoteRow> => {
    if (work.actor.kind !== "portal") throw forbidden();
    return write(work, input.ticket_id, {
      note_type: "public",
      content: input.content,
      status_id: null,
      isClient: true,
    });
  },
});

interface NewNote {
  note_type: NoteType;
  content: string;
  status_id: string | null;
  isClient: boolean;
}

async function write(work: Work, ticketId: string, note: NewNote): Promise<NoteRow> {
  const ticket = (await find(work, "tickets", ticketId)) as TicketRow;
  const html = sanitizeHtml(note.content);
  if (htmlToText(html).trim() === "") throw invalidField("content", t("Write something first."), "required");
  // A client's @ is no more than a letter: whom a note goes to is the desk's to say.
  const mentioned = note.isClient
    ? []
    : await mentionedOn(work, { table: "tickets", id: ticketId, read: "tickets.read" }, html);
  const row = await insert(work, ticketNotes, {
    ticket_id: ticketId,
    note_type: note.note_type,
    content: withMentions(html, mentioned),
    created_by_id: work.actor.user_id,
  });
  const status_id = note.isClient && ticket.closed_at !== null ? await defaultStatusId(work) : note.status_id;
  const replies = repliesAfter(
    ticket,
    { isClient: note.isClient, isPublic: note.note_type !== "internal" },
    work.app.clock.now(),
  );
  const changed = await changeTicket(work, ticketId, { ...replies, ...(status_id === null ? {} : { status_id }) });
  // The ticket's words include its notes. A note that changes nothing of the ticket itself has to be indexed here.
  if (changed.version === ticket.version) indexRow(work, "tickets", changed);
  await emit(work, noteAdded, {
    ticket_id: ticketId,
    company_id: changed.company_id,
    note_id: row.id,
    note_type: row.note_type,
    is_client: note.isClient,
  });
  for (const { id: user_id } of mentioned)
    await emit(work, ticketMentioned, {
      ticket_id: ticketId,
      company_id: changed.company_id,
      note_id: row.id,
      user_id,
      by_user_id: work.actor.user_id,
    });
  return row as NoteRow;
}
