import type { Migration } from "../src/platform/database/migrator.ts";

/** Operators' API keys may end by themselves, as those of the staff do. */
export const migration: Migration = {
  up: (schema) => schema.addColumns("operator_api_keys", { expires_at: "instant?" }),
};
