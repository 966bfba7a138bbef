import type { Migration } from "../src/platform/database/migrator.ts";

/** Long work knows whether it still holds what it has taken: each who takes it writes a token of its own. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("tenant_tasks", { claim_token: "text?" });
    await schema.addColumns("data_exports", { claim_token: "text?" });
  },
};
