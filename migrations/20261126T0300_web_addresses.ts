import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * Websites are kept as addresses: those that were typed without it get their https://. What is no address stays as it is and
 * is shown as a text, until somebody puts it right.
 */
export const migration: Migration = {
  up: async (schema) => {
    await schema.run(
      `update companies set website = 'https://' || website
       where length(website) <= 290 and website like '%_._%' and website not like '%:%' and website not like '%@%' and website not like '% %'`,
    );
  },
};
