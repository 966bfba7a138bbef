import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * Indexes in the order that lists stand in, the id last: so a page is read off the index, however many rows there are. Open
 * tickets, which are few among all that there ever were, have one of their own.
 */
export const migration: Migration = {
  up: async (schema) => {
    const words = (column: string): string =>
      schema.dialect === "sqlite" ? `${column} collate nocase` : `lower(${column})`;
    const add = (table: string, name: string, columns: string[], where = ""): Promise<void> =>
      schema.run(`create index ${table}_${name} on ${table} (${["tenant_id", ...columns].join(", ")})${where}`);
    const replace = async (table: string, old: string, name: string, columns: string[]): Promise<void> => {
      await schema.run(`drop index ${table}_${old}`);
      await add(table, name, columns);
    };
    await replace("tickets", "updated_at", "by_change", ["updated_at", "id"]);
    await replace("tickets", "created_at", "by_age", ["created_at", "id"]);
    await replace("tickets", "contact_id", "by_contact", ["contact_id", "created_at"]);
    await add("tickets", "by_company", ["company_id", "created_at"]);
    await add("tickets", "by_title", [words("title"), "id"]);
    await add("tickets", "open_by_change", ["updated_at", "id"], " where closed_at is null");
    await add("tickets", "open_by_assignee", ["assigned_to_id"], " where closed_at is null");
    await add("tickets", "below", ["parent_ticket_id"], " where parent_ticket_id is not null");
    await add("companies", "by_name", [words("name"), "id"]);
    await add("contacts", "by_name", [words("first_name"), "id"]);
    await add("time_entries", "by_date", ["date", "id"]);
    await add("invoices", "by_date", ["invoice_date", "id"]);
    await add("invoices", "by_status", ["status", "due_date", "currency", "balance_due", "company_id"]);
    await add("mails", "to_whom", [schema.dialect === "sqlite" ? "lower(to_address)" : "to_address"]);
  },
};
