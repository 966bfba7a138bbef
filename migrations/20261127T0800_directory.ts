import type { Migration } from "../src/platform/database/migrator.ts";

/** Active Directory: the server, which of its groups have which role, and who of the staff is who there. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      directory_settings: {
        isRecord: true,
        columns: {
          host: "text",
          port: "integer = 636",
          security: "text = tls",
          ca_certificate: "text?",
          base_dn: "text",
          bind_name: "text",
          password_sealed: "text?",
          email_domains: "text",
          is_active: "boolean = true",
          synced_at: "instant?",
          sync_problem: "text = ",
          sync_result: "json?",
        },
        unique: [[]],
      },
      directory_groups: {
        primaryKey: ["role_id"],
        columns: { role_id: "uuid -> roles", group_dn: "text" },
      },
      directory_people: {
        primaryKey: ["user_id"],
        columns: { user_id: "uuid -> users", object_guid: "text" },
        unique: [["object_guid"]],
      },
    });
    await schema.watchConfiguration(["directory_settings", "directory_groups"]);
  },
};
