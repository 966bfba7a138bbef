import type { Migration } from "../src/platform/database/migrator.ts";

/** What the `custom_fields` of records may hold. The values stay in the records themselves. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      custom_field_definitions: {
        isRecord: true,
        columns: {
          entity_type: "text",
          field_key: "text",
          label: "text",
          field_type: "text",
          is_required: "boolean = false",
          default_value: "text?",
          help_text: "text = ",
          choices: "json = []",
          section: "text = ",
          sort_order: "integer = 0",
          is_portal_visible: "boolean = false",
          archived_at: "instant?",
        },
        unique: [["entity_type", "field_key"]],
      },
    });
    // One index serves the equality of every field. SQLite has no such index; there each field gets its own when it is made.
    if (schema.dialect === "postgres") {
      for (const table of ["companies", "contacts", "tickets", "contracts"])
        await schema.run(`create index ${table}_custom_fields on ${table} using gin (custom_fields jsonb_path_ops)`);
    }
  },
};
