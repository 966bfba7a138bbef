import type { Migration } from "../src/platform/database/migrator.ts";

/** Second factors, passkeys, the steps between a password and a session, refresh tokens. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      totp_factors: {
        isRecord: true,
        columns: {
          user_id: "uuid -> users",
          secret_sealed: "text",
          confirmed_at: "instant?",
          last_used_step: "integer?",
          last_used_at: "instant?",
        },
        unique: [["user_id"]],
      },
      recovery_codes: {
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          user_id: "uuid -> users",
          code_hash: "text",
          created_at: "instant",
          used_at: "instant?",
        },
        indexes: [["user_id"]],
      },
      passkeys: {
        isRecord: true,
        columns: {
          user_id: "uuid -> users",
          name: "text",
          credential_id: "text",
          public_key: "text",
          sign_count: "integer = 0",
          transports: "json = []",
          is_backed_up: "boolean = false",
          last_used_at: "instant?",
        },
        unique: [["credential_id"]],
        indexes: [["user_id"]],
      },
      passkey_challenges: {
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          user_id: "uuid? -> users",
          challenge: "text",
          purpose: "text",
          created_at: "instant",
          expires_at: "instant",
          used_at: "instant?",
        },
        indexes: [["expires_at"]],
      },
      sign_in_challenges: {
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          user_id: "uuid -> users",
          token_hash: "text",
          signed_in_with: "text",
          session_kind: "text",
          device_hash: "text?",
          created_at: "instant",
          expires_at: "instant",
          second_factor_at: "instant?",
          used_at: "instant?",
        },
        unique: [["token_hash"]],
        indexes: [["expires_at"]],
      },
      refresh_tokens: {
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          session_id: "uuid -> sessions",
          token_hash: "text",
          created_at: "instant",
          used_at: "instant?",
          replaced_by_id: "uuid?",
        },
        unique: [["token_hash"]],
        indexes: [["session_id"]],
      },
    });
    await schema.addColumns("roles", { is_mfa_required: "boolean = false" });
  },
};
