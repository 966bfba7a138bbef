import { Type } from "@sinclair/typebox";
import { can } from "../../platform/access/actor.ts";
import { find } from "../../platform/access/reach.ts";
import { action, perform } from "../../platform/action.ts";
import { type Ctx, inUnit, type Work } from "../../platform/context.ts";
import { invalidField } from "../../platform/errors.ts";
import type { StoredBytes } from "../../platform/files/files.ts";
import { escapeHtml, htmlToText } from "../../platform/html.ts";
import { t } from "../../platform/language/index.ts";
import { addNote, attachFiles, type NoteRow, updateTicket } from "../tickets/index.ts";
import { activeTimer, discardTimer, logTime, type TimeEntry } from "../time/index.ts";

export interface Reply {
  ticket_id: string;
  note_type: "public" | "internal";
  /** HTML; blank when only time is logged or the status changes. */
  content: string;
  /** As people type it ("1:30", "15"); blank: no time. */
  duration?: string;
  work_type_id?: string;
  /** Absent: as the work type and the ticket say. */
  is_billable?: boolean;
  /** Absent: the status stays. */
  status_id?: string;
}

export interface Replied {
  note: NoteRow | null;
  entry: TimeEntry | null;
  is_status_changed: boolean;
}

const longestNote = 5000;

/**
 * What the composer of the ticket page sends: a note, the time it took and the new status, in one unit of work. A public
 * note that closes the ticket is its resolution. When the actor's timer runs for the ticket, the time that is logged is
 * the timer's, and the timer ends.
 */
export const reply = action({
  name: "desk.reply",
  permission: "tickets.write",
  input: Type.Object(
    {
      ticket_id: Type.String({ format: "uuid" }),
      note_type: Type.Union([Type.Literal("public"), Type.Literal("internal")]),
      content: Type.String({ maxLength: 200_000 }),
      duration: Type.Optional(Type.String({ maxLength: 40 })),
      work_type_id: Type.Optional(Type.String({ format: "uuid" })),
      is_billable: Type.Optional(Type.Union([Type.Literal(true), Type.Literal(false)], { title: "Billable" })),
      status_id: Type.Optional(Type.String({ format: "uuid" })),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: Reply): Promise<Replied> => {
    const ticket = await find(work, "tickets", input.ticket_id);
    const hasText = htmlToText(input.content).trim() !== "";
    const hasTime = (input.duration ?? "").trim() !== "";
    const status_id = input.status_id === ticket.status_id ? undefined : input.status_id;
    if (!hasText && !hasTime && status_id === undefined)
      throw invalidField("content", t("Write something first, log time, or change the status."), "required");
    const note = hasText
      ? await perform(work, addNote, {
          ticket_id: ticket.id,
          note_type: await noteType(work, input, status_id),
          content: input.content,
          ...(status_id === undefined ? {} : { status_id }),
        })
      : null;
    if (!hasText && status_id !== undefined) await perform(work, updateTicket, { id: ticket.id, status_id });
    const entry = hasTime ? await log(work, input, note) : null;
    return { note, entry, is_status_changed: status_id !== undefined };
  },
});

async function noteType(work: Work, input: Reply, statusId: string | undefined): Promise<NoteRow["note_type"]> {
  if (input.note_type === "internal" || statusId === undefined) return input.note_type;
  const status = await work.db
    .selectFrom("ticket_statuses")
    .select("is_closed")
    .where("id", "=", statusId)
    .executeTakeFirst();
  return status?.is_closed === true ? "resolution" : "public";
}

/** What the client has read may stand on the invoice; what stays inside the team stays inside there, too. */
async function log(work: Work, input: Reply, note: NoteRow | null): Promise<TimeEntry> {
  const text = note === null ? "" : htmlToText(note.content).slice(0, longestNote);
  const entry = await perform(work, logTime, {
    ticket_id: input.ticket_id,
    duration: input.duration,
    ...(input.work_type_id === undefined ? {} : { work_type_id: input.work_type_id }),
    ...(input.is_billable === undefined ? {} : { is_billable: input.is_billable }),
    ...(input.note_type === "internal" ? { internal_notes: text } : { notes: text }),
    note_id: note?.id ?? null,
  });
  const timer = can(work.actor, "time.write") ? await activeTimer(work) : null;
  if (timer?.ticket_id === input.ticket_id) await perform(work, discardTimer, {});
  return entry;
}

/** A reply with files on it, in one unit of work; files without a word get a note that names them. */
export function replyWithFiles(
  ctx: Ctx,
  input: Record<string, unknown>,
  files: readonly StoredBytes[],
): Promise<Replied> {
  const isBlank = htmlToText(String(input["content"] ?? "")).trim() === "";
  const named = `<p>${files.map((file) => escapeHtml(file.name)).join("<br>")}</p>`;
  return inUnit(ctx, async (work) => {
    const replied = await perform(work, reply, isBlank && files.length > 0 ? { ...input, content: named } : input);
    await attachFiles(work, { ticket_id: String(input["ticket_id"]), note_id: replied.note?.id ?? null }, files);
    return replied;
  });
}
