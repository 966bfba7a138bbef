import type { Migration } from "../src/platform/database/migrator.ts";

/** What is kept in memory is as new as this version, which the database itself raises with each change (decision 0033). */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("tenants", { configuration_version: "integer = 1" });
    await schema.watchConfiguration([
      "tenants",
      "organizations",
      "mail_settings",
      "sign_in_settings",
      "roles",
      "role_permissions",
      "user_roles",
      "teams",
      "team_members",
      "custom_field_definitions",
      "list_settings",
      "saved_views",
      "ticket_statuses",
      "ticket_priorities",
      "ticket_queues",
      "ticket_types",
      "ticket_categories",
      "work_types",
      "tax_rates",
    ]);
  },
};
