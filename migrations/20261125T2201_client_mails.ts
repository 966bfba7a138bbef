import type { Migration } from "../src/platform/database/migrator.ts";

/** Which mails about their tickets a contact wants, and where a mail says how to get no more of its kind. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("contacts", { is_receipt_mailed: "boolean = true", is_reply_mailed: "boolean = true" });
    await schema.addColumns("mails", { unsubscribe_url: "text?" });
  },
};
