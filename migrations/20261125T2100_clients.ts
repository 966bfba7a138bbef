import type { Migration } from "../src/platform/database/migrator.ts";

/** Who changed a note last; and pairs of records of which somebody said that they are not the same. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("record_notes", { edited_at: "instant?", edited_by_id: "uuid? -> users" });
    await schema.createTables({
      distinct_pairs: {
        isRecord: true,
        columns: { entity_type: "text", first_id: "uuid", second_id: "uuid", created_by_id: "uuid? -> users" },
        unique: [["entity_type", "first_id", "second_id"]],
      },
    });
  },
};
