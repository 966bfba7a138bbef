import type { Migration } from "../src/platform/database/migrator.ts";

/** How a person likes the pages: language, theme, density, keyboard. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("users", {
      language: "text?",
      theme: "text = system",
      density: "text = comfortable",
      is_shortcuts_on: "boolean = true",
    });
  },
};
