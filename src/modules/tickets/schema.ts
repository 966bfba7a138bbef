import { Type } from "@sinclair/typebox";
import { col, customFields, defaulted, readOnly, record, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

const sortOrder = defaulted(col.integer({ label: "Position" }), 0);
const isDefault = defaulted(col.boolean({ label: "Standard" }), false);
const readPermission = "tickets.read";

/** A board on which tickets stand. */
export const ticketQueues = table(
  "ticket_queues",
  {
    ...record,
    name: col.text({ maxLength: 80 }),
    description: defaulted(col.text({ maxLength: 1000 }), ""),
    is_default: isDefault,
    sort_order: sortOrder,
    archived_at: readOnly(col.maybe.instant()),
  },
  { noun: "queue", readPermission, isConfiguration: true },
);

/** A state that a ticket can be in; it says who moves next and whether the clock runs. */
export const ticketStatuses = table(
  "ticket_statuses",
  {
    ...record,
    name: col.text({ maxLength: 60 }),
    color: col.text({ format: "color", label: "Colour" }),
    is_closed: defaulted(col.boolean({ label: "Closes the ticket" }), false),
    is_default: isDefault,
    sort_order: sortOrder,
    waiting_on: defaulted(
      col.enum(["us", "client", "vendor", "nobody"] as const, { label: "Who moves next" }),
      "us" as const,
    ),
    is_clock_running: defaulted(col.boolean({ label: "The SLA clock runs" }), true),
    /** What clients read instead of the name. */
    portal_name: col.maybe.text({ maxLength: 60, label: "Name in the portal" }),
    /** Which statuses may follow; none: all. */
    next_status_ids: defaulted(
      readOnly(col.json<string[]>({ label: "May be followed by", shape: Type.Array(Type.String({ format: "uuid" })) })),
      [],
    ),
  },
  { noun: "status", readPermission, isConfiguration: true },
);

export const ticketPriorities = table(
  "ticket_priorities",
  {
    ...record,
    name: col.text({ maxLength: 60 }),
    color: col.text({ format: "color", label: "Colour" }),
    sla_multiplier: defaulted(col.decimal({ label: "SLA multiplier" }), "1"),
    is_default: isDefault,
    sort_order: sortOrder,
  },
  { noun: "priority", readPermission, isConfiguration: true },
);

export const ticketTypes = table(
  "ticket_types",
  {
    ...record,
    name: col.text({ maxLength: 60 }),
    description: defaulted(col.text({ maxLength: 1000 }), ""),
    /** What tickets of the type begin with, unless something else is said. */
    default_queue_id: col.maybe.ref("ticket_queues", { label: "Queue of new tickets" }),
    default_priority_id: col.maybe.ref("ticket_priorities", { label: "Priority of new tickets" }),
    default_team_id: col.maybe.ref("teams", { label: "Team of new tickets" }),
    is_default: isDefault,
    sort_order: sortOrder,
    archived_at: readOnly(col.maybe.instant()),
  },
  { noun: "type", readPermission, isConfiguration: true },
);

export const ticketCategories = table(
  "ticket_categories",
  {
    ...record,
    name: col.text({ maxLength: 80 }),
    parent_category_id: col.maybe.ref("ticket_categories", { label: "Parent category" }),
    sort_order: sortOrder,
    archived_at: readOnly(col.maybe.instant()),
  },
  { noun: "category", readPermission, isConfiguration: true },
);

const ticketSources = ["portal", "email", "phone", "api", "chat", "rmm"] as const;
const billingStatuses = ["not_billed", "ready_to_bill", "billed"] as const;

/** Something a client needs done (PRD 3.4.2). `actual_hours` and `tags` are calculated. */
export const tickets = table(
  "tickets",
  {
    ...record,
    /** Given when the ticket is opened: a plain number, counted up. */
    ticket_number: readOnly(col.text({ label: "Number" })),
    title: col.text({ maxLength: 300 }),
    /** Rich text as sanitized HTML. */
    description: defaulted(col.text({ maxLength: 200_000, isHtml: true }), ""),
    status_id: col.ref("ticket_statuses", { label: "Status" }),
    priority_id: col.ref("ticket_priorities", { label: "Priority" }),
    type_id: col.maybe.ref("ticket_types", { label: "Type" }),
    category_id: col.maybe.ref("ticket_categories", { label: "Category" }),
    subcategory_id: col.maybe.ref("ticket_categories", { label: "Subcategory" }),
    source: defaulted(col.enum(ticketSources, { isDefaultable: true }), "phone" as const),
    company_id: col.ref("companies", { label: "Company" }),
    contact_id: col.maybe.ref("contacts", { label: "Contact" }),
    site_id: col.maybe.ref("sites", { label: "Site" }),
    assigned_to_id: col.maybe.ref("users", { label: "Assigned to" }),
    team_id: col.maybe.ref("teams", { label: "Team" }),
    queue_id: col.ref("ticket_queues", { label: "Queue" }),
    parent_ticket_id: col.maybe.ref("tickets", { label: "Parent ticket" }),
    contract_id: col.maybe.ref("contracts", { label: "Contract" }),
    asset_id: readOnly(col.maybe.id({ label: "Asset" })),
    sla_id: readOnly(col.maybe.id({ label: "SLA policy" })),
    sla_due_date: readOnly(col.maybe.instant({ label: "SLA due" })),
    first_response_due: readOnly(col.maybe.instant()),
    first_response_at: readOnly(col.maybe.instant()),
    resolution_due: readOnly(col.maybe.instant()),
    resolved_at: readOnly(col.maybe.instant()),
    closed_at: readOnly(col.maybe.instant()),
    scheduled_start: col.maybe.instant(),
    scheduled_end: col.maybe.instant(),
    estimated_hours: col.maybe.decimal(),
    is_billable: defaulted(col.boolean({ label: "Billable", isDefaultable: true }), true),
    billing_status: readOnly(defaulted(col.enum(billingStatuses), "not_billed" as const)),
    custom_fields: customFields(),
    created_by_id: readOnly(col.maybe.ref("users", { label: "Opened by" })),
    /** When the client wrote last; later than the staff's last reply means that the client waits. */
    last_client_reply_at: readOnly(col.maybe.instant()),
    last_staff_reply_at: readOnly(col.maybe.instant()),
  },
  { noun: "ticket", readPermission, companyColumn: "company_id" },
);

/** What somebody wrote on a ticket. Portal users see public and resolution notes only. */
export const ticketNotes = table(
  "ticket_notes",
  {
    ...record,
    ticket_id: readOnly(col.ref("tickets")),
    note_type: defaulted(col.enum(["internal", "public", "resolution"] as const), "internal" as const),
    /** Rich text as sanitized HTML. */
    content: col.text({ maxLength: 200_000, isHtml: true }),
    is_email_sent: defaulted(readOnly(col.boolean()), false),
    created_by_id: readOnly(col.maybe.ref("users", { label: "Written by" })),
    /** Somebody at the client who wrote it and has no account here. */
    contact_id: readOnly(col.maybe.ref("contacts", { label: "Contact" })),
    /** Who wrote it in another system, where that is nobody here. */
    author_name: readOnly(col.maybe.text({ maxLength: 200, label: "Author" })),
    /** The mail that carried this note to the contact. */
    mail_id: readOnly(col.maybe.ref("mails")),
  },
  { noun: "note", readPermission },
);

export const ticketAttachments = table(
  "ticket_attachments",
  {
    ...record,
    ticket_id: readOnly(col.ref("tickets")),
    note_id: readOnly(col.maybe.ref("ticket_notes")),
    file_id: readOnly(col.ref("files")),
    file_name: readOnly(col.text()),
    file_size: readOnly(col.integer()),
    mime_type: readOnly(col.text()),
    /** The hash under which the bytes are stored. */
    storage_path: readOnly(col.text()),
    uploaded_by_id: readOnly(col.maybe.ref("users")),
  },
  { noun: "attachment", readPermission, isSensitive: true },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    ticket_queues: TableType<typeof ticketQueues>;
    ticket_statuses: TableType<typeof ticketStatuses>;
    ticket_priorities: TableType<typeof ticketPriorities>;
    ticket_types: TableType<typeof ticketTypes>;
    ticket_categories: TableType<typeof ticketCategories>;
    tickets: TableType<typeof tickets>;
    ticket_notes: TableType<typeof ticketNotes>;
    ticket_attachments: TableType<typeof ticketAttachments>;
  }
}
