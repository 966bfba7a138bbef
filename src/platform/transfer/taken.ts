import { writeAuditEntry } from "../access/audit.ts";
import { type Ctx, inUnit, reading } from "../context.ts";
import type { ListQuery } from "../http/lists/list.ts";

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
  const row_count = await reading(ctx, async (reader) => {
    const all = (await rows(reader)).clearOrderBy().as("taken");
    const counted = await reader.db
      .selectFrom(all)
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    return Number(counted.count);
  });
  await inUnit(ctx, (work) => writeAuditEntry(work, "export", table, "", null, { ...filters, row_count }));
}
