import { type RawBuilder, sql } from "kysely";
import type { Ctx } from "../../platform/context.ts";
import { valueExpression } from "../../platform/custom-fields/query.ts";
import type { Definition } from "../../platform/custom-fields/schema.ts";
import type { TableName } from "../../platform/database/tables.ts";

/** How many records have something in a field. */
export async function countValues(ctx: Ctx, field: Definition): Promise<number> {
  const table = field.entity_type as "companies";
  const row = await ctx.db
    .selectFrom(table)
    .select(sql<number>`count(*)`.as("count"))
    .where(sql<boolean>`${valueExpression(table, field, ctx.app.database.dialect)} is not null`)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** The choices of a field that records have: each once, however many records there are. A field of another type has none. */
export async function usedChoices(ctx: Ctx, field: Definition): Promise<Set<string>> {
  if (field.field_type !== "choice" && field.field_type !== "choices") return new Set();
  const table = field.entity_type as TableName & "companies";
  const { dialect } = ctx.app.database;
  const value = valueExpression(table, field, dialect);
  const held = field.field_type === "choices" ? sql<string>`held.value` : sql<string>`${value}`;
  const query = ctx.db
    .selectFrom(table)
    .select(held.as("choice"))
    .distinct()
    .where(sql<boolean>`${value} is not null`);
  const rows = await (
    field.field_type === "choice" ? query : query.crossJoin(heldIn(table, field.field_key, dialect).as<"held">("held"))
  ).execute();
  return new Set(rows.map(({ choice }) => choice));
}

/** The single values of a list that a record holds, as rows; the key is one that `valueExpression` has let pass. */
function heldIn(table: string, key: string, dialect: "sqlite" | "postgres"): RawBuilder<{ value: string }> {
  const column = sql.ref(`${table}.custom_fields`);
  return dialect === "sqlite"
    ? sql`json_each(${column}, ${sql.lit(`$.${key}`)})`
    : sql`jsonb_array_elements_text(${column} -> ${sql.lit(key)})`;
}
