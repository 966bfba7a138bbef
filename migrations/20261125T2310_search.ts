import { sql } from "kysely";
import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * PostgreSQL lets no text search near an index where row-level security holds the table: `@@` might leak what it sees. This
 * function holds the tenant to the same setting as the policies do, and looks into the index in the owner's name.
 */
export const migration: Migration = {
  up: async (schema) => {
    if (schema.dialect !== "postgres") return;
    const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(schema.db);
    await schema.run(
      `create function found_documents(query text)
         returns table (entity_type text, entity_id uuid, document_number bigint, score real)
         language sql stable security definer set search_path = "${rows[0]?.name ?? "public"}", pg_temp
         as $$
           select d.entity_type, d.entity_id, d.document_number, ts_rank(d.words, to_tsquery('simple', query))
             from search_documents d
            where d.tenant_id = nullif(current_setting('app.current_tenant', true), '')::uuid
              and d.words @@ to_tsquery('simple', query)
         $$`,
    );
    await schema.secureFunction("found_documents(text)");
  },
};
