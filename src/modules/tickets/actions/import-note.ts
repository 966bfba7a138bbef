import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import { insert } from "../../../platform/database/records.ts";
import { indexRow } from "../../../platform/database/search.ts";
import { invalidField } from "../../../platform/errors.ts";
import { htmlToText, sanitizeHtml } from "../../../platform/html.ts";
import { t } from "../../../platform/language/index.ts";
import { ticketNotes } from "../schema.ts";
import type { NoteRow } from "./notes.ts";
import type { TicketRow } from "./open.ts";

const id = Type.String({ format: "uuid" });
const maybe = <S extends ReturnType<typeof Type.String>>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]));

interface Given {
  ticket_id: string;
  note_type?: NoteRow["note_type"];
  content: string;
  created_at?: string;
  created_by_id?: string | null;
  contact_id?: string | null;
  author_name?: string | null;
}

/**
 * Brings in what was written on a ticket in another system: by whom and when, as the file says. The ticket's status stays,
 * nobody is told, and its clock is set only where the first answer is older than what is known. Who may import may say who
 * wrote; over the API a note is always its sender's.
 */
export const importTicketNote = action({
  name: "tickets.import_note",
  permission: "imports.run",
  input: Type.Object(
    {
      ticket_id: id,
      note_type: Type.Optional(
        Type.Union([Type.Literal("internal"), Type.Literal("public"), Type.Literal("resolution")]),
      ),
      content: Type.String({ minLength: 1, maxLength: ticketNotes.columns.content.maxLength }),
      created_at: Type.Optional(Type.String({ format: "instant" })),
      created_by_id: maybe(id),
      contact_id: maybe(id),
      author_name: maybe(Type.String({ maxLength: 200 })),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, given: Given): Promise<NoteRow> => {
    const ticket = (await find(work, "tickets", given.ticket_id)) as TicketRow;
    const html = sanitizeHtml(given.content);
    if (htmlToText(html).trim() === "") throw invalidField("content", t("Write something first."), "required");
    const author = await authorOf(work, ticket, given);
    const row = (await insert(work, ticketNotes, {
      ticket_id: ticket.id,
      note_type: given.note_type ?? "internal",
      content: html,
      ...author,
      ...(given.created_at === undefined ? {} : { created_at: new Date(given.created_at).toISOString() }),
    })) as NoteRow;
    await keepReplies(work, ticket, row);
    indexRow(work, "tickets", ticket);
    return row;
  },
});

type Author = Pick<NoteRow, "created_by_id" | "contact_id" | "author_name">;

/** One of the team or of the client by the e-mail address or the name that the file says; else the name alone. */
async function authorOf(work: Work, ticket: TicketRow, given: Given): Promise<Author> {
  const nobody: Author = { created_by_id: null, contact_id: null, author_name: null };
  if (given.created_by_id != null) {
    await find(work, "users", given.created_by_id);
    return { ...nobody, created_by_id: given.created_by_id };
  }
  if (given.contact_id != null) {
    await find(work, "contacts", given.contact_id);
    return { ...nobody, contact_id: given.contact_id };
  }
  const said = given.author_name?.trim() ?? "";
  if (said === "") return nobody;
  const key = said.toLowerCase();
  const staff = await work.db
    .selectFrom("users")
    .select(["id", "email", "name"])
    .where("user_type", "=", "staff")
    .execute();
  const own = staff.filter((one) => one.email.toLowerCase() === key || one.name.toLowerCase() === key);
  if (own.length === 1) return { ...nobody, created_by_id: own[0]?.id ?? null };
  const people = await work.db
    .selectFrom("contacts")
    .select(["id", "email", "first_name", "last_name"])
    .where("company_id", "=", ticket.company_id)
    .execute();
  const theirs = people.filter(
    (one) => one.email?.toLowerCase() === key || `${one.first_name} ${one.last_name}`.trim().toLowerCase() === key,
  );
  return theirs.length === 1 ? { ...nobody, contact_id: theirs[0]?.id ?? null } : { ...nobody, author_name: said };
}

/**
 * When the client and the team last wrote, and when the team first did. Below the version: the ticket itself is not changed
 * by what was written on it long ago, and an import of it can still be undone.
 */
async function keepReplies(work: Work, ticket: TicketRow, note: NoteRow): Promise<void> {
  if (note.note_type === "internal") return;
  const isClient = note.contact_id !== null;
  const column = isClient ? "last_client_reply_at" : "last_staff_reply_at";
  const first = ticket.first_response_at;
  const values = {
    ...((ticket[column] ?? "") < note.created_at ? { [column]: note.created_at } : {}),
    ...(!isClient && (first === null || note.created_at < first) ? { first_response_at: note.created_at } : {}),
  };
  if (Object.keys(values).length === 0) return;
  await work.db.updateTable("tickets").set(values).where("id", "=", ticket.id).execute();
}
