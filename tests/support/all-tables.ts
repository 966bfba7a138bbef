/** Every table that the program states, also those of modules that nothing has loaded yet. */
import { Glob } from "bun";
import { allTables, type Table } from "../../src/platform/database/columns.ts";

export async function statedTables(): Promise<Table[]> {
  const root = `${import.meta.dir}/../..`;
  for await (const file of new Glob("src/modules/*/schema.ts").scan(root)) await import(`${root}/${file}`);
  return allTables();
}
