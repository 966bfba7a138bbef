import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * The charges of an invoice: what a billing run compares with, and few among lines that are mostly for time.
 */
export const migration: Migration = {
  up: async (schema) => {
    await schema.run(
      `create index invoice_lines_charges on invoice_lines (tenant_id, invoice_id) where billing_key is not null`,
    );
  },
};
