import type { Migration } from "../src/platform/database/migrator.ts";

/** How an organization looks to its clients. */
export const migration: Migration = {
  up: (schema) => schema.addColumns("organizations", { brand_color: "text?", portal_welcome: "text?" }),
};
