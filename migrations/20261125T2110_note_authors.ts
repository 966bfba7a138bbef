import type { Migration } from "../src/platform/database/migrator.ts";

/** Who wrote a note of a ticket where that is no account here: somebody at the client, or a name in another system. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("ticket_notes", { contact_id: "uuid? -> contacts", author_name: "text?" });
  },
};
