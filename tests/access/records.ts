import type { TableName } from "../../src/platform/database/tables.ts";
import { statedTables } from "../support/all-tables.ts";
import type { TestProgram } from "../support/program.ts";

/** Harbor's records as the database holds them, by table; `but` names the tables left out. */
export async function recordsOf(t: TestProgram, but: readonly string[] = []): Promise<Record<string, string[]>> {
  const tables = (await statedTables()).filter(({ name, isPlatform }) => !isPlatform && !but.includes(name));
  return t.app.database.read(t.harbor.id, async (db) => {
    const found: Record<string, string[]> = {};
    for (const { name } of tables) {
      const rows = await db
        .selectFrom(name as TableName)
        .selectAll()
        .execute();
      found[name] = rows.map((row) => JSON.stringify(row)).toSorted();
    }
    return found;
  });
}
