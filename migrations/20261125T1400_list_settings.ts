import type { Migration } from "../src/platform/database/migrator.ts";

/** How a person likes each list: its columns, and the view it opens with. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      list_settings: {
        columns: { user_id: "uuid -> users", list_key: "text", shown_columns: "json?", default_view: "text?" },
        primaryKey: ["user_id", "list_key"],
      },
    });
  },
};
