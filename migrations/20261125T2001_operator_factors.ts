import type { Migration } from "../src/platform/database/migrator.ts";

/** A second factor for operators: the app's secret, recovery codes, and the step between a password and a session. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("operators", {
      totp_sealed: "text?",
      totp_confirmed_at: "instant?",
      totp_last_step: "integer?",
    });
    await schema.createTables({
      operator_recovery_codes: {
        isPlatform: true,
        primaryKey: ["id"],
        columns: { id: "uuid", operator_id: "uuid", code_hash: "text", created_at: "instant", used_at: "instant?" },
        indexes: [["operator_id"]],
      },
      operator_challenges: {
        isPlatform: true,
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          operator_id: "uuid",
          token_hash: "text",
          is_setup: "boolean",
          created_at: "instant",
          expires_at: "instant",
          used_at: "instant?",
        },
        unique: [["token_hash"]],
      },
    });
  },
};
