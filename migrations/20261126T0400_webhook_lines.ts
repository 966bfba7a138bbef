import type { Migration } from "../src/platform/database/migrator.ts";

/** Each webhook has a line of its own: what is due for one is found without reading what was sent, or what waits for others. */
export const migration: Migration = {
  up: (schema) =>
    schema.run(
      "create index webhook_deliveries_line on webhook_deliveries (tenant_id, webhook_endpoint_id, delivery_status, next_attempt_at)",
    ),
};
