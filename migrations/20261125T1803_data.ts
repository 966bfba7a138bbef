import type { Migration } from "../src/platform/database/migrator.ts";

/** Imports of long files go on after a restart; what an import made is told apart in the log of events. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("import_batches", {
      done_rows: "integer = 0",
      total_rows: "integer = 0",
      lease_until: "instant?",
    });
    await schema.addColumns("events", { import_batch_id: "uuid?" });
  },
};
