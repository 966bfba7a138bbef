import { type LimitNode, ValueNode } from "kysely";

/**
 * The number of a limit that stands in its statement's text; null where it goes along as a value. A planner that reads how many rows
 * are wanted plans for so many. Given as a value PostgreSQL takes it for a tenth of the rows that there are, and plans anew at
 * each run because that seems dear; SQLite does not know it at all (decision 0043). Each number makes a text of its own, and texts
 * stay prepared: so only those that are asked for again and again, and not whatever page size a client of the API comes up with.
 */
export function limitInText({ limit }: LimitNode): number | null {
  if (!ValueNode.is(limit) || typeof limit.value !== "number") return null;
  const { value } = limit;
  return Number.isSafeInteger(value) && (value <= 10 || value === 26 || value % 50 <= 1) && value >= 0 ? value : null;
}
