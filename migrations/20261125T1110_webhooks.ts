import type { Migration } from "../src/platform/database/migrator.ts";

/** Webhooks: where they go, what is sent, and each attempt at it. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      webhook_endpoints: {
        isRecord: true,
        columns: {
          url: "text",
          description: "text = ",
          is_active: "boolean = true",
          is_all_events: "boolean = false",
          event_names: "json = []",
          secret_sealed: "text",
          previous_secret_sealed: "text?",
          previous_secret_until: "instant?",
          failing_since: "instant?",
          disabled_at: "instant?",
          disabled_reason: "text = ",
        },
      },
      webhook_deliveries: {
        isRecord: true,
        columns: {
          webhook_endpoint_id: "uuid -> webhook_endpoints",
          event_id: "uuid",
          event_name: "text",
          body: "text",
          delivery_status: "text",
          attempts: "integer = 0",
          next_attempt_at: "instant?",
          claim_token: "text?",
          lease_until: "instant?",
          delivered_at: "instant?",
          response_status: "integer?",
          last_error: "text = ",
        },
        unique: [["webhook_endpoint_id", "event_id"]],
        indexes: [["delivery_status", "next_attempt_at"], ["created_at"]],
      },
      webhook_attempts: {
        isRecord: true,
        columns: {
          webhook_delivery_id: "uuid -> webhook_deliveries",
          attempted_at: "instant",
          duration_milliseconds: "integer",
          response_status: "integer?",
          response_body: "text = ",
          problem: "text = ",
        },
        indexes: [["webhook_delivery_id", "attempted_at"]],
      },
    });
  },
};
