import type { Ctx } from "../context.ts";
import { reading } from "../context.ts";
import { type CsvCell, csvLine } from "./write.ts";

/**
 * A CSV file that is written while it is read, page by page, each page in a read of its own: neither memory nor a read
 * transaction grows with its length. `page` answers its rows and where the next one starts, or null.
 */
export function csvStream(
  ctx: Ctx,
  given: {
    /** `audit-log.csv` */
    name: string;
    headers: readonly string[];
    page(reader: Ctx, after: string | null): Promise<{ rows: readonly (readonly CsvCell[])[]; next: string | null }>;
  },
): Response {
  const encoder = new TextEncoder();
  let after: string | null = null;
  let isFirst = true;
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      // Excel misreads accents without the byte order mark.
      let text = isFirst ? `\uFEFF${csvLine(given.headers)}` : "";
      isFirst = false;
      const { rows, next } = await reading(ctx, (reader) => given.page(reader, after));
      for (const row of rows) text += csvLine(row);
      if (text !== "") controller.enqueue(encoder.encode(text));
      after = next;
      if (next === null) controller.close();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${given.name}"`,
      "cache-control": "no-store",
    },
  });
}
