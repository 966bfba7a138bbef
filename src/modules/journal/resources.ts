import type { Ctx } from "../../platform/context.ts";
import { resource } from "../../platform/resource.ts";
import {
  addRecordNote,
  deleteInteraction,
  deleteRecordAttachment,
  deleteRecordNote,
  logInteraction,
  updateInteraction,
  updateRecordNote,
} from "./actions.ts";
import { interactions, recordAttachments, recordNotes } from "./schema.ts";
import { subjects } from "./subjects.ts";

const permission = "companies.read";
type Rows = readonly Record<string, unknown>[];
const under = (as: string): { parent: string; column: string; as: string }[] =>
  subjects.map(({ table, column }) => ({ parent: table, column, as }));

export const noteResource = resource({
  type: "record_notes",
  table: recordNotes,
  permission,
  create: addRecordNote,
  update: updateRecordNote,
  remove: deleteRecordNote,
  under: under("notes"),
  sort: "-created_at",
});

export const attachmentResource = resource({
  type: "record_attachments",
  table: recordAttachments,
  permission,
  remove: deleteRecordAttachment,
  under: under("attachments"),
  hidden: new Set(["storage_path", "file_id"]),
  extend: async (_: Ctx, rows: Rows) =>
    rows.map((row) => ({ content_url: `/api/v1/record-attachments/${String(row["id"])}/content` })),
  calculated: ["content_url"],
  sort: "-created_at",
});

export const interactionResource = resource({
  type: "interactions",
  table: interactions,
  permission,
  create: logInteraction,
  update: updateInteraction,
  remove: deleteInteraction,
  under: [
    { parent: "companies", column: "company_id" },
    { parent: "contacts", column: "contact_id" },
  ],
  extend: async (ctx: Ctx, rows: Rows) => {
    const ids = rows.map((row) => String(row["id"]));
    const people =
      ids.length === 0
        ? []
        : await ctx.db
            .selectFrom("interaction_participants")
            .select(["interaction_id", "contact_id", "user_id"])
            .where("interaction_id", "in", ids)
            .orderBy("id")
            .execute();
    return ids.map((id) => {
      const own = people.filter((one) => one.interaction_id === id);
      return {
        contact_ids: own.flatMap((one) => one.contact_id ?? []),
        user_ids: own.flatMap((one) => one.user_id ?? []),
      };
    });
  },
  calculated: ["contact_ids", "user_ids"],
  sort: "-occurred_at",
});
