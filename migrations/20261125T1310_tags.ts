import { sql } from "kysely";
import type { Migration } from "../src/platform/database/migrator.ts";

/** Tags become records of their own, with a colour; those that are in use are known from the start. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({
      tags: { isRecord: true, columns: { name: "text", color: "text?" }, unique: [["name"]] },
    });
    const id =
      schema.dialect === "postgres"
        ? "uuidv7()"
        : "lower(substr(hex(randomblob(4)), 1, 8) || '-' || substr(hex(randomblob(2)), 1, 4) || '-7' || substr(hex(randomblob(2)), 2, 3) || '-8' || substr(hex(randomblob(2)), 2, 3) || '-' || hex(randomblob(6)))";
    await sql`
      insert into tags (id, tenant_id, name, created_at, updated_at)
      select ${sql.raw(id)}, tenant_id, tag, '2026-11-25T00:00:00.000Z', '2026-11-25T00:00:00.000Z'
      from (select distinct tenant_id, tag from record_tags) as used`.execute(schema.db);
  },
};
