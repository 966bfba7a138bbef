import type { Migration } from "../src/platform/database/migrator.ts";

/** Which version of a record was looked at when it was chosen for a bulk change. */
export const migration: Migration = {
  up: (schema) => schema.addColumns("bulk_items", { version: "integer?" }),
};
