import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * Orders in which programs page through much, and that nothing gave: what the API's lists open with, and, of what keeps
 * changing, what has changed since. Each page sorted the whole table: 305,000 notes for the first 25.
 */
export const migration: Migration = {
  up: async (schema) => {
    const add = (table: string, name: string, column: string): Promise<void> =>
      schema.run(`create index ${table}_${name} on ${table} (tenant_id, ${column}, id)`);
    await add("ticket_notes", "by_age", "created_at");
    await add("ticket_notes", "by_change", "updated_at");
    await add("ticket_attachments", "by_age", "created_at");
    await add("time_entries", "by_change", "updated_at");
    await add("invoices", "by_change", "updated_at");
    await add("payments", "by_date", "payment_date");
    await add("record_notes", "by_age", "created_at");
    await add("record_attachments", "by_age", "created_at");
    await add("interactions", "by_time", "occurred_at");
    await add("mails", "by_age", "created_at");
    await add("webhook_attempts", "by_time", "attempted_at");
    await add(
      "contacts",
      "by_last_name",
      schema.dialect === "sqlite" ? "last_name collate nocase" : "lower(last_name)",
    );
  },
};
