import type { Migration } from "../src/platform/database/migrator.ts";

/** Where API keys are used from, where they may be used from, and whether their end has been announced. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("api_keys", {
      last_used_ip: "text?",
      allowed_networks: "json = []",
      expiry_warned_at: "instant?",
    });
  },
};
