import type { Migration } from "../src/platform/database/migrator.ts";

/** Passkeys of operators, in the shape of the organizations' own: one code reads both. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      operator_passkeys: {
        isPlatform: true,
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          user_id: "uuid",
          name: "text",
          credential_id: "text",
          public_key: "text",
          sign_count: "integer",
          transports: "json",
          is_backed_up: "boolean",
          created_at: "instant",
          last_used_at: "instant?",
        },
        unique: [["credential_id"]],
        indexes: [["user_id"]],
      },
      operator_passkey_challenges: {
        isPlatform: true,
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          user_id: "uuid?",
          challenge: "text",
          purpose: "text",
          created_at: "instant",
          expires_at: "instant",
          used_at: "instant?",
        },
        indexes: [["expires_at"]],
      },
    });
  },
};
