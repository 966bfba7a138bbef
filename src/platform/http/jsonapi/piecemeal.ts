import { sql } from "kysely";
import type { Ctx } from "../../context.ts";
import { isIndexed, isInOrder } from "../../database/indexes.ts";
import { type SortKey, wholeOrder } from "../../database/order.ts";
import type { TableName } from "../../database/tables.ts";
import type { Resource } from "../../resource.ts";
import type { ListQuery } from "./query.ts";

/** So many rows are sorted by one statement. */
const fewEnough = 10_000;

/**
 * The order of a list, with how its rows are looked for. Any attribute can be asked for and sorted by, and not each has an index:
 * where none leads to what is wanted, the table is looked through a piece at a time, so that nobody waits for whoever asked
 * (decision 0040).
 */
export async function piecemeal(ctx: Ctx, resource: Resource, asked: ListQuery): Promise<readonly SortKey[]> {
  const table = resource.table.name as TableName;
  const [first, ...rest] = wholeOrder(`${table}.id`, asked.sort);
  if (first === undefined || (await areFew(ctx, table, asked, resource))) return asked.sort;
  // Where nothing is asked for, reach may still leave few of many.
  const isRead = await isInOrder(ctx, table, asked.sort.length === 0 ? [first] : asked.sort);
  return [{ ...first, window: { table, along: isRead ? "key" : "id" } }, ...rest];
}

/** Whether an index leads to what is asked for, and it is not much. */
async function areFew(ctx: Ctx, table: TableName, asked: ListQuery, { searched }: Resource): Promise<boolean> {
  // Words are looked up in the documents of the search, and only so many are taken.
  if (asked.search !== "" && searched === null) return true;
  for (const { column, condition } of asked.references) {
    if (!(await isIndexed(ctx, table, column))) continue;
    const beyond = await ctx.db
      .selectFrom(table)
      .select(sql<number>`1`.as("one"))
      .where(condition)
      .offset(fewEnough)
      .limit(1)
      .executeTakeFirst();
    if (beyond === undefined) return true;
  }
  return false;
}
