import type { Migration } from "../src/platform/database/migrator.ts";

/** Where a record went that turned out to be another one's double. */
export const migration: Migration = {
  up: async (schema) => {
    for (const table of ["companies", "contacts", "sites"])
      await schema.addColumns(table, { merged_into_id: `uuid? -> ${table}` });
  },
};
