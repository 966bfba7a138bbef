import { afterEach, beforeEach, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type BackupWorld, backupWorld, harbor, known, now, problemOf } from "../../../tests/support/backups.ts";
import { prepareDataDir } from "../config/data-dir.ts";
import { createMasterKey, earlierKeyFile, keyIdAt, loadMasterKey } from "../crypto/master-key.ts";
import { lockDataDir } from "../lock.ts";
import { entryNames, hashFile, readArchive, writeArchive } from "./archive.ts";
import { createBackup } from "./create.ts";
import { rehearseRestore, restoreBackup } from "./restore.ts";
import { swap } from "./swap.ts";
import { verifyBackup } from "./verify.ts";

let w: BackupWorld;
beforeEach(() => {
  w = backupWorld();
});
afterEach(() => w.clear());

test("without the key it needs, a backup is refused before anything happens", async () => {
  const { path } = await w.backup();
  const fresh = w.placeAt("fresh");
  expect(await problemOf(restoreBackup(w.wish(path, fresh)))).toMatch(
    /^configuration: the backup needs the secret key .* there is no key/,
  );
  loadMasterKey(fresh, { mayCreate: true });
  const before = w.stateOf(fresh);
  expect(await problemOf(restoreBackup(w.wish(path, fresh)))).toMatch(/^configuration: .* the key there is/);
  expect(w.stateOf(fresh)).toEqual(before);
});

test("a backup from before an exchange of the key finds the earlier one beside the present one", async () => {
  const { sha256 } = await w.storeOf().put(harbor, Buffer.from("a contract"));
  const { path, manifest } = await w.backup();
  const { key_id } = manifest;
  renameSync(w.place.secretKeyFile, earlierKeyFile(w.place.secretKeyFile, key_id ?? ""));
  createMasterKey(w.place.secretKeyFile);
  const present = keyIdAt(w.place.secretKeyFile);
  expect((await rehearseRestore(w.wish(path))).key_id).toBe(key_id);
  const { replaced, isEarlierKey } = await restoreBackup(w.wish(path));
  expect(isEarlierKey).toBe(true);
  expect(Buffer.from(await w.storeOf().get(harbor, sha256)).toString()).toBe("a contract");
  expect(keyIdAt(join(replaced ?? "", "secret.key"))).toBe(present);
});

test("a key that is replaced is kept beside the replaced data", async () => {
  const { path } = await w.backup(true);
  const other = w.placeAt("other");
  loadMasterKey(other, { mayCreate: true });
  const oldKey = readFileSync(other.secretKeyFile);
  const { replaced } = await restoreBackup(w.wish(path, other));
  expect(readFileSync(join(replaced ?? "", "secret.key"))).toEqual(oldKey);
  expect(readFileSync(other.secretKeyFile)).toEqual(readFileSync(w.place.secretKeyFile));
});

test("a damaged archive is refused and nothing has changed, wherever the damage is", async () => {
  await w.storeOf().put(harbor, crypto.getRandomValues(new Uint8Array(60_000)));
  const { path } = await w.backup();
  const whole = readFileSync(path);
  const before = w.stateOf();
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
    const broken = join(w.root, "broken.tar.zst");
    writeFileSync(broken, version);
    expect(await problemOf(restoreBackup(w.wish(broken)))).toStartWith("failed: ");
    expect(await problemOf(verifyBackup(broken, w.place.dataDir, known))).toStartWith("failed: ");
    expect(w.stateOf()).toEqual(before);
  }
});

test("an archive may hold nothing that its manifest does not name", async () => {
  const { manifest } = await w.backup();
  const evil = join(w.root, "evil.tar.zst");
  const copy = join(w.root, "copy.sqlite");
  cpSync(w.databaseOf(), copy);
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
  expect(await problemOf(restoreBackup(w.wish(evil)))).toContain("../../escaped is not in the manifest");
  expect(existsSync(join(w.root, "escaped"))).toBe(false);
  rmSync(evil);
  const list = [{ name: "files/../../../../../../../../tmp/x", sha256: "a".repeat(64), bytes: 1 }];
  await writeArchive(
    evil,
    [entry(entryNames.manifest, Buffer.from(JSON.stringify({ ...stated, files: { count: 1, bytes: 1, list } })))],
    now,
  );
  expect(await problemOf(restoreBackup(w.wish(evil)))).toBe("failed: the backup's manifest is damaged");
});

