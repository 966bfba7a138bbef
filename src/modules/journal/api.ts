import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { downloadOf, storeUploads } from "../../platform/files/files.ts";
import { showOne } from "../../platform/http/jsonapi/routes.ts";
import { readDocument } from "../../platform/http/jsonapi/document.ts";
import { uploadInputs, uploadOf } from "../../platform/http/jsonapi/upload.ts";
import { type Answer, type Incoming, mostUploadBytes, response, type Route } from "../../platform/http/route.ts";
import { addRecordAttachment, addRecordNote } from "./actions.ts";
import { attachmentResource, noteResource } from "./resources.ts";
import { recordAttachments, recordNotes } from "./schema.ts";
import { type Subject, subjects } from "./subjects.ts";
import { timelineRoute } from "./timeline/api.ts";
import { newInput } from "../../platform/database/edge.ts";

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";

/** A file of a record as a download, when what it hangs on is within reach. */
export async function attachmentAnswer(ctx: Ctx, id: string): Promise<Answer> {
  const named = async (reader: Ctx) => {
    const { storage_path: sha256, file_name } = await find(reader, "record_attachments", id);
    return { sha256, file_name };
  };
  return response(await downloadOf(ctx, named));
}

function subjectRoutes({ table, column, write }: Subject): Route[] {
  const there = (ctx: Ctx, incoming: Incoming): Promise<unknown> =>
    reading(ctx, (reader) => find(reader, table, idOf(incoming)));
  return [
    {
      method: "POST",
      path: `/api/v1/${table}/:id/notes`,
      door: "api",
      permission: write,
      doc: {
        summary: "Writes a note on it. The content is HTML and sanitized.",
        input: { type: noteResource.type, attributes: newInput(recordNotes, ["content", "is_pinned", "is_alert"]) },
        answer: { one: noteResource.type },
        status: 201,
      },
      handle: async (ctx, incoming) => {
        await there(ctx, incoming);
        const note = await perform(ctx, addRecordNote, {
          ...readDocument(await incoming.json(), noteResource.type, null),
          [column]: idOf(incoming),
        });
        return showOne(ctx, noteResource, note.id, 201);
      },
    },
    {
      method: "POST",
      path: `/api/v1/${table}/:id/attachments`,
      door: "api",
      permission: write,
      maxBytes: mostUploadBytes,
      doc: {
        summary: "Adds a file of up to 50 MB: base64 in a document, or the part `file` of a multipart form.",
        input: uploadInputs(attachmentResource.type),
        answer: { one: attachmentResource.type },
        status: 201,
      },
      handle: async (ctx, incoming) => {
        await there(ctx, incoming);
        const [file] = await storeUploads(ctx, [await uploadOf(incoming, attachmentResource.type)], "file");
        const made = await perform(ctx, addRecordAttachment, { [column]: idOf(incoming), file });
        return showOne(ctx, attachmentResource, made.id, 201);
      },
    },
  ];
}

export const journalApi: Route[] = [
  ...subjects.flatMap(subjectRoutes),
  {
    method: "GET",
    path: "/api/v1/record-attachments/:id/content",
    door: "api",
    permission: recordAttachments.readPermission,
    doc: { summary: "The file itself, to be saved.", answer: { media: "application/octet-stream" } },
    isOutsideRead: true,
    handle: (ctx, incoming) => attachmentAnswer(ctx, idOf(incoming)),
  },
  timelineRoute("companies"),
  timelineRoute("contacts"),
];
