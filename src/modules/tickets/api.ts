import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { notFound } from "../../platform/errors.ts";
import { downloadOf } from "../../platform/files/files.ts";
import { t } from "../../platform/language/index.ts";
import { activityRoute } from "../../platform/http/jsonapi/activity-route.ts";
import { showOne } from "../../platform/http/jsonapi/routes.ts";
import { ifMatch, readDocument } from "../../platform/http/jsonapi/document.ts";
import { uploadInputs, uploadOf } from "../../platform/http/jsonapi/upload.ts";
import { type Incoming, mostUploadBytes, redirect, response, type Route } from "../../platform/http/route.ts";
import { addAttachment, removeAttachment, takeFiles } from "./actions/files.ts";
import { addNote } from "./actions/notes.ts";
import { assignTicket } from "./actions/update.ts";
import { attachmentResource, noteResource, ticketResource } from "./resources.ts";

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";

/** Verbs and parts of tickets over the API (PRD 3.4.4), beside what the resources bring. */
export const ticketApi: Route[] = [
  activityRoute("tickets", "tickets", "tickets.read"),
  {
    method: "POST",
    path: "/api/v1/tickets/:id/assign",
    door: "api",
    permission: assignTicket.permission,
    doc: {
      summary: "Give a ticket to somebody, or to nobody.",
      input: { type: "tickets", attributes: assignTicket.input },
      answer: { one: "tickets" },
    },
    handle: async (ctx, incoming) => {
      await reading(ctx, (reader) => find(reader, "tickets", idOf(incoming)));
      await perform(ctx, assignTicket, {
        ...readDocument(await incoming.json(), "tickets", idOf(incoming)),
        id: idOf(incoming),
        ...ifMatch(incoming),
      });
      return showOne(ctx, ticketResource, idOf(incoming));
    },
  },
  {
    method: "POST",
    path: "/api/v1/tickets/:id/notes",
    door: "api",
    permission: addNote.permission,
    doc: {
      summary: "Write a note on a ticket; a public one goes to the client.",
      input: { type: "ticket_notes", attributes: Type.Omit(addNote.input, ["ticket_id"]) },
      answer: { one: "ticket_notes" },
      status: 201,
    },
    handle: async (ctx, incoming) => {
      await reading(ctx, (reader) => find(reader, "tickets", idOf(incoming)));
      const note = await perform(ctx, addNote, {
        ...readDocument(await incoming.json(), "ticket_notes", null),
        ticket_id: idOf(incoming),
      });
      return showOne(ctx, noteResource, note.id, 201);
    },
  },
  {
    method: "POST",
    path: "/api/v1/tickets/:id/attachments",
    door: "api",
    permission: addAttachment.permission,
    doc: {
      summary: "Attach a file to a ticket.",
      input: uploadInputs(attachmentResource.type),
      answer: { one: "ticket_attachments" },
      status: 201,
    },
    maxBytes: mostUploadBytes,
    handle: async (ctx, incoming) => {
      await reading(ctx, (reader) => find(reader, "tickets", idOf(incoming)));
      const [file] = await takeFiles(ctx, [await uploadOf(incoming, attachmentResource.type)], "file");
      const attachment = await perform(ctx, addAttachment, { ticket_id: idOf(incoming), file });
      return showOne(ctx, attachmentResource, attachment.id, 201);
    },
  },
  {
    method: "GET",
    path: "/api/v1/tickets/:id/attachments/:attachment_id/content",
    door: "api",
    permission: "tickets.read",
    doc: { summary: "Download an attachment.", answer: { media: "application/octet-stream" } },
    isOutsideRead: true,
    handle: async (ctx, incoming) => response(await downloadOf(ctx, (reader) => attachmentOf(reader, incoming))),
  },
  {
    method: "GET",
    path: "/tickets/:id/attachments/:attachment_id",
    door: "staff",
    permission: "tickets.read",
    isOutsideRead: true,
    handle: async (ctx, incoming) => response(await downloadOf(ctx, (reader) => attachmentOf(reader, incoming))),
  },
  {
    method: "POST",
    path: "/tickets/:id/attachments/:attachment_id/delete",
    door: "staff",
    permission: removeAttachment.permission,
    handle: async (ctx, incoming) => {
      const { id } = await reading(ctx, (reader) => attachmentOf(reader, incoming));
      await perform(ctx, removeAttachment, { id });
      return redirect(`/tickets/${idOf(incoming)}`, t("File removed."));
    },
  },
];

/** The attachment that an address names, on the ticket that it names, both within reach. */
export async function attachmentOf(
  ctx: Parameters<typeof find>[0],
  incoming: Incoming,
): Promise<{ id: string; sha256: string; file_name: string }> {
  const row = await find(ctx, "ticket_attachments", incoming.params["attachment_id"] ?? "");
  if (row.ticket_id !== idOf(incoming)) throw notFound("This attachment");
  return { id: row.id, sha256: row.storage_path, file_name: row.file_name };
}
