import { col, defaulted, readOnly, record, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

const readPermission = "companies.read";

/**
 * What a note or a file hangs on: exactly one of these is set. Each kind of record has a column of its own, so that the
 * database itself holds the reference; another kind is one more column here, and its line in `subjects.ts`.
 */
const ofWhat = {
  company_id: col.maybe.ref("companies", { label: "Company" }),
  contact_id: col.maybe.ref("contacts", { label: "Contact" }),
  site_id: col.maybe.ref("sites", { label: "Site" }),
};

/** What the team writes down about a client (PRD 3.3.1). Clients never see it. */
export const recordNotes = table(
  "record_notes",
  {
    ...record,
    ...ofWhat,
    /** Rich text as sanitized HTML. */
    content: col.text({ maxLength: 200_000, label: "Note", isHtml: true }),
    /** Stands at the top of the page. */
    is_pinned: defaulted(col.boolean({ label: "Pinned" }), false),
    /** Said on each of the client's tickets: "No remote access without a call first". */
    is_alert: defaulted(col.boolean({ label: "Alert" }), false),
    created_by_id: readOnly(col.maybe.ref("users", { label: "Written by" })),
    /** When what it says was last changed, and by whom; what it said before stands in the audit log. */
    edited_at: readOnly(col.maybe.instant({ label: "Edited" })),
    edited_by_id: readOnly(col.maybe.ref("users", { label: "Edited by" })),
  },
  { noun: "note", readPermission },
);

export const recordAttachments = table(
  "record_attachments",
  {
    ...record,
    company_id: readOnly(ofWhat.company_id),
    contact_id: readOnly(ofWhat.contact_id),
    site_id: readOnly(ofWhat.site_id),
    file_id: readOnly(col.ref("files")),
    file_name: readOnly(col.text()),
    file_size: readOnly(col.integer()),
    mime_type: readOnly(col.text()),
    /** The hash under which the bytes are stored. */
    storage_path: readOnly(col.text()),
    uploaded_by_id: readOnly(col.maybe.ref("users")),
  },
  { noun: "attachment", readPermission },
);

export const interactionTypes = ["call", "meeting", "mail", "other"] as const;

/** A call, a meeting or a mail that somebody wrote down. Mails that Purser sends stand beside these by themselves. */
export const interactions = table(
  "interactions",
  {
    ...record,
    company_id: col.ref("companies", { label: "Company" }),
    /** Who it was with, above all; further people are participants. */
    contact_id: col.maybe.ref("contacts", { label: "Contact" }),
    interaction_type: defaulted(col.enum(interactionTypes, { label: "Kind" }), "call" as const),
    direction: col.maybe.enum(["inbound", "outbound"] as const, { label: "Direction" }),
    subject: col.text({ maxLength: 300 }),
    /** Rich text as sanitized HTML. */
    content: defaulted(col.text({ maxLength: 200_000, label: "What was said", isHtml: true }), ""),
    occurred_at: col.instant({ label: "When" }),
    duration_minutes: col.maybe.integer({ label: "Minutes" }),
    created_by_id: readOnly(col.maybe.ref("users", { label: "Written by" })),
  },
  { noun: "interaction", readPermission },
);

/** Who took part: a contact of the client or somebody of the team. */
export const interactionParticipants = table(
  "interaction_participants",
  {
    id: defaulted(readOnly(col.id()), ""),
    tenant_id: defaulted(readOnly(col.id()), ""),
    interaction_id: col.ref("interactions"),
    contact_id: col.maybe.ref("contacts"),
    user_id: col.maybe.ref("users"),
  },
  { isAudited: false, readPermission },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    record_notes: TableType<typeof recordNotes>;
    record_attachments: TableType<typeof recordAttachments>;
    interactions: TableType<typeof interactions>;
    interaction_participants: TableType<typeof interactionParticipants>;
  }
}
