import { reach } from "../../../platform/access/reach.ts";
import { type Ctx, placeOf } from "../../../platform/context.ts";
import type { RowOf } from "../../../platform/database/columns.ts";
import type { SortKey } from "../../../platform/database/order.ts";
import { type Page, pageOf } from "../../../platform/database/paging.ts";
import { beginningOf } from "../../../platform/html.ts";
import { firstIfBadCursor } from "../../../platform/http/lists/order.ts";
import type { NotesPageModel } from "../../../platform/http/models/clients.ts";
import { formatAgo, formatBytes, formatInstant, whenOf } from "../../../platform/http/pages/cells.ts";
import { initialsOf } from "../../../platform/http/pages/frame.ts";
import { isId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { noteAddress } from "../models.ts";
import { recordAttachments, recordNotes } from "../schema.ts";
import type { Subject } from "../subjects.ts";

const size = 50;
/** How many letters of a note stand among others; all of it is shown to whoever asks for this one. */
const most = 4000;

type NoteRow = RowOf<typeof recordNotes> & { author: string | null; editor: string | null };
type NoteModel = NotesPageModel["notes"][number];

/** A column by which the notes or the files stand, the last first. */
const last = (name: "is_pinned" | "created_at", table: typeof recordNotes | typeof recordAttachments): SortKey => ({
  name,
  reference: `${table.name}.${name}`,
  column: (table.columns as (typeof recordNotes)["columns"])[name],
  isDescending: true,
});

/** A page of a record's notes, pinned ones first; `?note=` names one that is shown in any case, and whole. */
export async function notesOf(
  ctx: Ctx,
  url: URL,
  subject: Subject,
  id: string,
  mayWrite: boolean,
): Promise<Pick<NotesPageModel, "notes" | "notes_pager">> {
  const query = reach(ctx, "record_notes")
    .leftJoin("users as authors", "authors.id", "record_notes.created_by_id")
    .leftJoin("users as editors", "editors.id", "record_notes.edited_by_id")
    .selectAll("record_notes")
    .select(["authors.name as author", "editors.name as editor"])
    .where(`record_notes.${subject.column}`, "=", id);
  const keys = [last("is_pinned", recordNotes), last("created_at", recordNotes)];
  const { rows, next } = await paged<NoteRow>(url, "after", (after) =>
    pageOf(query, placeOf(ctx), "record_notes.id", keys, { size, after }),
  );
  const asked = url.searchParams.get("note");
  const sought =
    asked === null || !isId(asked) || rows.some((row) => row.id === asked)
      ? undefined
      : ((await query.where("record_notes.id", "=", asked).executeTakeFirst()) as NoteRow | undefined);
  return {
    notes: [...(sought === undefined ? [] : [sought]), ...rows].map((row) =>
      noteModel(ctx, row, mayWrite, row.id === asked),
    ),
    notes_pager: pagerOf(url, "after", next),
  };
}

function noteModel(ctx: Ctx, row: NoteRow, mayWrite: boolean, isWhole: boolean): NoteModel {
  const author = row.author ?? ctx.tenant.name;
  const action = `/notes/${row.id}`;
  const beginning = isWhole ? null : beginningOf(row.content, most);
  const now = ctx.app.clock.now();
  return {
    id: row.id,
    html: beginning ?? row.content,
    whole_url: beginning === null ? "" : noteAddress(row),
    author,
    initials: initialsOf(author),
    at: row.created_at,
    at_text: formatAgo(row.created_at, ctx.tenant, now),
    at_hint: formatInstant(row.created_at, ctx.tenant),
    edited: editedBy(ctx, row),
    edit_url: mayWrite ? `${action}/edit` : "",
    badges: [
      ...(row.is_alert ? [{ text: t("Alert"), tone: "warning" }] : []),
      ...(row.is_pinned ? [{ text: t("Pinned"), tone: "info" }] : []),
    ],
    buttons: mayWrite ? buttonsOf(row, action) : [],
  };
}

function editedBy(ctx: Ctx, { edited_at: at, editor }: NoteRow): NoteModel["edited"] {
  const who = editor ?? ctx.tenant.name;
  return at === null ? null : whenOf(ctx, at, (when) => t("edited by {who} {when}", { who, when: when(at) }));
}

function buttonsOf(row: NoteRow, action: string): NoteModel["buttons"] {
  const flip = (
    name: "is_pinned" | "is_alert",
    on: string,
    off: string,
    icon: string,
  ): NoteModel["buttons"][number] => ({
    label: row[name] ? off : on,
    action: `${action}/${name === "is_pinned" ? "pin" : "alert"}`,
    icon,
    name: "is_on",
    value: row[name] ? "false" : "true",
    confirm: "",
  });
  return [
    flip("is_pinned", t("Pin"), t("Unpin"), "pushpin"),
    flip("is_alert", t("Warn on tickets"), t("No warning"), "alert"),
    {
      label: t("Delete"),
      action: `${action}/delete`,
      icon: "trash",
      name: "",
      value: "",
      confirm: t("Delete this note?"),
    },
  ];
}

/** A page of a record's files, the latest first. */
export async function filesOf(
  ctx: Ctx,
  url: URL,
  subject: Subject,
  id: string,
  mayWrite: boolean,
): Promise<Pick<NotesPageModel, "attachments" | "files_pager">> {
  const query = reach(ctx, "record_attachments")
    .selectAll("record_attachments")
    .where(`record_attachments.${subject.column}`, "=", id);
  const { rows, next } = await paged<RowOf<typeof recordAttachments>>(url, "files_after", (after) =>
    pageOf(query, placeOf(ctx), "record_attachments.id", [last("created_at", recordAttachments)], { size, after }),
  );
  return {
    attachments: rows.map((row) => ({
      name: row.file_name,
      href: `/record-attachments/${row.id}`,
      size: formatBytes(row.file_size),
      remove_url: mayWrite ? `/record-attachments/${row.id}/delete` : "",
    })),
    files_pager: pagerOf(url, "files_after", next),
  };
}

function paged<R>(url: URL, name: string, run: (after: string | null) => Promise<Page<R>>): Promise<Page<R>> {
  return firstIfBadCursor(run, url.searchParams.get(name));
}

/** The ways to the next page and back to the first one; the other list on the page stays where it is. */
function pagerOf(url: URL, name: "after" | "files_after", next: string | null): NotesPageModel["notes_pager"] {
  const at = (after: string | null): string => {
    const parameters = new URLSearchParams(url.search);
    parameters.delete("note");
    if (after === null) parameters.delete(name);
    else parameters.set(name, after);
    const path = url.pathname.replace(/\/attachments$/, "/notes");
    return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
  };
  return { next_url: next === null ? "" : at(next), first_url: url.searchParams.has(name) ? at(null) : "" };
}
