import type { Migration } from "../src/platform/database/migrator.ts";

/** What an organization asks of passwords and sessions; earlier passwords; what is known of a session's device. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      sign_in_settings: {
        isRecord: true,
        columns: {
          min_password_length: "integer = 12",
          password_history_count: "integer = 5",
          password_expiry_days: "integer = 0",
          is_breached_check_on: "boolean = true",
          session_idle_minutes: "integer = 20160",
          session_max_days: "integer = 90",
        },
      },
      password_history: {
        primaryKey: ["id"],
        columns: { id: "uuid", user_id: "uuid -> users", password_hash: "text", created_at: "instant" },
        indexes: [["user_id"]],
      },
    });
    await schema.addColumns("sessions", {
      session_kind: "text = browser",
      signed_in_with: "text = password",
      device_name: "text?",
      device_hash: "text?",
      ends_at: "instant?",
    });
  },
};
