import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { newDataDir } from "../../tests/support/binary.ts";
import { loadConfig } from "../platform/config/config.ts";
import { dataPaths } from "../platform/config/data-dir.ts";
import { openProgram } from "./program.ts";

let dataDir = "";
beforeEach(() => {
  dataDir = newDataDir();
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

async function opened(): Promise<void> {
  const config = loadConfig({}, { PURSER_DATA_DIR: dataDir });
  await (await openProgram(config, { isAlone: false, publicUrl: "http://localhost" })).close();
}

function counts(): Record<string, number> {
  const database = new Database(dataPaths(dataDir).database);
  const number = (table: string): number =>
    database.query<{ count: number }, []>(`select count(*) as count from ${table}`).get()?.count ?? -1;
  const found = { tenants: number("tenants"), organizations: number("organizations"), roles: number("roles") };
  database.close();
  return found;
}

test("what a first start that was killed has left is completed, whatever there is of it", async () => {
  await opened();
  const whole = counts();
  expect(whole).toEqual({ tenants: 1, organizations: 1, roles: expect.any(Number) });
  expect(whole["roles"]).toBeGreaterThan(0);

  // The organization is made in two transactions, one on the platform's tables and one on its own.
  const database = new Database(dataPaths(dataDir).database);
  for (const table of ["role_permissions", "roles", "organizations"]) database.run(`delete from ${table}`);
  database.close();
  await opened();
  expect(counts()).toEqual(whole);
  await opened();
  expect(counts()).toEqual(whole);
});
