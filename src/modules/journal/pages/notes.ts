import { can } from "../../../platform/access/actor.ts";
import { find, reach } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { type Failure, invalidField } from "../../../platform/errors.ts";
import { storeUploads } from "../../../platform/files/files.ts";
import { plainToHtml } from "../../../platform/written-text.ts";
import { empty, formatAgo, formatBytes, formatInstant } from "../../../platform/http/pages/cells.ts";
import { mostUploadBytes } from "../../../platform/http/jsonapi/upload.ts";
import { formFailure, type FormValues } from "../../../platform/http/forms/model.ts";
import type { NotesPageModel } from "../../../platform/http/models/clients.ts";
import { initialsOf } from "../../../platform/http/pages/frame.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import type { PageHeaderModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import { clientTabs, siteHeader } from "../../companies/index.ts";
import {
  addRecordAttachment,
  addRecordNote,
  deleteRecordAttachment,
  deleteRecordNote,
  updateRecordNote,
} from "../actions.ts";
import { attachmentAnswer } from "../api.ts";
import { addressOf } from "../models.ts";
import { noteForm } from "./note-form.ts";
import { type Subject, subjects } from "../subjects.ts";
import { headerOf } from "./timeline.ts";

const most = 200;

async function topOf(ctx: Ctx, { table }: Subject, id: string): Promise<PageHeaderModel> {
  if (table !== "sites") return headerOf(ctx, { table, id });
  const site = await find(ctx, "sites", id);
  return siteHeader(site, await find(ctx, "companies", site.company_id));
}

interface Typed {
  fields: FormValues;
  failure: Failure;
}

async function show(ctx: Ctx, subject: Subject, id: string, typed: Typed | null = null): Promise<Answer> {
  const header = await topOf(ctx, subject, id);
  const mayWrite = can(ctx.actor, subject.write);
  const at = `/${subject.table}/${id}`;
  const isUpload = typed?.failure.problems.some((problem) => problem.field === "file") === true;
  const error = typed?.failure.problems[0]?.message ?? typed?.failure.message ?? "";
  const model: NotesPageModel = {
    header,
    tabs: clientTabs(subject.table, id, "notes"),
    notes: await notesOf(ctx, subject, id, mayWrite),
    empty: empty("pencil", t("No notes yet"), t("What everybody in the team should know of this client stands here.")),
    form: mayWrite
      ? {
          action: `${at}/notes`,
          mentions_url: `${at}/mentions`,
          content: String(typed?.fields["content"] ?? ""),
          error: isUpload ? "" : error,
          is_pinned: typed?.fields["is_pinned"] === "true",
          is_alert: typed?.fields["is_alert"] === "true",
        }
      : null,
    upload: mayWrite ? { action: `${at}/attachments`, hint: t("Up to 50 MB."), error: isUpload ? error : "" } : null,
    attachments: await filesOf(ctx, subject, id, mayWrite),
  };
  return page("journal/notes", header.title, model, typed?.failure.status ?? 200);
}

async function notesOf(ctx: Ctx, subject: Subject, id: string, mayWrite: boolean): Promise<NotesPageModel["notes"]> {
  const rows = await reach(ctx, "record_notes")
    .leftJoin("users as authors", "authors.id", "record_notes.created_by_id")
    .leftJoin("users as editors", "editors.id", "record_notes.edited_by_id")
    .selectAll("record_notes")
    .select(["authors.name as author", "editors.name as editor"])
    .where(`record_notes.${subject.column}`, "=", id)
    .orderBy("record_notes.is_pinned", "desc")
    .orderBy("record_notes.created_at", "desc")
    .limit(most)
    .execute();
  return rows.map((row) => {
    const author = row.author ?? ctx.tenant.name;
    const action = `/notes/${row.id}`;
    const flip = (
      name: "is_pinned" | "is_alert",
      on: string,
      off: string,
      icon: string,
    ): NotesPageModel["notes"][number]["buttons"][number] => ({
      label: row[name] ? off : on,
      action: `${action}/${name === "is_pinned" ? "pin" : "alert"}`,
      icon,
      name: "is_on",
      value: row[name] ? "false" : "true",
      confirm: "",
    });
    return {
      id: row.id,
      html: row.content,
      author,
      initials: initialsOf(author),
      at: row.created_at,
      at_text: formatAgo(row.created_at, ctx.tenant, ctx.app.clock.now()),
      at_hint: formatInstant(row.created_at, ctx.tenant),
      edited:
        row.edited_at === null
          ? ""
          : t("edited by {who} {when}", {
              who: row.editor ?? ctx.tenant.name,
              when: formatAgo(row.edited_at, ctx.tenant, ctx.app.clock.now()),
            }),
      edit_url: mayWrite ? `${action}/edit` : "",
      badges: [
        ...(row.is_alert ? [{ text: t("Alert"), tone: "warning" }] : []),
        ...(row.is_pinned ? [{ text: t("Pinned"), tone: "info" }] : []),
      ],
      buttons: mayWrite
        ? [
            flip("is_pinned", t("Pin"), t("Unpin"), "pin"),
            flip("is_alert", t("Warn on tickets"), t("No warning"), "alert"),
            {
              label: t("Delete"),
              action: `${action}/delete`,
              icon: "trash",
              name: "",
              value: "",
              confirm: t("Delete this note?"),
            },
          ]
        : [],
    };
  });
}

