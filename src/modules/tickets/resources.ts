import { Type } from "@sinclair/typebox";
import type { Ctx } from "../../platform/context.ts";
import { hoursOf } from "../../platform/decimal.ts";
import { resource, type Resource } from "../../platform/resource.ts";
import { tagsOf } from "../../platform/tags.ts";
import {
  categoryActions,
  type ListActions,
  type ListTable,
  priorityActions,
  queueActions,
  statusActions,
  typeActions,
} from "./actions/lists.ts";
import { removeAttachment } from "./actions/files.ts";
import { openTicket } from "./actions/open.ts";
import { deleteTicket, updateTicket } from "./actions/update.ts";
import { minutesOn } from "./queries.ts";
import {
  ticketAttachments,
  ticketCategories,
  ticketNotes,
  ticketPriorities,
  ticketQueues,
  tickets,
  ticketStatuses,
  ticketTypes,
} from "./schema.ts";

const permission = "tickets.read";
type Rows = readonly Record<string, unknown>[];

export const ticketResource = resource({
  type: "tickets",
  table: tickets,
  permission,
  create: openTicket,
  update: updateTicket,
  remove: deleteTicket,
  under: [
    { parent: "companies", column: "company_id" },
    { parent: "contacts", column: "contact_id" },
  ],
  extend: async (ctx: Ctx, rows: Rows) => {
    const ids = rows.map((row) => String(row["id"]));
    const [tags, minutes] = [await tagsOf(ctx, "tickets", ids), await minutesOn(ctx, ids)];
    return ids.map((id, index) => ({ tags: tags[index] ?? [], actual_hours: hoursOf(minutes.get(id) ?? 0) }));
  },
  calculated: ["tags", "actual_hours"],
  schemas: { actual_hours: Type.String({ format: "decimal" }) },
  hasTags: true,
  sort: "-created_at",
});

export const noteResource = resource({
  type: "ticket_notes",
  table: ticketNotes,
  permission,
  hidden: new Set(["mail_id"]),
  under: [{ parent: "tickets", column: "ticket_id", as: "notes" }],
  sort: "created_at",
});

export const attachmentResource = resource({
  type: "ticket_attachments",
  table: ticketAttachments,
  permission,
  remove: removeAttachment,
  hidden: new Set(["storage_path", "file_id"]),
  under: [{ parent: "tickets", column: "ticket_id", as: "attachments" }],
  extend: async (_: Ctx, rows: Rows) =>
    rows.map((row) => ({
      content_url: `/api/v1/tickets/${String(row["ticket_id"])}/attachments/${String(row["id"])}/content`,
    })),
  calculated: ["content_url"],
  schemas: { content_url: Type.String() },
  sort: "created_at",
});

function listResource(table: ListTable, { create, update, remove }: ListActions): Resource {
  return resource({ type: table.name, table, permission, create, update, remove, sort: "sort_order" });
}

export const listResources: readonly Resource[] = [
  listResource(ticketQueues, queueActions),
  listResource(ticketStatuses, statusActions),
  listResource(ticketPriorities, priorityActions),
  listResource(ticketTypes, typeActions),
  listResource(ticketCategories, categoryActions),
];
