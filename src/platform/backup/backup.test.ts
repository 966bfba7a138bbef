import { afterEach, beforeEach, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { prepareDataDir } from "../config/data-dir.ts";
import { OperatorProblem } from "../config/problem.ts";
import { keyring } from "../crypto/keyring.ts";
import { createMasterKey, earlierKeyFile, keyIdAt, loadMasterKey } from "../crypto/master-key.ts";
import { openSqlite } from "../database/sqlite.ts";
import { fileStore } from "../files/store.ts";
import { lockDataDir } from "../lock.ts";
import { entryNames, hashFile, writeArchive } from "./archive.ts";
import { createBackup } from "./create.ts";
import { rehearseRestore, restoreBackup } from "./restore.ts";
import { swap } from "./swap.ts";
import { listBackups, verifyBackup } from "./verify.ts";

const harbor = "0191e000-0000-7000-8000-000000000001";
const known = ["20261121T0700_first", "20261122T0700_second"];
const now = new Date("2026-11-21T06:54:09.123Z");
let root = "";
let place = { dataDir: "", secretKeyFile: "" };

function placeAt(name: string) {
  const dataDir = join(root, name);
  mkdirSync(dataDir, { recursive: true });
  return { dataDir, secretKeyFile: join(dataDir, "secret.key") };
}
const databaseOf = (at = place) => join(at.dataDir, "purser.sqlite");
const storeOf = (at = place) => fileStore(join(at.dataDir, "files"), keyring(loadMasterKey(at, { mayCreate: true })));

beforeEach(() => {
  // Not the system's temporary directory: that is memory on many machines, which is refused for data.
  mkdirSync("tmp/data", { recursive: true });
  root = mkdtempSync(resolve("tmp/data/purser-backup-"));
  place = placeAt("data");
  loadMasterKey(place, { mayCreate: true });
  const database = openSqlite(databaseOf());
  database.run("create table migrations (name text primary key not null, applied_at text not null)");
  database.run("insert into migrations values (?, '')", [known[0] ?? ""]);
  database.run("create table tickets (id integer primary key, title text, parent_id integer references tickets(id))");
  database.run("insert into tickets values (1, 'printer on fire', null)");
  database.close();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function titles(at = place): string[] {
  const database = new Database(databaseOf(at), { readonly: true });
  const rows = database.query<{ title: string }, []>("select title from tickets order by id").all();
  database.close();
  return rows.map((row) => row.title);
}

function execute(statement: string): void {
  const database = openSqlite(databaseOf());
  database.run(statement);
  database.close();
}

/** Everything in a data directory but locks, to see that nothing has changed. */
function stateOf(at = place): Record<string, string> {
  const names = readdirSync(at.dataDir, { recursive: true, withFileTypes: true }).filter(
    (item) => item.isFile() && !item.name.endsWith(".lock"),
  );
  return Object.fromEntries(
    names.map((item) => [
      join(item.parentPath, item.name),
      readFileSync(join(item.parentPath, item.name)).toString("hex").slice(-2000),
    ]),
  );
}

const backup = (withKey = false) => createBackup({ place, to: join(root, "b.tar.zst"), withKey, now });
const wish = (archive: string, at = place) => ({ place: at, archive, known, now });

async function problemOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof OperatorProblem ? `${error.kind}: ${error.message}` : `unexpected: ${String(error)}`;
}

test("what was backed up comes back: rows, files, and the replaced data is kept", async () => {
  const { sha256 } = await storeOf().put(harbor, Buffer.from("a contract"));
  const { path, manifest } = await backup();
  expect(manifest).toMatchObject({ schema_version: known[0], includes_key: false, files: { count: 1 } });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  execute("update tickets set title = 'ruined'");
  rmSync(join(place.dataDir, "files"), { recursive: true });

  const { replaced } = await restoreBackup(wish(path));
  expect(titles()).toEqual(["printer on fire"]);
  expect(Buffer.from(await storeOf().get(harbor, sha256)).toString()).toBe("a contract");
  expect(replaced).toBe(join(place.dataDir, "before-restore-20261121T065409Z"));
  expect(titles({ ...place, dataDir: replaced ?? "" })).toEqual(["ruined"]);
  expect(readdirSync(place.dataDir).filter((name) => name.startsWith("."))).toEqual([]);
});

test("a backup beside a writer holds one moment: no half transaction, nothing broken", async () => {
  const script = `import { openSqlite } from ${JSON.stringify(join(import.meta.dir, "../database/sqlite.ts"))};
    const db = openSqlite(${JSON.stringify(databaseOf())});
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
    ({ path } = await backup());
  } finally {
    writer.kill("SIGKILL");
    await writer.exited;
  }
  await restoreBackup(wish(path));
  const pairs = titles().slice(1);
  expect(pairs.length).toBeGreaterThan(0);
  expect(pairs.length % 2).toBe(0);
});

test("an open write transaction holds up neither the backup nor gets into it", async () => {
  const writer = openSqlite(databaseOf());
  writer.run("begin immediate");
  writer.run("insert into tickets values (2, 'not committed', null)");
  const { path } = await backup();
  writer.run("rollback");
  writer.close();
  await restoreBackup(wish(path));
  expect(titles()).toEqual(["printer on fire"]);
});

test("the key is inside only when asked for, and then an empty machine is enough", async () => {
  const { sha256 } = await storeOf().put(harbor, Buffer.from("a contract"));
  const { path } = await backup(true);
  const fresh = placeAt("fresh");
  expect((await restoreBackup(wish(path, fresh))).replaced).toBeNull();
  expect(titles(fresh)).toEqual(["printer on fire"]);
  expect(Buffer.from(await storeOf(fresh).get(harbor, sha256)).toString()).toBe("a contract");
  expect(statSync(fresh.secretKeyFile).mode & 0o777).toBe(0o600);
});

test("without the key it needs, a backup is refused before anything happens", async () => {
  const { path } = await backup();
  const fresh = placeAt("fresh");
  expect(await problemOf(restoreBackup(wish(path, fresh)))).toMatch(
    /^configuration: the backup needs the secret key .* there is no key/,
  );
  loadMasterKey(fresh, { mayCreate: true });
  const before = stateOf(fresh);
  expect(await problemOf(restoreBackup(wish(path, fresh)))).toMatch(/^configuration: .* the key there is/);
  expect(stateOf(fresh)).toEqual(before);
});

test("a backup from before an exchange of the key finds the earlier one beside the present one", async () => {
  const { sha256 } = await storeOf().put(harbor, Buffer.from("a contract"));
  const { path, manifest } = await backup();
  const { key_id } = manifest;
  renameSync(place.secretKeyFile, earlierKeyFile(place.secretKeyFile, key_id ?? ""));
  createMasterKey(place.secretKeyFile);
  const present = keyIdAt(place.secretKeyFile);
  expect((await rehearseRestore(wish(path))).key_id).toBe(key_id);
  const { replaced, isEarlierKey } = await restoreBackup(wish(path));
  expect(isEarlierKey).toBe(true);
  expect(Buffer.from(await storeOf().get(harbor, sha256)).toString()).toBe("a contract");
  expect(keyIdAt(join(replaced ?? "", "secret.key"))).toBe(present);
});

test("a key that is replaced is kept beside the replaced data", async () => {
  const { path } = await backup(true);
  const other = placeAt("other");
  loadMasterKey(other, { mayCreate: true });
  const oldKey = readFileSync(other.secretKeyFile);
  const { replaced } = await restoreBackup(wish(path, other));
  expect(readFileSync(join(replaced ?? "", "secret.key"))).toEqual(oldKey);
  expect(readFileSync(other.secretKeyFile)).toEqual(readFileSync(place.secretKeyFile));
});

test("a damaged archive is refused and nothing has changed, wherever the damage is", async () => {
  await storeOf().put(harbor, crypto.getRandomValues(new Uint8Array(60_000)));
  const { path } = await backup();
  const whole = readFileSync(path);
  const before = stateOf();
  const damagedAt = (at: number) =>
    Buffer.concat([whole.subarray(0, at), Buffer.of((whole[at] ?? 0) ^ 0x55), whole.subarray(at + 1)]);
  const versions = [0.01, 0.3, 0.6, 0.9].map((part) => damagedAt(Math.floor(whole.length * part)));
  versions.push(
    whole.subarray(0, whole.length / 2),
    whole.subarray(0, -600),
    Buffer.alloc(0),
    Buffer.from("not an archive"),
  );
  for (const version of versions) {
    const broken = join(root, "broken.tar.zst");
    writeFileSync(broken, version);
    expect(await problemOf(restoreBackup(wish(broken)))).toStartWith("failed: ");
    expect(await problemOf(verifyBackup(broken, place.dataDir, known))).toStartWith("failed: ");
    expect(stateOf()).toEqual(before);
  }
});

test("an archive may hold nothing that its manifest does not name", async () => {
  const { manifest } = await backup();
  const evil = join(root, "evil.tar.zst");
  const copy = join(root, "copy.sqlite");
  cpSync(databaseOf(), copy);
  const entry = (name: string, bytes: Uint8Array) => ({
    name,
    size: bytes.length,
    body: (async function* () {
      yield bytes;
    })(),
  });
  const stated = { ...manifest, database: await hashFile(copy) };
  const start = () => [
    entry(entryNames.manifest, Buffer.from(JSON.stringify(stated))),
    entry(entryNames.database, readFileSync(copy)),
  ];
  await writeArchive(evil, [...start(), entry("../../escaped", Buffer.from("x"))], now);
  expect(await problemOf(restoreBackup(wish(evil)))).toContain("../../escaped is not in the manifest");
  expect(existsSync(join(root, "escaped"))).toBe(false);
  rmSync(evil);
  const list = [{ name: "files/../../../../../../../../tmp/x", sha256: "a".repeat(64), bytes: 1 }];
  await writeArchive(
    evil,
    [entry(entryNames.manifest, Buffer.from(JSON.stringify({ ...stated, files: { count: 1, bytes: 1, list } })))],
    now,
  );
  expect(await problemOf(restoreBackup(wish(evil)))).toBe("failed: the backup's manifest is damaged");
});

test("a restore is refused while a server or any other program has the data open", async () => {
  const { path } = await backup();
  const before = stateOf();
  const server = lockDataDir(place.dataDir);
  expect(await problemOf(restoreBackup(wish(path)))).toStartWith("try_later: another Purser");
  server.release();
  const shell = new Database(databaseOf());
  shell.run("begin");
  shell.query("select * from tickets").all();
  expect(await problemOf(restoreBackup(wish(path)))).toStartWith("try_later: another program");
  shell.close();
  expect(stateOf()).toEqual(before);
  await restoreBackup(wish(path));
});

test("a backup of a newer Purser is refused", async () => {
  execute("insert into migrations values ('20991231T0000_future', '')");
  const { path } = await backup();
  expect(await problemOf(restoreBackup(wish(path)))).toContain(
    "configuration: this database belongs to a newer Purser",
  );
  expect(await problemOf(rehearseRestore(wish(path)))).toContain("newer Purser");
});

test("a broken reference in the data is found", async () => {
  const database = new Database(databaseOf());
  database.run("pragma foreign_keys = off");
  database.run("insert into tickets values (9, 'orphan', 77)");
  database.close();
  expect(await problemOf(backup())).toContain("1 references point nowhere, in tickets");
});

test("a damaged database is replaced by a restore, and kept", async () => {
  const { path } = await backup();
  writeFileSync(databaseOf(), "not a database any more, but long enough to look like one".repeat(100));
  writeFileSync(`${databaseOf()}-wal`, "left over");
  const { replaced } = await restoreBackup(wish(path));
  expect(titles()).toEqual(["printer on fire"]);
  expect(readFileSync(join(replaced ?? "", "purser.sqlite"), "utf8")).toStartWith("not a database");
});

test("when the exchange fails at its last step, every earlier one is undone", async () => {
  await storeOf().put(harbor, Buffer.from("a contract"));
  const before = stateOf();
  const staging = join(place.dataDir, ".restore-x");
  mkdirSync(join(staging, "files"), { recursive: true });
  cpSync(databaseOf(), join(staging, "purser.sqlite"));
  const failing = (): never => {
    throw new Error("disk full");
  };
  const work = swap(place, staging, { installKey: failing, withFiles: true, now });
  expect(await problemOf(work)).toBe("failed: nothing was restored, the data is as it was: disk full");
  rmSync(staging, { recursive: true });
  expect(stateOf()).toEqual(before);
  expect(titles()).toEqual(["printer on fire"]);
});

test("a restore never lands in the place of data kept by an earlier one", async () => {
  const { path } = await backup();
  execute("update tickets set title = 'present'");
  writeFileSync(join(place.dataDir, "before-restore-20261121T065409Z"), "");
  expect(await problemOf(restoreBackup(wish(path)))).toStartWith("failed: nothing was restored");
  expect(titles()).toEqual(["present"]);
  prepareDataDir(place.dataDir);
});

test("after a restore that was cut off no server starts, until a restore has come through", async () => {
  const { path } = await backup();
  writeFileSync(join(place.dataDir, "restore-unfinished"), "");
  expect(() => prepareDataDir(place.dataDir)).toThrow("was cut off");
  await restoreBackup(wish(path));
  prepareDataDir(place.dataDir);
});

test("a rehearsal proves the backup and changes nothing", async () => {
  const { path } = await backup();
  const before = stateOf();
  expect((await rehearseRestore(wish(path))).created_at).toBe("2026-11-21T06:54:09.123Z");
  expect(stateOf()).toEqual(before);
});

test("backups are listed newest first, a broken one with its problem; none is overwritten", async () => {
  const first = await createBackup({ place, to: null, withKey: false, now });
  await createBackup({ place, to: null, withKey: false, now: new Date("2026-11-22T06:54:09Z") });
  expect(await problemOf(createBackup({ place, to: null, withKey: false, now }))).toStartWith("cannot_create:");
  writeFileSync(join(place.dataDir, "backups/purser-20250101T000000Z.tar.zst"), "junk");
  const listed = await listBackups(place.dataDir);
  expect(listed.map(({ manifest, problem }) => manifest?.created_at ?? problem?.slice(0, 21))).toEqual([
    "2026-11-22T06:54:09.000Z",
    "2026-11-21T06:54:09.123Z",
    "the backup is damaged",
  ]);
  expect(first.path).toBe(join(place.dataDir, "backups/purser-20261121T065409Z.tar.zst"));
  expect(readdirSync(join(place.dataDir, "backups")).filter((name) => name.startsWith("."))).toEqual([]);
});

test("what does not belong among the files does not spoil a backup", async () => {
  const { sha256 } = await storeOf().put(harbor, Buffer.from("a contract"));
  writeFileSync(join(place.dataDir, "files", harbor, sha256.slice(0, 2), "notes.txt"), "by hand");
  writeFileSync(join(place.dataDir, "files", harbor, sha256.slice(0, 2), `${sha256}.0a1b.partial`), "half");
  const { path, manifest } = await backup();
  expect(manifest.files.count).toBe(1);
  await restoreBackup(wish(path));
});

test("what a killed backup or restore left behind is cleared away by the next one", async () => {
  mkdirSync(join(place.dataDir, "backups/.work-abc"), { recursive: true });
  writeFileSync(join(place.dataDir, "backups/.purser-x.tar.zst.0a.partial"), "half");
  mkdirSync(join(place.dataDir, ".restore-20260101T000000Z"));
  await restoreBackup(wish((await backup()).path));
  expect(readdirSync(join(place.dataDir, "backups"))).toEqual([]);
  expect(readdirSync(place.dataDir).filter((name) => name.startsWith("."))).toEqual([]);
});

test("another user makes no backup: its files would lock the server out", async () => {
  if (process.geteuid?.() !== 0) return;
  chownSync(place.dataDir, 65_532, 65_532);
  expect(await problemOf(backup())).toContain("belongs to user 65532");
});

test("what is no archive, and what cannot be written, is said in a sentence", async () => {
  expect(await problemOf(restoreBackup(wish(place.dataDir)))).toBe(
    `failed: ${place.dataDir} is a directory, not a backup`,
  );
  const made = createBackup({ place, to: "/proc/x.tar.zst", withKey: false, now });
  expect(await problemOf(made)).toStartWith("cannot_create: nothing can be written in /proc: ");
});

test("a whole backup verifies, and names its files", async () => {
  const { sha256 } = await storeOf().put(harbor, Buffer.from("a contract"));
  const { path } = await backup();
  expect((await verifyBackup(path, place.dataDir, known)).files.list[0]?.name).toEndWith(sha256);
});
