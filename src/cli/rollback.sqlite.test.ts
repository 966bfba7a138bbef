import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { purserOn } from "../../tests/support/cli.ts";
import { migrations } from "#generated/migrations.ts";
import { olderInstallation } from "../../tests/support/crash/older-installation.ts";
import { olderMigrations } from "../../tests/support/older.ts";
import { dataPaths } from "../platform/config/data-dir.ts";
import { createMasterKey, earlierKeyFile, keyIdAt } from "../platform/crypto/master-key.ts";
import { lockDataDir } from "../platform/lock.ts";

let dataDir = "";
let companies = 0;
beforeEach(async () => {
  ({ dataDir, companies } = await olderInstallation());
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const purser = (...argv: string[]): ReturnType<typeof purserOn> => purserOn(dataDir, argv);

/** The steps of a database, and how many companies it has. */
function lookInto(path: string): { steps: number; companies: number } {
  const database = new Database(path);
  const number = (sql: string): number => Number(Object.values(database.query<object, []>(sql).get() ?? {})[0]);
  const found = {
    steps: number("select count(*) from migrations"),
    companies: number("select count(*) from companies"),
  };
  database.close();
  return found;
}

const older = Object.keys(olderMigrations).length;
const newer = Object.keys(migrations).length;

test("an upgrade is taken back by the copy that it has left, and what was there is kept", async () => {
  const { database } = dataPaths(dataDir);
  expect((await purser("migrate")).code).toBe(0);
  const written = new Database(database);
  written.run("delete from search_documents");
  written.run("delete from companies where name = 'Client 1'");
  written.close();
  expect(lookInto(database)).toEqual({ steps: newer, companies: companies - 1 });
  expect((await purser("rollback", "--list")).out).toContain(
    `with schema ${Object.keys(olderMigrations).toSorted().at(-1)}`,
  );

  const lock = lockDataDir(dataDir);
  expect(await purser("rollback")).toMatchObject({ code: 75 });
  lock.release();

  const back = await purser("rollback");
  expect([back.code, back.out]).toEqual([0, expect.stringContaining("minutes ago")]);
  expect(back.err).toContain("Start the earlier Purser now");
  expect(lookInto(database)).toEqual({ steps: older, companies });
  const [kept = ""] = readdirSync(dataDir).filter((name) => name.startsWith("before-restore-"));
  expect(lookInto(join(dataDir, kept, "purser.sqlite"))).toEqual({ steps: newer, companies: companies - 1 });

  // The upgrade can be tried again, and leaves one copy, not two.
  expect((await purser("migrate")).code).toBe(0);
  expect(readdirSync(dataPaths(dataDir).backups)).toHaveLength(1);
});

test("where the master key was exchanged since, the copy's key comes back with it, or nothing is changed", async () => {
  const { database, backups } = dataPaths(dataDir);
  const keyFile = join(dataDir, "secret.key");
  expect((await purser("migrate")).code).toBe(0);
  rmSync(keyFile, { force: true });
  createMasterKey(keyFile);
  const earlier = keyIdAt(keyFile) ?? "";
  const [copy = ""] = readdirSync(backups);
  const before = new Database(join(backups, copy));
  before.run("insert or replace into installation (fact, fact_value) values ('key_id', ?)", [earlier]);
  before.close();
  const kept = earlierKeyFile(keyFile, earlier);
  renameSync(keyFile, `${kept}.elsewhere`);
  createMasterKey(keyFile);
  const present = keyIdAt(keyFile);

  const refused = await purser("rollback");
  expect(refused).toMatchObject({ code: 78, err: expect.stringContaining(`needs the secret key ${earlier}`) });
  expect(lookInto(database)).toEqual({ steps: newer, companies });
  expect(keyIdAt(keyFile)).toBe(present);

  renameSync(`${kept}.elsewhere`, kept);
  expect((await purser("rollback")).code).toBe(0);
  expect(lookInto(database)).toEqual({ steps: older, companies });
  expect(keyIdAt(keyFile)).toBe(earlier);
});

test("without a copy, or with a damaged one, nothing is changed", async () => {
  const { database, backups } = dataPaths(dataDir);
  expect(await purser("rollback")).toMatchObject({ code: 1, err: expect.stringContaining("no copy from before") });
  expect((await purser("migrate")).code).toBe(0);
  const [copy = ""] = readdirSync(backups);
  writeFileSync(join(backups, copy), "damaged".repeat(2000));
  expect(await purser("rollback")).toMatchObject({ code: 1, err: expect.stringContaining("nothing was changed") });
  expect(lookInto(database)).toEqual({ steps: newer, companies });
});

test("a database that has got lost is not begun anew beside what it has left", async () => {
  const { database } = dataPaths(dataDir);
  expect((await purser("migrate")).code).toBe(0);
  for (const end of ["", "-wal", "-shm"]) rmSync(database + end, { force: true });
  const refused = await purser("migrate");
  expect([refused.code, refused.err]).toEqual([78, expect.stringContaining("the database is missing or empty")]);
  expect((await purser("doctor")).out).toMatch(/^FAIL {2}database .*missing or empty/m);
  writeFileSync(database, "");
  expect(await purser("migrate")).toMatchObject({ code: 78 });
  expect((await purser("rollback")).code).toBe(0);
  expect(lookInto(database)).toEqual({ steps: older, companies });
});
