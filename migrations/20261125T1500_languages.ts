import type { Migration } from "../src/platform/database/migrator.ts";

/** The language of mails and invoices to a company, and of mails to a contact. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("companies", { language: "text?" });
    await schema.addColumns("contacts", { language: "text?" });
  },
};
