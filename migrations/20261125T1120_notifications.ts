import type { Migration } from "../src/platform/database/migrator.ts";

/** Notifications and who wants which of them (PRD 3.13.2). */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      notifications: {
        isRecord: true,
        columns: {
          user_id: "uuid? -> users",
          channel_type: "text",
          template_id: "uuid?",
          recipient: "text = ",
          subject: "text",
          body: "text = ",
          status: "text",
          error_message: "text?",
          sent_at: "instant?",
          delivered_at: "instant?",
          read_at: "instant?",
          event_type: "text",
          event_id: "uuid",
          link_path: "text = ",
        },
        indexes: [["user_id", "created_at"], ["created_at"]],
        unique: [["event_id", "user_id", "channel_type"]],
      },
      user_notification_preferences: {
        isRecord: true,
        columns: {
          user_id: "uuid -> users",
          event_type: "text",
          channel_types: "json = []",
          is_enabled: "boolean = true",
        },
        unique: [["user_id", "event_type"]],
      },
    });
  },
};
