import { sql } from "kysely";
import { reach } from "../../platform/access/reach.ts";
import type { TarEntry } from "../../platform/backup/tar.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { csvLine } from "../../platform/csv/write.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { fileColumns } from "../../platform/transfer/columns.ts";
import { linesOf } from "../../platform/transfer/export.ts";

const rowsAtOnce = 200;

/** Every kind of record as a CSV file that can be imported, `csv/tickets.csv`, beside the tables as the program holds them. */
export async function* csvEntries(ctx: Ctx): AsyncGenerator<TarEntry> {
  for (const transfer of ctx.app.registry.transfers.values()) {
    const { resource } = transfer;
    const columns = await reading(ctx, (reader) => fileColumns(reader, transfer));
    const parts = [Buffer.from(`\uFEFF${csvLine(columns.map(({ key }) => key))}`)];
    for (let after = "00000000-0000-0000-0000-000000000000"; ;) {
      const page = await reading(ctx, async (reader) => {
        const name = resource.table.name as TableName;
        const rows = await reach(reader, name)
          .select(sql<string>`${sql.ref(`${name}.id`)}`.as("id"))
          .where(sql.ref(`${name}.id`), ">", after)
          .orderBy(sql.ref(`${name}.id`))
          .limit(rowsAtOnce)
          .execute();
        const ids = rows.map(({ id }) => id);
        return { ids, lines: await linesOf(reader, transfer, columns, ids) };
      });
      parts.push(Buffer.from(page.lines.map((line) => csvLine(line)).join("")));
      if (page.ids.length < rowsAtOnce) break;
      after = page.ids.at(-1) ?? "";
    }
    yield {
      name: `csv/${resource.path}.csv`,
      size: parts.reduce((size, part) => size + part.length, 0),
      // Never put together: a large table's file in one piece would be copied while nobody is answered.
      body: (async function* () {
        yield* parts;
      })(),
    };
  }
}
