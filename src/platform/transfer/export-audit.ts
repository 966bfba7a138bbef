import { writeAuditEntry } from "../access/audit.ts";
import { type Ctx, inUnit, placeOf, reading } from "../context.ts";
import { idsAfter } from "../database/paging.ts";
import type { ListQuery } from "../http/lists/list.ts";

/** So many are counted by one statement: counting a whole table at once, SQLite would let nobody else be answered meanwhile. */
const countedAtOnce = 2000;

/**
 * Writes down that records are taken away as a file: of which table, narrowed by what, and how many they are as the file
 * begins. It is written before the first line, so that a download that breaks off is known as well.
 */
export async function noteTaken<R>(
  ctx: Ctx,
  table: string,
  filters: Readonly<Record<string, string>>,
  rows: (reader: Ctx) => Promise<ListQuery<R>>,
): Promise<void> {
  const row_count = await reading(ctx, async (reader) => count(reader, await rows(reader), table));
  await inUnit(ctx, (work) => writeAuditEntry(work, "export", table, "", null, { ...filters, row_count }));
}

async function count<R>(reader: Ctx, rows: ListQuery<R>, table: string): Promise<number> {
  let counted = 0;
  for (let last: string | null = null; ;) {
    const ids: string[] = await idsAfter(rows as ListQuery<unknown>, placeOf(reader), table, last, countedAtOnce);
    counted += ids.length;
    if (ids.length < countedAtOnce) return counted;
    last = ids.at(-1) ?? null;
  }
}
