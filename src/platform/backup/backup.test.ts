import { afterEach, beforeEach, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { chownSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BackupWorld, backupWorld, harbor, known, now, problemOf } from "../../../tests/support/backups.ts";
import { openSqlite } from "../database/sqlite.ts";
import { createBackup } from "./create.ts";
import { restoreBackup } from "./restore.ts";
import { listBackups, verifyBackup } from "./verify.ts";

let w: BackupWorld;
beforeEach(() => {
  w = backupWorld();
});
afterEach(() => w.clear());

test("what was backed up comes back: rows, files, and the replaced data is kept", async () => {
  const { sha256 } = await w.storeOf().put(harbor, Buffer.from("a contract"));
  const { path, manifest } = await w.backup();
  expect(manifest).toMatchObject({ schema_version: known[0], includes_key: false, files: { count: 1 } });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  w.execute("update tickets set title = 'ruined'");
  rmSync(join(w.place.dataDir, "files"), { recursive: true });

  const { replaced } = await restoreBackup(w.wish(path));
  expect(w.titles()).toEqual(["printer on fire"]);
  expect(Buffer.from(await w.storeOf().get(harbor, sha256)).toString()).toBe("a contract");
  expect(replaced).toBe(join(w.place.dataDir, "before-restore-20261121T065409Z"));
  expect(w.titles({ ...w.place, dataDir: replaced ?? "" })).toEqual(["ruined"]);
  expect(readdirSync(w.place.dataDir).filter((name) => name.startsWith("."))).toEqual([]);
});

test("a backup beside a writer holds one moment: no half transaction, nothing broken", async () => {
  const script = `import { openSqlite } from ${JSON.stringify(join(import.meta.dir, "../database/sqlite.ts"))};
    const db = openSqlite(${JSON.stringify(w.databaseOf())});
    for (let n = 2; ; n += 2) {
      db.run("begin immediate");
      db.run("insert into tickets values (?, 'pair', null)", [n]);
      db.run("insert into tickets values (?, 'pair', ?)", [n + 1, n]);
      db.run("commit");
      if (n === 2) console.log("writing");
    }`;
  const writer = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  let path = "";
  try {
    await writer.stdout.getReader().read();
    ({ path } = await w.backup());
  } finally {
    writer.kill("SIGKILL");
    await writer.exited;
  }
  await restoreBackup(w.wish(path));
  const pairs = w.titles().slice(1);
  expect(pairs.length).toBeGreaterThan(0);
  expect(pairs.length % 2).toBe(0);
});

test("an open write transaction holds up neither the backup nor gets into it", async () => {
  const writer = openSqlite(w.databaseOf());
  writer.run("begin immediate");
  writer.run("insert into tickets values (2, 'not committed', null)");
  const { path } = await w.backup();
  writer.run("rollback");
  writer.close();
  await restoreBackup(w.wish(path));
  expect(w.titles()).toEqual(["printer on fire"]);
});

test("the key is inside only when asked for, and then an empty machine is enough", async () => {
  const { sha256 } = await w.storeOf().put(harbor, Buffer.from("a contract"));
  const { path } = await w.backup(true);
  const fresh = w.placeAt("fresh");
  expect((await restoreBackup(w.wish(path, fresh))).replaced).toBeNull();
  expect(w.titles(fresh)).toEqual(["printer on fire"]);
  expect(Buffer.from(await w.storeOf(fresh).get(harbor, sha256)).toString()).toBe("a contract");
  expect(statSync(fresh.secretKeyFile).mode & 0o777).toBe(0o600);
});

test("a broken reference in the data is found", async () => {
  const database = new Database(w.databaseOf());
  database.run("pragma foreign_keys = off");
  database.run("insert into tickets values (9, 'orphan', 77)");
  database.close();
  expect(await problemOf(w.backup())).toContain("1 references point nowhere, in tickets");
});

test("backups are listed newest first, a broken one with its problem; none is overwritten", async () => {
  const first = await createBackup({ place: w.place, to: null, withKey: false, now });
  await createBackup({ place: w.place, to: null, withKey: false, now: new Date("2026-11-22T06:54:09Z") });
  expect(await problemOf(createBackup({ place: w.place, to: null, withKey: false, now }))).toStartWith(
    "cannot_create:",
  );
  writeFileSync(join(w.place.dataDir, "backups/purser-20250101T000000Z.tar.zst"), "junk");
  const listed = await listBackups(w.place.dataDir);
  expect(listed.map(({ manifest, problem }) => manifest?.created_at ?? problem?.slice(0, 21))).toEqual([
    "2026-11-22T06:54:09.000Z",
    "2026-11-21T06:54:09.123Z",
    "the backup is damaged",
  ]);
  expect(first.path).toBe(join(w.place.dataDir, "backups/purser-20261121T065409Z.tar.zst"));
  expect(readdirSync(join(w.place.dataDir, "backups")).filter((name) => name.startsWith("."))).toEqual([]);
});

test("what does not belong among the files does not spoil a backup", async () => {
  const { sha256 } = await w.storeOf().put(harbor, Buffer.from("a contract"));
  writeFileSync(join(w.place.dataDir, "files", harbor, sha256.slice(0, 2), "notes.txt"), "by hand");
  writeFileSync(join(w.place.dataDir, "files", harbor, sha256.slice(0, 2), `${sha256}.0a1b.partial`), "half");
  const { path, manifest } = await w.backup();
  expect(manifest.files.count).toBe(1);
  await restoreBackup(w.wish(path));
});

test("what a killed backup or restore left behind is cleared away by the next one", async () => {
  mkdirSync(join(w.place.dataDir, "backups/.work-abc"), { recursive: true });
  writeFileSync(join(w.place.dataDir, "backups/.purser-x.tar.zst.0a.partial"), "half");
  mkdirSync(join(w.place.dataDir, ".restore-20260101T000000Z"));
  await restoreBackup(w.wish((await w.backup()).path));
  expect(readdirSync(join(w.place.dataDir, "backups"))).toEqual([]);
  expect(readdirSync(w.place.dataDir).filter((name) => name.startsWith("."))).toEqual([]);
});

test("another user makes no backup: its files would lock the server out", async () => {
  if (process.geteuid?.() !== 0) return;
  chownSync(w.place.dataDir, 65_532, 65_532);
  expect(await problemOf(w.backup())).toContain("belongs to user 65532");
});

test("a whole backup verifies, and names its files", async () => {
  const { sha256 } = await w.storeOf().put(harbor, Buffer.from("a contract"));
  const { path } = await w.backup();
  expect((await verifyBackup(path, w.place.dataDir, known)).files.list[0]?.name).toEndWith(sha256);
});
