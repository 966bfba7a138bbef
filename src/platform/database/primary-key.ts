import { sql } from "kysely";
import type { Db } from "./tables.ts";

/** The columns of a table's primary key without the tenant, in their order, read from the database's own catalog. */
export async function primaryKey(db: Db, dialect: "sqlite" | "postgres", table: string): Promise<string[]> {
  const { rows } =
    dialect === "sqlite"
      ? await sql<{ name: string }>`select name from pragma_table_info(${table}) where pk > 0 order by pk`.execute(db)
      : await sql<{ name: string }>`
          select attribute.attname as name
          from pg_index index
          cross join lateral unnest(index.indkey::int2[]) with ordinality as part(number, place)
          join pg_attribute attribute on attribute.attrelid = index.indrelid and attribute.attnum = part.number
          where index.indisprimary and index.indrelid = ${table}::regclass order by part.place`.execute(db);
  return rows.map(({ name }) => name).filter((name) => name !== "tenant_id");
}
