import type { Migration } from "../src/platform/database/migrator.ts";

/** An idempotency key says which process works on its request, so that a dead one keeps nobody waiting. */
export const migration: Migration = {
  up: (schema) => schema.addColumns("idempotency_keys", { claimed_by: "text?" }),
};
