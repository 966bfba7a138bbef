import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { type Action, action, perform } from "../../../platform/action.ts";
import { type Ctx, inUnit, type Work } from "../../../platform/context.ts";
import type { RowOf } from "../../../platform/database/columns.ts";
import { insert, remove } from "../../../platform/database/records.ts";
import { invalidField } from "../../../platform/errors.ts";
import { addFile, storedBytes, storeUploads, type StoredBytes, type Upload } from "../../../platform/files/files.ts";
import { t } from "../../../platform/language/index.ts";
import { changed } from "../../../platform/live/topics.ts";
import { ticketAttachments } from "../schema.ts";
import { addNote, type NoteRow } from "./notes.ts";
import { openTicket, type TicketRow } from "./open.ts";

export type AttachmentRow = RowOf<typeof ticketAttachments>;

/** How many files one ticket or note is sent with. */
export const mostFiles = 10;

/** Stores what was uploaded, before the unit of work that hangs it on something. At most ten files of 50 MB (422). */
export async function takeFiles(ctx: Ctx, uploads: readonly Upload[], field = "files"): Promise<StoredBytes[]> {
  if (uploads.length > mostFiles)
    throw invalidField(field, t("Add at most {count} files at once.", { count: mostFiles }), "too_many");
  return storeUploads(ctx, uploads, field);
}

/** Hangs stored files on a ticket that is within reach, or on a note of it. */
export async function attachFiles(
  work: Work,
  target: { ticket_id: string; note_id: string | null },
  files: readonly StoredBytes[],
): Promise<AttachmentRow[]> {
  await find(work, "tickets", target.ticket_id);
  const rows: AttachmentRow[] = [];
  for (const file of files) {
    const row = await insert(work, ticketAttachments, {
      ...target,
      file_id: await addFile(work, file),
      file_name: file.name,
      file_size: file.size,
      mime_type: file.type,
      storage_path: file.sha256,
      uploaded_by_id: work.actor.user_id,
    });
    rows.push(row as AttachmentRow);
  }
  return rows;
}

/** Adds a file to a ticket. */
export const addAttachment = action({
  name: "tickets.add_attachment",
  permission: "tickets.write",
  input: Type.Object(
    { ticket_id: Type.String({ format: "uuid" }), file: storedBytes },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: { ticket_id: string; file: StoredBytes }): Promise<AttachmentRow> => {
    const [row] = await attachFiles(work, { ticket_id: input.ticket_id, note_id: null }, [input.file]);
    if (row === undefined) throw new Error("a file was not attached");
    return row;
  },
});

/** Takes a file away again: it was the wrong one, or nobody may have it any more. Who did it, and its name, stay in the audit log. */
export const removeAttachment = action({
  name: "tickets.remove_attachment",
  permission: "tickets.write",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id, version }: { id: string; version?: number }): Promise<AttachmentRow> => {
    const before = (await find(work, "ticket_attachments", id)) as AttachmentRow;
    await remove(work, ticketAttachments, id, version);
    changed(work, "tickets", `tickets/${before.ticket_id}`);
    return before;
  },
});

/** Opens a ticket with files on it, in one unit of work. `how` is the action of the one who opens it. */
export function openTicketWithFiles<I>(
  ctx: Ctx,
  input: unknown,
  files: readonly StoredBytes[],
  how: Action<I, TicketRow> | typeof openTicket = openTicket,
): Promise<TicketRow> {
  return inUnit(ctx, async (work) => {
    const ticket = await perform(work, how as Action<I, TicketRow>, input);
    await attachFiles(work, { ticket_id: ticket.id, note_id: null }, files);
    return ticket;
  });
}

/** Writes a note with files on it, in one unit of work. `how` is the action of the one who writes it. */
export function addNoteWithFiles<I>(
  ctx: Ctx,
  input: unknown,
  files: readonly StoredBytes[],
  how: Action<I, NoteRow> | typeof addNote = addNote,
): Promise<NoteRow> {
  return inUnit(ctx, async (work) => {
    const note = await perform(work, how as Action<I, NoteRow>, input);
    await attachFiles(work, { ticket_id: note.ticket_id, note_id: note.id }, files);
    return note;
  });
}
