import type { Migration } from "../src/platform/database/migrator.ts";

/** Views of lists that people save, for themselves or for everybody. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      saved_views: {
        isRecord: true,
        columns: {
          list_key: "text",
          name: "text",
          view_query: "text = ",
          user_id: "uuid -> users",
          is_shared: "boolean = false",
          is_pinned: "boolean = true",
        },
        indexes: [["list_key"], ["user_id"]],
      },
    });
  },
};
