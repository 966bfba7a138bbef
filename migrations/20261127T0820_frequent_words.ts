import { sql } from "kysely";
import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * Whether more documents hold the words than can be ranked: as `found_documents` looks into the index of words in the owner's
 * name, and stops there.
 */
export const migration: Migration = {
  up: async (schema) => {
    if (schema.dialect !== "postgres") return;
    const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(schema.db);
    await schema.run(
      `create function more_documents(query text, most integer)
         returns boolean
         language sql stable security definer set search_path = "${rows[0]?.name ?? "public"}", pg_temp
         as $$
           select exists (
             select 1
               from search_documents d
              where d.tenant_id = nullif(current_setting('app.current_tenant', true), '')::uuid
                and d.words @@ to_tsquery('simple', query)
             offset most
           )
         $$`,
    );
    await schema.secureFunction("more_documents(text, integer)");
  },
};
