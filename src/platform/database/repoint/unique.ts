import { sql } from "kysely";
import type { Ctx } from "../../context.ts";

/** The unique keys of a table, each as its columns without the tenant, read from the database's own catalog. */
export async function uniqueKeys(ctx: Ctx, table: string): Promise<string[][]> {
  const keys = new Map<string, string[]>();
  const { rows } =
    ctx.app.database.dialect === "sqlite"
      ? await sql<{ key_name: string; column_name: string | null }>`
          select list.name as key_name, info.name as column_name
          from pragma_index_list(${table}) as list join pragma_index_info(list.name) as info
          where list."unique" = 1 order by list.name, info.seqno`.execute(ctx.db)
      : await sql<{ key_name: string; column_name: string | null }>`
          select index.indexrelid::regclass::text as key_name, attribute.attname as column_name
          from pg_index index
          cross join lateral unnest(index.indkey::int2[]) with ordinality as part(number, place)
          left join pg_attribute attribute on attribute.attrelid = index.indrelid and attribute.attnum = part.number
          where index.indisunique and index.indrelid = ${table}::regclass order by 1, part.place`.execute(ctx.db);
  // A key with an expression in it (its column has no name) is left to the database itself.
  const unclear = new Set(rows.filter((row) => row.column_name === null).map((row) => row.key_name));
  for (const { key_name, column_name } of rows) {
    if (unclear.has(key_name) || column_name === null || column_name === "tenant_id") continue;
    keys.set(key_name, [...(keys.get(key_name) ?? []), column_name]);
  }
  return [...keys.values()];
}
