import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * A company's open tickets, last changed first: its page shows and counts them, and they are few among all that it ever had.
 */
export const migration: Migration = {
  up: async (schema) => {
    await schema.run(
      `create index tickets_open_by_company on tickets (tenant_id, company_id, updated_at) where closed_at is null`,
    );
  },
};