test("what is longer than the manifest says is refused before a byte of it is written", async () => {
  const { manifest } = await w.backup();
  const path = join(w.root, "huge.tar.zst");
  const entry = (name: string, bytes: Uint8Array) => ({ name, size: bytes.length, body: Readable.from([bytes]) });
  const archive = (stated: object) =>
    writeArchive(
      path,
      [
        entry(entryNames.manifest, Buffer.from(JSON.stringify(stated))),
        entry(entryNames.database, new Uint8Array(8 * 1024 * 1024)),
      ],
      now,
    );
  await archive(manifest);
  const into = join(w.root, "into");
  mkdirSync(into);
  expect(await problemOf(readArchive(path, { into, files: true }))).toBe(
    "failed: the backup is damaged: purser.sqlite differs from its hash",
  );
  expect(existsSync(join(into, "purser.sqlite"))).toBe(false);
  rmSync(path);
  // Room is asked for by what the files come to, whatever the manifest says that they come to.
  const list = [{ name: `files/${harbor}/aa/${"a".repeat(64)}`, sha256: "a".repeat(64), bytes: 10 ** 15 }];
  await archive({ ...manifest, files: { count: 1, bytes: 1, list } });
  expect(await problemOf(restoreBackup(w.wish(path)))).toStartWith("cannot_create: the backup unpacked takes");
});

test("a restore is refused while a server or any other program has the data open", async () => {
  const { path } = await w.backup();
  const before = w.stateOf();
  const server = lockDataDir(w.place.dataDir);
  expect(await problemOf(restoreBackup(w.wish(path)))).toStartWith("try_later: another Purser");
  server.release();
  const shell = new Database(w.databaseOf());
  shell.run("begin");
  shell.query("select * from tickets").all();
  expect(await problemOf(restoreBackup(w.wish(path)))).toStartWith("try_later: another program");
  shell.close();
  expect(w.stateOf()).toEqual(before);
  await restoreBackup(w.wish(path));
});

test("a backup of a newer Purser is refused", async () => {
  w.execute("insert into migrations values ('20991231T0000_future', '')");
  const { path } = await w.backup();
  expect(await problemOf(restoreBackup(w.wish(path)))).toContain(
    "configuration: this database belongs to a newer Purser",
  );
  expect(await problemOf(rehearseRestore(w.wish(path)))).toContain("newer Purser");
});

test("a damaged database is replaced by a restore, and kept", async () => {
  const { path } = await w.backup();
  writeFileSync(w.databaseOf(), "not a database any more, but long enough to look like one".repeat(100));
  writeFileSync(`${w.databaseOf()}-wal`, "left over");
  const { replaced } = await restoreBackup(w.wish(path));
  expect(w.titles()).toEqual(["printer on fire"]);
  expect(readFileSync(join(replaced ?? "", "purser.sqlite"), "utf8")).toStartWith("not a database");
});

test("when the exchange fails at its last step, every earlier one is undone", async () => {
  await w.storeOf().put(harbor, Buffer.from("a contract"));
  const before = w.stateOf();
  const staging = join(w.place.dataDir, ".restore-x");
  mkdirSync(join(staging, "files"), { recursive: true });
  cpSync(w.databaseOf(), join(staging, "purser.sqlite"));
  const failing = (): never => {
    throw new Error("disk full");
  };
  const work = swap(w.place, staging, { installKey: failing, withFiles: true, now });
  expect(await problemOf(work)).toBe("failed: nothing was restored, the data is as it was: disk full");
  rmSync(staging, { recursive: true });
  expect(w.stateOf()).toEqual(before);
  expect(w.titles()).toEqual(["printer on fire"]);
});

test("a restore never lands in the place of data kept by an earlier one", async () => {
  const { path } = await w.backup();
  w.execute("update tickets set title = 'present'");
  writeFileSync(join(w.place.dataDir, "before-restore-20261121T065409Z"), "");
  expect(await problemOf(restoreBackup(w.wish(path)))).toStartWith("failed: nothing was restored");
  expect(w.titles()).toEqual(["present"]);
  prepareDataDir(w.place.dataDir);
});

test("after a restore that was cut off no server starts, until a restore has come through", async () => {
  const { path } = await w.backup();
  writeFileSync(join(w.place.dataDir, "restore-unfinished"), "");
  expect(() => prepareDataDir(w.place.dataDir)).toThrow("was cut off");
  await restoreBackup(w.wish(path));
  prepareDataDir(w.place.dataDir);
});

test("a rehearsal proves the backup and changes nothing", async () => {
  const { path } = await w.backup();
  const before = w.stateOf();
  expect((await rehearseRestore(w.wish(path))).created_at).toBe("2026-11-21T06:54:09.123Z");
  expect(w.stateOf()).toEqual(before);
});

test("what is no archive, and what cannot be written, is said in a sentence", async () => {
  expect(await problemOf(restoreBackup(w.wish(w.place.dataDir)))).toBe(
    `failed: ${w.place.dataDir} is a directory, not a backup`,
  );
  const made = createBackup({ place: w.place, to: "/proc/x.tar.zst", withKey: false, now });
  expect(await problemOf(made)).toStartWith("cannot_create: nothing can be written in /proc: ");
});
