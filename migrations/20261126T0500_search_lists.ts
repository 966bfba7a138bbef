import { sql } from "kysely";
import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * What a list is narrowed by needs no rank, and computing one reads every document that is found: this looks into the index as
 * `found_documents` does, and brings the newest of a kind.
 */
export const migration: Migration = {
  up: async (schema) => {
    if (schema.dialect !== "postgres") return;
    const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(schema.db);
    await schema.run(
      `create function newest_documents(query text, kind text, most integer)
         returns table (entity_id uuid)
         language sql stable security definer set search_path = "${rows[0]?.name ?? "public"}", pg_temp
         as $$
           select d.entity_id
             from search_documents d
            where d.tenant_id = nullif(current_setting('app.current_tenant', true), '')::uuid
              and d.entity_type = kind
              and d.words @@ to_tsquery('simple', query)
            order by d.document_number desc
            limit most
         $$`,
    );
    await schema.secureFunction("newest_documents(text, text, integer)");
  },
};
