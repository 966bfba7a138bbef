import { type Ctx, placeOf, reading } from "../../platform/context.ts";
import { pageOf } from "../../platform/database/paging.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { csvStream } from "../../platform/csv/stream.ts";
import { type List, narrowed } from "../../platform/http/lists/list.ts";
import { type Answer, type Incoming, response } from "../../platform/http/route.ts";
import type { CsvCell } from "../../platform/csv/write.ts";
import { noteTaken } from "../../platform/transfer/export-audit.ts";

/** A log as CSV, narrowed as the list on the page is. That it was taken is an entry of the audit log itself. */
export async function exportLog<R extends { id: string }>(
  ctx: Ctx,
  incoming: Incoming,
  given: { list: List<R>; column: string; headers: readonly string[]; row(row: R, reader: Ctx): readonly CsvCell[] },
): Promise<Answer> {
  const { list, column } = given;
  const parameters = incoming.url.searchParams;
  await noteTaken(ctx, list.table, Object.fromEntries(parameters.entries()), (reader) =>
    narrowed(reader, parameters, list),
  );
  const key = {
    name: column,
    reference: `${list.table}.${column}`,
    column: { kind: "instant", isNullable: false },
    isDescending: true,
    window: { table: list.table as TableName, along: "key" },
  } as const;
  const file = csvStream(ctx, {
    name: `${list.table.replaceAll("_", "-")}.csv`,
    headers: given.headers,
    page: (reader, after) =>
      reading(reader, async (inner) => {
        const query = await narrowed(inner, parameters, list);
        const page = await pageOf<Record<string, unknown>>(query as never, placeOf(inner), `${list.table}.id`, [key], {
          size: 1000,
          after,
        });
        return { rows: page.rows.map((row) => given.row(row as R, inner)), next: page.next };
      }),
  });
  return response(file);
}
