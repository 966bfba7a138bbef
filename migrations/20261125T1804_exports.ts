import type { Migration } from "../src/platform/database/migrator.ts";

/** Archives of everything, asked for by an organization itself. */
export const migration: Migration = {
  up: (schema) =>
    schema.createTables({
      data_exports: {
        isRecord: true,
        columns: {
          export_status: "text",
          done_count: "integer = 0",
          total_count: "integer = 0",
          result_kb: "integer = 0",
          expires_at: "instant?",
          lease_until: "instant?",
          last_error: "text",
          created_by_id: "uuid? -> users",
        },
        indexes: [["created_at"]],
      },
    }),
};