async function filesOf(
  ctx: Ctx,
  subject: Subject,
  id: string,
  mayWrite: boolean,
): Promise<NotesPageModel["attachments"]> {
  const rows = await reach(ctx, "record_attachments")
    .selectAll("record_attachments")
    .where(`record_attachments.${subject.column}`, "=", id)
    .orderBy("record_attachments.created_at", "desc")
    .limit(most)
    .execute();
  return rows.map((row) => ({
    name: row.file_name,
    href: `/record-attachments/${row.id}`,
    size: formatBytes(row.file_size),
    remove_url: mayWrite ? `/record-attachments/${row.id}/delete` : "",
  }));
}

async function add(ctx: Ctx, incoming: Incoming, subject: Subject): Promise<Answer> {
  const id = incoming.params["id"] ?? "";
  await reading(ctx, (reader) => find(reader, subject.table, id));
  const { fields } = await incoming.form();
  try {
    const note = await perform(ctx, addRecordNote, {
      [subject.column]: id,
      content: plainToHtml(typeof fields["content"] === "string" ? fields["content"] : ""),
      is_pinned: fields["is_pinned"] === "true",
      is_alert: fields["is_alert"] === "true",
    });
    return redirect(`/${subject.table}/${id}/notes#note-${note.id}`, t("Note added."));
  } catch (error) {
    const failure = formFailure(error);
    return reading(ctx, (reader) => show(reader, subject, id, { fields, failure }));
  }
}

async function upload(ctx: Ctx, incoming: Incoming, subject: Subject): Promise<Answer> {
  const id = incoming.params["id"] ?? "";
  await reading(ctx, (reader) => find(reader, subject.table, id));
  const { files, fields } = await incoming.form();
  try {
    if (files.length === 0) throw invalidField("file", t("Choose a file first."), "required");
    for (const file of await storeUploads(ctx, files, "file"))
      await perform(ctx, addRecordAttachment, { [subject.column]: id, file });
    return redirect(`/${subject.table}/${id}/notes`, t("File added."));
  } catch (error) {
    const failure = formFailure(error);
    return reading(ctx, (reader) => show(reader, subject, id, { fields, failure }));
  }
}

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";

/** Notes and files of companies, contacts and sites. */
export const notePages: Route[] = [
  ...subjects.flatMap((subject): Route[] => [
    {
      method: "GET",
      path: `/${subject.table}/:id/notes`,
      door: "staff",
      permission: subject.read,
      handle: (ctx, incoming) => show(ctx, subject, idOf(incoming)),
    },
    {
      method: "POST",
      path: `/${subject.table}/:id/notes`,
      door: "staff",
      permission: subject.write,
      handle: (ctx, incoming) => add(ctx, incoming, subject),
    },
    {
      method: "POST",
      path: `/${subject.table}/:id/attachments`,
      door: "staff",
      permission: subject.write,
      maxBytes: mostUploadBytes,
      handle: (ctx, incoming) => upload(ctx, incoming, subject),
    },
  ]),
  ...noteForm,
  ...(["pin", "alert"] as const).map((flag): Route => ({
    method: "POST",
    path: `/notes/:id/${flag}`,
    door: "staff",
    permission: updateRecordNote.permission,
    handle: async (ctx, incoming) => {
      await reading(ctx, (reader) => find(reader, "record_notes", idOf(incoming)));
      const { fields } = await incoming.form();
      const row = await perform(ctx, updateRecordNote, {
        id: idOf(incoming),
        [flag === "pin" ? "is_pinned" : "is_alert"]: fields["is_on"] === "true",
      });
      return redirect(`${addressOf(row)}/notes#note-${row.id}`);
    },
  })),
  {
    method: "POST",
    path: "/notes/:id/delete",
    door: "staff",
    permission: deleteRecordNote.permission,
    handle: async (ctx, incoming) => {
      const row = await perform(ctx, deleteRecordNote, { id: idOf(incoming) });
      return redirect(`${addressOf(row)}/notes`, t("Note deleted."));
    },
  },
  {
    method: "GET",
    path: "/record-attachments/:id",
    door: "staff",
    permission: "companies.read",
    handle: (ctx, incoming) => attachmentAnswer(ctx, idOf(incoming)),
  },
  {
    method: "POST",
    path: "/record-attachments/:id/delete",
    door: "staff",
    permission: deleteRecordAttachment.permission,
    handle: async (ctx, incoming) => {
      const row = await perform(ctx, deleteRecordAttachment, { id: idOf(incoming) });
      return redirect(`${addressOf(row)}/notes`, t("File removed."));
    },
  },
];
