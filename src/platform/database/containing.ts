import { type RawBuilder, sql } from "kysely";

/** Whether any of some columns contains a text as it was typed; letters without case, `%` and `_` as themselves. */
export function anyContains(
  columns: readonly string[],
  text: string,
  dialect: "sqlite" | "postgres",
): RawBuilder<boolean> {
  const pattern = `%${text.replace(/[\\%_]/g, (mark) => `\\${mark}`)}%`;
  const like = sql.raw(dialect === "sqlite" ? "like" : "ilike");
  const one = (name: string) => sql<boolean>`cast(${sql.ref(name)} as text) ${like} ${pattern} escape '\\'`;
  return sql<boolean>`(${sql.join(columns.map(one), sql` or `)})`;
}
