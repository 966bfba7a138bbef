import { can } from "../../../platform/access/actor.ts";
import { find } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { type Failure, invalidField } from "../../../platform/errors.ts";
import { storeUploads } from "../../../platform/files/files.ts";
import { plainToHtml } from "../../../platform/written-text.ts";
import { empty } from "../../../platform/http/pages/cells.ts";
import { formFailure, type FormValues } from "../../../platform/http/forms/model.ts";
import type { NotesPageModel } from "../../../platform/http/models/clients.ts";
import {
  type Answer,
  type Incoming,
  mostUploadBytes,
  page,
  redirect,
  type Route,
} from "../../../platform/http/route.ts";
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
import { addressOf, noteAddress } from "../models.ts";
import { filesOf, notesOf } from "./note-list.ts";
import { noteForm } from "./note-form.ts";
import { type Subject, subjects } from "../subjects.ts";
import { headerOf } from "./timeline.ts";

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";

async function topOf(ctx: Ctx, { table }: Subject, id: string): Promise<PageHeaderModel> {
  if (table !== "sites") return headerOf(ctx, { table, id });
  const site = await find(ctx, "sites", id);
  return siteHeader(ctx, site, await find(ctx, "companies", site.company_id));
}

interface Typed {
  fields: FormValues;
  failure: Failure;
}

async function show(ctx: Ctx, incoming: Incoming, subject: Subject, typed: Typed | null = null): Promise<Answer> {
  const id = idOf(incoming);
  const header = await topOf(ctx, subject, id);
  const mayWrite = can(ctx.actor, subject.write);
  const at = `/${subject.table}/${id}`;
  const isUpload = typed?.failure.problems.some((problem) => problem.field === "file") === true;
  const error = typed?.failure.problems[0]?.message ?? typed?.failure.message ?? "";
  const model: NotesPageModel = {
    header,
    tabs: clientTabs(subject.table, id, "notes"),
    ...(await notesOf(ctx, incoming.url, subject, id, mayWrite)),
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
    ...(await filesOf(ctx, incoming.url, subject, id, mayWrite)),
  };
  return page("journal/notes", header.title, model, typed?.failure.status ?? 200);
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
    return redirect(noteAddress(note), t("Note added."));
  } catch (error) {
    const failure = formFailure(error);
    return reading(ctx, (reader) => show(reader, incoming, subject, { fields, failure }));
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
    return reading(ctx, (reader) => show(reader, incoming, subject, { fields, failure }));
  }
}

/** Notes and files of companies, contacts and sites. */
export const notePages: Route[] = [
  ...subjects.flatMap((subject): Route[] => [
    {
      method: "GET",
      path: `/${subject.table}/:id/notes`,
      door: "staff",
      permission: subject.read,
      handle: (ctx, incoming) => show(ctx, incoming, subject),
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
      return redirect(noteAddress(row));
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
    isOutsideRead: true,
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
