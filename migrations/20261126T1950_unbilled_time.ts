import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * A company's work that no invoice has yet: its page sums that up, and it is little among all that was ever done for it. The
 * sum is read from the index alone.
 */
export const migration: Migration = {
  up: async (schema) => {
    await schema.run(
      `create index time_entries_unbilled on time_entries
         (tenant_id, company_id, billing_status, is_billable, duration_minutes)`,
    );
  },
};
