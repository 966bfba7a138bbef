import { sql } from "kysely";
import type { Migration } from "../src/platform/database/migrator.ts";

/**
 * The newest documents that hold a word: of a frequent one they are found by walking back from the newest document, of a rare
 * one by the index of words. Which of the two is quicker PostgreSQL knows once it plans with the words in hand, and not for
 * any words whatever.
 */
export const migration: Migration = {
  up: async (schema) => {
    if (schema.dialect !== "postgres") return;
    await schema.run(
      "create index search_documents_newest on search_documents (tenant_id, entity_type, document_number)",
    );
    const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(schema.db);
    await schema.run(
      `create or replace function newest_documents(query text, kind text, most integer)
         returns table (entity_id uuid)
         language plpgsql stable security definer set search_path = "${rows[0]?.name ?? "public"}", pg_temp
         set plan_cache_mode = force_custom_plan
         as $$
           begin
             return query
               select d.entity_id
                 from search_documents d
                where d.tenant_id = nullif(current_setting('app.current_tenant', true), '')::uuid
                  and d.entity_type = kind
                  and d.words @@ to_tsquery('simple', query)
                order by d.document_number desc
                limit most;
           end
         $$`,
    );
    await schema.secureFunction("newest_documents(text, text, integer)");
  },
};
