import type { Migration } from "../src/platform/database/migrator.ts";

/** Teams with their members, and the reference that tickets have been waiting for. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      teams: { isRecord: true, columns: { name: "text", description: "text = " }, unique: [["name"]] },
      team_members: {
        primaryKey: ["team_id", "user_id"],
        columns: { team_id: "uuid -> teams", user_id: "uuid -> users", is_lead: "boolean = false" },
        indexes: [["user_id"]],
      },
    });
    await schema.addReferences([["tickets", "team_id", "teams"]]);
  },
};
