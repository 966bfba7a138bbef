import { sql } from "kysely";
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

/** The choices of a field that records have. */
export async function usedChoices(ctx: Ctx, field: Definition): Promise<Set<string>> {
  const table = field.entity_type as TableName & "companies";
  const rows = await ctx.db
    .selectFrom(table)
    .select("custom_fields")
    .where(sql<boolean>`${valueExpression(table, field, ctx.app.database.dialect)} is not null`)
    .execute();
  return new Set(rows.flatMap((row) => row.custom_fields[field.field_key]).map(String));
}
