import type { TarEntry } from "../../platform/backup/tar.ts";
import { type Ctx, placeOf, reading } from "../../platform/context.ts";
import { csvLine } from "../../platform/csv/write.ts";
import { reach } from "../../platform/access/reach.ts";
import { idsAfter } from "../../platform/database/paging.ts";
import type { TableName } from "../../platform/database/tables.ts";
import type { Progress } from "../../platform/export/archive.ts";
import { layAside } from "../../platform/export/vault.ts";
import type { ListQuery } from "../../platform/http/lists/list.ts";
import { fileColumns } from "../../platform/transfer/columns.ts";
import { linesOf } from "../../platform/transfer/export.ts";
import type { Transfer } from "../../platform/transfer/definition.ts";

const rowsAtOnce = 200;

/** Every kind of record as a CSV file that can be imported, `csv/tickets.csv`, beside the tables as the program holds them. */
export async function* csvEntries(ctx: Ctx, exportId: string, progress: Progress): AsyncGenerator<TarEntry> {
  for (const transfer of ctx.app.registry.transfers.values()) {
    // An archive says how long a file is before the file begins.
    const { size, body } = await layAside(ctx.app, ctx.tenant.id, exportId, csvOf(ctx, transfer, progress));
    yield { name: `csv/${transfer.resource.path}.csv`, size, body };
  }
}

async function* csvOf(ctx: Ctx, transfer: Transfer, progress: Progress): AsyncGenerator<Uint8Array> {
  const name = transfer.resource.table.name as TableName;
  const columns = await reading(ctx, (reader) => fileColumns(reader, transfer));
  yield Buffer.from(`\uFEFF${csvLine(columns.map(({ key }) => key))}`);
  for (let last: string | null = null; ;) {
    const page: { ids: string[]; lines: string } = await reading(ctx, async (reader) => {
      const ids = await idsAfter(reach(reader, name) as ListQuery<unknown>, placeOf(reader), name, last, rowsAtOnce);
      const lines = await linesOf(reader, transfer, columns, ids);
      return { ids, lines: lines.map((line) => csvLine(line)).join("") };
    });
    yield Buffer.from(page.lines);
    await progress.done(0);
    if (page.ids.length < rowsAtOnce) return;
    last = page.ids.at(-1) ?? null;
  }
}
