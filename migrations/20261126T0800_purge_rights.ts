import type { Migration } from "../src/platform/database/migrator.ts";

/** What empties an organization runs in the owner's name: the serving role calls it, and no other role of the server. */
export const migration: Migration = {
  up: (schema) => schema.secureFunction("purge_tenant_rows(text, uuid, integer)"),
};
