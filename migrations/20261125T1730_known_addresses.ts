import type { Migration } from "../src/platform/database/migrator.ts";

/** Where an API key was used from, so that a new address is noticed. */
export const migration: Migration = {
  up: (schema) => schema.addColumns("api_keys", { known_ips: "json = []" }),
};
