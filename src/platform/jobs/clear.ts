import { type Ctx, inUnit } from "../context.ts";
import type { Db } from "../database/tables.ts";

/** In pieces of so many, so that nobody waits for a long transaction. */
export const clearedAtOnce = 500;

/** A query of the ids of what is to go, in no order and without a limit of its own. */
interface Old {
  limit(most: number): { execute(): Promise<{ id: string }[]> };
}

/** Deletes all that is old, each piece in a unit of work of its own. `drop` deletes what hangs on the rows as well. */
export async function clearInPieces(
  ctx: Ctx,
  old: (db: Db) => Old,
  drop: (db: Db, ids: string[]) => Promise<unknown>,
): Promise<void> {
  for (let count = clearedAtOnce; count === clearedAtOnce;)
    count = await inUnit(ctx, async ({ db }) => {
      const ids = (await old(db).limit(clearedAtOnce).execute()).map(({ id }) => id);
      if (ids.length > 0) await drop(db, ids);
      return ids.length;
    });
}
