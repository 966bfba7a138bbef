import { sql } from "kysely";
import type { Ctx } from "../../platform/context.ts";

/** How many records have each of some tags. */
export async function countsOf(ctx: Ctx, names: readonly string[]): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const rows = await ctx.db
    .selectFrom("record_tags")
    .select(["tag", sql<number>`count(*)`.as("count")])
    .where("tag", "in", [...names])
    .groupBy("tag")
    .execute();
  return new Map(rows.map((row) => [row.tag, Number(row.count)]));
}
