import type { Migration } from "../src/platform/database/migrator.ts";

/** CSV imports, row by row, so that each batch can be undone. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      import_batches: {
        isRecord: true,
        columns: {
          file_name: "text",
          file_id: "uuid -> files",
          import_target: "text",
          import_source: "text",
          import_mode: "text",
          import_status: "text",
          mapping: "json = {}",
          summary: "json = {}",
          created_by_id: "uuid? -> users",
          applied_at: "instant?",
          undone_at: "instant?",
        },
        indexes: [["created_at"]],
      },
      import_rows: {
        isRecord: true,
        columns: {
          batch_id: "uuid -> import_batches",
          line: "integer",
          entity_type: "text",
          entity_id: "uuid",
          row_outcome: "text",
          previous_values: "json?",
          version_after: "integer",
        },
        indexes: [["batch_id", "line"]],
      },
      external_ids: {
        primaryKey: ["external_source", "entity_type", "external_id"],
        columns: {
          external_source: "text",
          entity_type: "text",
          external_id: "text",
          entity_id: "uuid",
          batch_id: "uuid? -> import_batches",
        },
        indexes: [["entity_type", "entity_id"]],
      },
    });
  },
};
