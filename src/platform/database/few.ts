import { type RawBuilder, sql } from "kysely";
import type { Db, TableName } from "./tables.ts";

/**
 * Many rows in the order of a few others that they refer to: hours by technician, tickets by priority. Joined, all of the many
 * would be read and sorted; gone through one by one, each of the few finds its own by an index, in the order of their ids.
 */
export interface Few {
  /** The few: a list that stays short. */
  table: TableName;
  /** What the many refer to them by, as the query knows it: `time_entries.user_id`. Never empty. */
  reference: string;
  /** The column of `table` that gives the order. */
  column: string;
  /** Which of its rows can be referred to, where that is not all of them. */
  where?: Readonly<Record<string, string>>;
}

interface Group {
  /** Those that stand in one place: people of the same name. */
  ids: string[];
  /** Whether they stand where the order begins. */
  isFirst: boolean;
}

/** The few in their order, from a value on (null: all of them); those that are equal in it together. */
export async function fewInOrder(
  db: Db,
  few: Few,
  by: { order(reference: string): RawBuilder<unknown>; isDescending: boolean; from: RawBuilder<unknown> | null },
): Promise<Group[]> {
  const value = by.order(`${few.table}.${few.column}`);
  const [way, beyond] = by.isDescending ? [sql`desc`, sql`<=`] : [sql`asc`, sql`>=`];
  let query = db
    .selectFrom(few.table)
    .select([
      sql<string>`${sql.ref(`${few.table}.id`)}`.as("id"),
      sql<number>`cast(dense_rank() over (order by ${value} ${way}) as integer)`.as("place"),
      sql<boolean | number>`${by.from === null ? sql`1 = 0` : sql`${value} = ${by.from}`}`.as("is_first"),
    ]);
  for (const [column, wanted] of Object.entries(few.where ?? {}))
    query = query.where(sql.ref(`${few.table}.${column}`), "=", wanted);
  if (by.from !== null) query = query.where(sql<boolean>`${value} ${beyond} ${by.from}`);
  const rows = await query.orderBy("place").execute();
  return [...Map.groupBy(rows, ({ place }) => place).values()].map((some) => ({
    ids: some.map(({ id }) => id),
    isFirst: some.some(({ is_first }) => Boolean(is_first)),
  }));
}
