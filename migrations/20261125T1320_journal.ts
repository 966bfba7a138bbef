import type { Migration } from "../src/platform/database/migrator.ts";

const ofWhat = { company_id: "uuid? -> companies", contact_id: "uuid? -> contacts", site_id: "uuid? -> sites" };
const ofWhatIndexes = [["company_id"], ["contact_id"], ["site_id"]];

/** Notes and files on clients, and what was talked about with them. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      record_notes: {
        isRecord: true,
        columns: {
          ...ofWhat,
          content: "text",
          is_pinned: "boolean = false",
          is_alert: "boolean = false",
          created_by_id: "uuid? -> users",
        },
        indexes: ofWhatIndexes,
      },
      record_attachments: {
        isRecord: true,
        columns: {
          ...ofWhat,
          file_id: "uuid -> files",
          file_name: "text",
          file_size: "integer",
          mime_type: "text",
          storage_path: "text",
          uploaded_by_id: "uuid? -> users",
        },
        indexes: ofWhatIndexes,
      },
      interactions: {
        isRecord: true,
        columns: {
          company_id: "uuid -> companies",
          contact_id: "uuid? -> contacts",
          interaction_type: "text",
          direction: "text?",
          subject: "text",
          content: "text = ",
          occurred_at: "instant",
          duration_minutes: "integer?",
          created_by_id: "uuid? -> users",
        },
        indexes: [
          ["company_id", "occurred_at"],
          ["contact_id", "occurred_at"],
        ],
      },
      interaction_participants: {
        columns: {
          id: "uuid",
          interaction_id: "uuid -> interactions",
          contact_id: "uuid? -> contacts",
          user_id: "uuid? -> users",
        },
        primaryKey: ["id"],
        indexes: [["interaction_id"], ["contact_id"]],
      },
    });
  },
};
