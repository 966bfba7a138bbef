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
  },
};
