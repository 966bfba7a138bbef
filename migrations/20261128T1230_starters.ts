import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * Who began what goes on after its request, for bulk changes and imports alike. Bulk changes had the person and their
 * permissions; an import that is being worked on has to be gone on with by somebody, since nobody knows as whom it was begun.
 */
export const migration: Migration = {
  up: async (schema) => {
    for (const table of ["bulk_runs", "import_batches"]) await schema.addColumns(table, { starter: "json?" });
    const members = "'user_id', user_id, 'api_key_id', null, 'oauth_grant_id', null, 'grants'";
    const starter =
      schema.dialect === "sqlite"
        ? `json_object(${members}, json(permissions))`
        : `jsonb_build_object(${members}, permissions)`;
    await schema.run(`update bulk_runs set starter = ${starter}`);
    await schema.run("alter table bulk_runs drop column permissions");
  },
};
