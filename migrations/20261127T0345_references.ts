import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * References that deleting, merging and filters look at. Some had no index: to delete one contact was to read all notes, to
 * sweep 500 files to read every attachment 500 times. Those that a list of tickets is narrowed by stand in the list's
 * order, or SQLite finds nearly all tickets by their queue and sorts them for the first fifty.
 */
const narrowing = ["queue_id", "status_id", "type_id", "category_id", "team_id"];

/** Empty for most rows: only the others stand in the index. */
const sparse = [
  ["tickets", "site_id"],
  ["tickets", "subcategory_id"],
  ["ticket_notes", "contact_id"],
  ["time_entries", "note_id"],
  ["invoices", "billing_contact_id"],
] as const;

export const migration: Migration = {
  up: async (schema) => {
    await schema.run("drop index tickets_queue_id");
    await schema.run("drop index tickets_status_id");
    for (const column of narrowing)
      await schema.run(
        `create index tickets_by_${column.replace("_id", "")} on tickets (tenant_id, ${column}, updated_at, id)`,
      );
    for (const [table, column] of sparse)
      await schema.run(
        `create index ${table}_${column} on ${table} (tenant_id, ${column}) where ${column} is not null`,
      );
    await schema.run("create index time_entries_work_type_id on time_entries (tenant_id, work_type_id)");
    for (const table of ["ticket_attachments", "record_attachments", "mail_attachments"])
      await schema.run(`create index ${table}_file_id on ${table} (tenant_id, file_id)`);
  },
};
