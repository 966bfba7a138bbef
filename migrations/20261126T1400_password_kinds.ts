import type { Migration } from "../src/platform/database/migrator.ts";

/** How many kinds of characters a password needs, for those whose insurer or customer asks for it. */
export const migration: Migration = {
  up: (schema) => schema.addColumns("sign_in_settings", { min_character_kinds: "integer = 1" }),
};
