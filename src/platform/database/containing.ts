import { type RawBuilder, sql } from "kysely";

type Dialect = "sqlite" | "postgres";

/**
 * Whether a value contains a text as it was typed: letters without case, `%` and `_` as themselves. SQLite folds only the
 * case of ASCII letters.
 */
export function contains(value: RawBuilder<unknown>, text: string, dialect: Dialect): RawBuilder<boolean> {
  const pattern = `%${text.replace(/[\\%_]/g, (mark) => `\\${mark}`)}%`;
  return sql<boolean>`${value} ${sql.raw(dialect === "sqlite" ? "like" : "ilike")} ${pattern} escape '\\'`;
}

/** Whether any of some columns contains a text; columns of other types are looked through as texts. */
export function anyContains(columns: readonly string[], text: string, dialect: Dialect): RawBuilder<boolean> {
  const one = (name: string): RawBuilder<boolean> => contains(sql`cast(${sql.ref(name)} as text)`, text, dialect);
  return sql<boolean>`(${sql.join(columns.map(one), sql` or `)})`;
}
