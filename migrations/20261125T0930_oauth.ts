import type { Migration } from "../src/platform/database/migrator.ts";

/** Apps of others: clients, what people allow them, codes and tokens. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      oauth_clients: {
        isRecord: true,
        columns: {
          name: "text",
          description: "text = ",
          is_confidential: "boolean = true",
          redirect_uris: "json = []",
          scopes: "json = []",
          is_service: "boolean = false",
          service_user_id: "uuid? -> users",
          secret_hash: "text?",
          secret_hint: "text?",
          last_used_at: "instant?",
          revoked_at: "instant?",
        },
      },
      oauth_grants: {
        isRecord: true,
        columns: {
          client_id: "uuid -> oauth_clients",
          user_id: "uuid? -> users",
          scopes: "json = []",
          last_used_at: "instant?",
          revoked_at: "instant?",
        },
        indexes: [["client_id"], ["user_id"]],
      },
      oauth_codes: {
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          grant_id: "uuid -> oauth_grants",
          code_hash: "text",
          redirect_uri: "text",
          code_challenge: "text",
          created_at: "instant",
          expires_at: "instant",
          used_at: "instant?",
        },
        unique: [["code_hash"]],
        indexes: [["expires_at"]],
      },
      oauth_tokens: {
        primaryKey: ["id"],
        columns: {
          id: "uuid",
          grant_id: "uuid -> oauth_grants",
          scopes: "json",
          token_hash: "text",
          expires_at: "instant",
          refresh_hash: "text?",
          refresh_expires_at: "instant?",
          created_at: "instant",
          used_at: "instant?",
          revoked_at: "instant?",
        },
        unique: [["token_hash"], ["refresh_hash"]],
        indexes: [["grant_id"], ["expires_at"]],
      },
    });
  },
};
