import { Database } from "bun:sqlite";
import { randomBytes } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { dataPaths, prepareDataDir } from "../config/data-dir.ts";
import { OperatorProblem } from "../config/problem.ts";
import { programVersion } from "../config/version.ts";
import { keyIdOf } from "../crypto/keyring.ts";
import { type KeyPlace, parseMasterKey } from "../crypto/master-key.ts";
import { lockDataDir } from "../lock.ts";
import { entryNames, hashFile, syncPath, writeArchive } from "./archive.ts";
import { checkDatabase, keyNeededBy } from "./check.ts";
import { type Manifest, manifestFormat, storedFileName } from "./manifest.ts";
import type { TarEntry } from "./tar.ts";

export interface BackupWish {
  place: KeyPlace;
  /** The archive to write, or an existing directory to put it in; null: `backups/` of the data directory. */
  to: string | null;
  withKey: boolean;
  now: Date;
}

/**
 * Backs up a data directory while the server may be running: a consistent copy of the database first, then every file, so
 * that whatever a row of the copy refers to is there.
 *
 * @throws OperatorProblem `cannot_create`, `try_later` (another backup runs), `failed` (the database is damaged)
 */
export async function createBackup(wish: BackupWish): Promise<{ path: string; manifest: Manifest }> {
  const { place, to, withKey, now } = wish;
  const paths = dataPaths(place.dataDir);
  const nothing = new OperatorProblem("failed", `there is no database in ${place.dataDir}`);
  if (!existsSync(place.dataDir)) throw nothing;
  // As another user the backup would leave files behind that the server cannot touch.
  prepareDataDir(place.dataDir);
  if (!existsSync(paths.database)) throw nothing;
  const key = existsSync(place.secretKeyFile) ? readFileSync(place.secretKeyFile) : null;
  if (withKey && key === null) throw new OperatorProblem("failed", `there is no key at ${place.secretKeyFile}`);
  const path = await targetOf(to ?? paths.backups, to === null, now);
  const partial = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.partial`);
  const lock = lockDataDir(place.dataDir, "backup.lock");
  try {
    await mkdir(paths.backups, { recursive: true, mode: 0o700 });
    await sweep(paths.backups);
    const manifest = await pack(wish, key, partial, await mkdtemp(join(paths.backups, ".work-")));
    if (existsSync(path)) throw taken(path);
    await rename(partial, path);
    await syncPath(dirname(path));
    return { path, manifest };
  } finally {
    await rm(partial, { force: true });
    lock.release();
  }
}

/** Copies the database, then packs the copy and every file; `work` is removed again. */
async function pack(wish: BackupWish, key: Uint8Array | null, target: string, work: string): Promise<Manifest> {
  const { place, withKey, now } = wish;
  const paths = dataPaths(place.dataDir);
  try {
    const copy = join(work, entryNames.database);
    copyDatabase(paths.database, copy);
    const { problems, migrations } = checkDatabase(copy);
    if (problems.length > 0) throw new OperatorProblem("failed", `the database is damaged: ${problems.join("; ")}`);
    const list = await listFiles(paths.files);
    const manifest: Manifest = {
      format: manifestFormat,
      created_at: now.toISOString(),
      purser_version: programVersion,
      schema_version: migrations.at(-1) ?? null,
      database: await hashFile(copy),
      files: { count: list.length, bytes: list.reduce((sum, file) => sum + file.bytes, 0), list },
      key_id:
        key === null
          ? null
          : assertKeyFits(keyNeededBy(copy), keyIdOf(parseMasterKey(key, place.secretKeyFile)), place),
      includes_key: withKey,
    };
    await writeArchive(target, entriesOf(manifest, copy, place.dataDir, withKey ? key : null), now);
    return manifest;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A backup that named another key than its data needs could not be restored when it is needed. */
function assertKeyFits(needed: string | null, present: string, place: KeyPlace): string {
  if (needed === null || needed === present) return present;
  throw new OperatorProblem(
    "configuration",
    `the data is under the master key ${needed}, but ${place.secretKeyFile} holds ${present}`,
    ["Where a key exchange was cut off, `purser key exchange` ends it, and so does a start of the server."],
  );
}

async function targetOf(to: string, isOwnFolder: boolean, now: Date): Promise<string> {
  if (isOwnFolder) await mkdir(to, { recursive: true, mode: 0o700 });
  const path = resolve(to);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const target = isFolder ? join(path, `purser-${stampOf(now)}.tar.zst`) : path;
  if (existsSync(target)) throw taken(target);
  if (!existsSync(dirname(target)))
    throw new OperatorProblem("cannot_create", `there is no directory ${dirname(target)}`);
  return target;
}

function taken(path: string): OperatorProblem {
  return new OperatorProblem("cannot_create", `${path} is already there, and is not overwritten`);
}

/** An instant as part of a file name: `20261121T065409Z`. */
export function stampOf(instant: Date): string {
  return instant.toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

/** `VACUUM INTO` copies one consistent state, also while another process is in the middle of writing. */
function copyDatabase(from: string, to: string): void {
  const database = new Database(from, { readwrite: true, create: false });
  try {
    database.run("pragma busy_timeout = 30000");
    database.run("vacuum into ?", [to]);
  } catch (error) {
    throw new OperatorProblem(
      "failed",
      `the database cannot be copied: ${error instanceof Error ? error.message : error}`,
    );
  } finally {
    database.close();
  }
}

/** The stored files. Anything else that lies there is none of ours, and would not be taken back by a restore. */
async function listFiles(directory: string): Promise<Manifest["files"]["list"]> {
  if (!existsSync(directory)) return [];
  const found = await Array.fromAsync(new Bun.Glob("*/*/*").scan(directory));
  const names = found.map((name) => `files/${name}`).filter((name) => storedFileName.test(name));
  const list: Manifest["files"]["list"] = [];
  for (const name of names.toSorted()) list.push({ name, ...(await hashFile(join(dirname(directory), name))) });
  return list;
}

/** What a backup that was killed has left behind; nobody else is at work here, the lock says so. */
async function sweep(backups: string): Promise<void> {
  for (const name of readdirSync(backups)) {
    if (/^\.work-|^\..*\.partial$/.test(name)) await rm(join(backups, name), { recursive: true, force: true });
  }
}

function* entriesOf(manifest: Manifest, copy: string, dataDir: string, key: Uint8Array | null): Generator<TarEntry> {
  yield inMemory(entryNames.manifest, Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
  if (key !== null) yield inMemory(entryNames.key, key);
  yield { name: entryNames.database, size: manifest.database.bytes, body: createReadStream(copy) };
  for (const { name, bytes } of manifest.files.list) {
    yield { name, size: bytes, body: createReadStream(join(dataDir, name)) };
  }
}

function inMemory(name: string, bytes: Uint8Array): TarEntry {
  async function* body(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  return { name, size: bytes.length, body: body() };
}
