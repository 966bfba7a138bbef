import type { Migration } from "../src/platform/database/migrator.ts";

/** Modules that an organization does without. */
export const migration: Migration = {
  up: (schema) => schema.addColumns("organizations", { disabled_modules: "json = []" }),
};
