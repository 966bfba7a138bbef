import type { Migration } from "../src/platform/database/migrator.ts";

/** What the standard rate of a work type is in: so far it was whatever the organization's currency was. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.addColumns("work_types", { currency: "text = USD" });
    await schema.run(
      `update work_types set currency = organizations.currency
       from organizations where organizations.tenant_id = work_types.tenant_id`,
    );
  },
};
