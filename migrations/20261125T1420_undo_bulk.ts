import type { Migration } from "../src/platform/database/migrator.ts";

/** What can be taken back, and what was done to many records at once. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      undo_offers: {
        columns: {
          id: "uuid",
          user_id: "uuid -> users",
          action_name: "text",
          action_input: "json",
          expected_tags: "json?",
          created_at: "instant",
          expires_at: "instant",
          used_at: "instant?",
        },
        primaryKey: ["id"],
        indexes: [["expires_at"]],
      },
      bulk_runs: {
        isRecord: true,
        columns: {
          user_id: "uuid -> users",
          title: "text",
          list_key: "text?",
          choice_key: "text?",
          action_name: "text",
          action_input: "json",
          permissions: "json",
          run_state: "text",
          total_count: "integer",
          done_count: "integer = 0",
          skipped_count: "integer = 0",
          failed_count: "integer = 0",
          started_at: "instant?",
          seen_at: "instant?",
          finished_at: "instant?",
          undone_at: "instant?",
        },
        indexes: [["user_id"], ["run_state"]],
      },
      bulk_items: {
        columns: {
          run_id: "uuid -> bulk_runs",
          item_number: "integer",
          entity_id: "uuid",
          label: "text",
          outcome: "text",
          reason: "text",
          reverse: "json?",
        },
        primaryKey: ["run_id", "item_number"],
        indexes: [["run_id", "outcome"]],
      },
    });
  },
};
