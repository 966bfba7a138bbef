import type { Migration } from "../src/platform/database/migrator.ts";

/** What clients' roles are for, in the word that clients read: requests. A description that somebody has changed stays. */
export const migration: Migration = {
  up: async (schema) => {
    const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
    const reword = (key: string, before: string, after: string): Promise<void> =>
      schema.run(
        `update roles set description = ${quoted(after)} where role_key = '${key}' and description = ${quoted(before)}`,
      );
    await reword(
      "client_admin",
      "All of the company's tickets and invoices, and who of its people may use the portal.",
      "All of the company's requests and invoices, and who of its people may use the portal.",
    );
    await reword("client_user", "The person's own tickets.", "The person's own requests.");
  },
};
