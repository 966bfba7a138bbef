import { Type } from "@sinclair/typebox";
import { reach } from "../../platform/access/reach.ts";
import { definitionsOf } from "../../platform/custom-fields/definitions.ts";
import type { Table } from "../../platform/database/columns.ts";
import type { Ctx } from "../../platform/context.ts";
import { resource, type Resource } from "../../platform/resource.ts";
import { invoiceLines, invoices } from "../billing/index.ts";
import { companies } from "../companies/index.ts";
import { ticketAttachments, ticketNotes, tickets } from "../tickets/index.ts";
import { newsAt } from "./queries.ts";
import { ticketBadge } from "./rules.ts";

/** The same records as the staff's API has, with the few columns that are a client's business; all others stay unknown. */
function clientResource(table: Table, type: string, shown: readonly string[], given: Partial<Resource> = {}): Resource {
  const hidden = new Set(Object.keys(table.columns).filter((name) => !shown.includes(name)));
  return resource({
    type,
    path: `portal/${type.replaceAll("_", "-")}`,
    table,
    permission: null,
    audience: "portal",
    hidden,
    sort: "-created_at",
    ...given,
  });
}

type Rows = readonly Record<string, unknown>[];

/** The state under the name that is meant for clients. */
async function statesOf(ctx: Ctx, rows: Rows): Promise<Record<string, unknown>[]> {
  const statuses = await ctx.db
    .selectFrom("ticket_statuses")
    .select(["id", "name", "portal_name", "is_closed", "waiting_on"])
    .execute();
  return rows.map((row) => {
    const status = statuses.find((one) => one.id === row["status_id"]);
    return { status: status === undefined ? "" : ticketBadge(status).text, is_closed: status?.is_closed ?? false };
  });
}

/** When there was last anything that clients can see; when the team changed a ticket, or how often, is none of their business. */
async function newsOf(ctx: Ctx, rows: Rows): Promise<Map<string, string>> {
  if (rows.length === 0) return new Map();
  const ids = rows.map((row) => String(row["id"]));
  const found = await reach(ctx, "tickets")
    .select(["tickets.id", newsAt.as("news_at")])
    .where("tickets.id", "in", ids)
    .execute();
  return new Map(found.map(({ id, news_at }) => [id, news_at]));
}

export const ticketResource = clientResource(
  tickets,
  "tickets",
  ["ticket_number", "title", "description", "company_id", "contact_id", "priority_id", "closed_at", "created_at"],
  {
    extend: async (ctx: Ctx, rows: Rows) => {
      const [states, news] = await Promise.all([statesOf(ctx, rows), newsOf(ctx, rows)]);
      const fields = (await definitionsOf(ctx, "tickets")).filter((field) => field.is_portal_visible);
      return rows.map((row, index) => ({
        ...states[index],
        news_at: news.get(String(row["id"])) ?? row["created_at"],
        custom_fields: Object.fromEntries(
          fields.flatMap(({ field_key }) => {
            const value = (row["custom_fields"] as Record<string, unknown>)[field_key];
            return value === undefined ? [] : [[field_key, value]];
          }),
        ),
      }));
    },
    calculated: ["status", "is_closed", "custom_fields", "news_at"],
    schemas: {
      status: Type.String(),
      is_closed: Type.Boolean(),
      news_at: Type.String({
        format: "date-time",
        description: "When there was last anything on it that its client can see: asked, answered or closed.",
      }),
    },
  },
);

export const noteResource = clientResource(
  ticketNotes,
  "ticket_notes",
  ["ticket_id", "note_type", "content", "created_at", "updated_at"],
  { sort: "created_at", address: null },
);

export const attachmentResource = clientResource(
  ticketAttachments,
  "ticket_attachments",
  ["ticket_id", "note_id", "file_name", "file_size", "mime_type", "created_at"],
  {
    sort: "created_at",
    address: null,
    extend: async (_: Ctx, rows: Rows) =>
      rows.map((row) => ({
        content_url: `/api/v1/portal/tickets/${String(row["ticket_id"])}/attachments/${String(row["id"])}/content`,
      })),
    calculated: ["content_url"],
    schemas: { content_url: Type.String() },
  },
);

export const invoiceResource = clientResource(
  invoices,
  "invoices",
  [
    "invoice_number",
    "company_id",
    "status",
    "invoice_date",
    "due_date",
    "payment_terms",
    "subtotal",
    "tax_name",
    "tax_percent",
    "tax_amount",
    "discount_amount",
    "total",
    "amount_paid",
    "balance_due",
    "currency",
    "notes",
    "po_number",
    "sent_at",
    "paid_at",
    "created_at",
    "updated_at",
  ],
  { sort: "-invoice_date" },
);

export const lineResource = clientResource(
  invoiceLines,
  "invoice_lines",
  ["invoice_id", "line_type", "description", "quantity", "unit_price", "total", "currency", "sort_order"],
  { sort: "sort_order", address: null },
);

export const companyResource = clientResource(
  companies,
  "companies",
  ["name", "phone", "website", "address", "billing_address", "tax_id", "currency", "payment_terms"],
  { address: () => "/api/v1/portal/company" },
);
