import type { Migration } from "../src/platform/database/migrator.ts";

/** From where an API key was refused, so that each address is told of once. */
export const migration: Migration = {
  up: (schema) => schema.addColumns("api_keys", { refused_ips: "json = []" }),
};
