import type { Migration } from "../src/platform/database/migrator.ts";

/** What new records of an organization start with. */
export const migration: Migration = {
  up: (schema) => schema.addColumns("organizations", { default_values: "json = {}" }),
};
