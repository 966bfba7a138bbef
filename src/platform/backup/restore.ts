import { Database } from "bun:sqlite";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { dataPaths, freeBytes, prepareDataDir } from "../config/data-dir.ts";
import { OperatorProblem } from "../config/problem.ts";
import { keyIdOf } from "../crypto/keyring.ts";
import {
  createMasterKey,
  earlierKeyFile,
  keyIdAt,
  type KeyPlace,
  parseMasterKey,
  readMasterKey,
} from "../crypto/master-key.ts";
import { isBusy, lockDataDir } from "../lock.ts";
import { entryNames, readArchive, readManifest } from "./archive.ts";
import { stampOf } from "./create.ts";
import type { Manifest } from "./manifest.ts";
import { swap } from "./swap.ts";
import { assertKnownSchema, assertSoundDatabase, verifyBackup } from "./verify.ts";

export interface RestoreWish {
  place: KeyPlace;
  archive: string;
  /** The migrations of this program, by name. */
  known: readonly string[];
  now: Date;
}

export interface Restored {
  manifest: Manifest;
  /** Where the data that was there before is now; null when there was none. */
  replaced: string | null;
  /** Whether the key was put back that was in use before an exchange. */
  isEarlierKey: boolean;
}

/** Does all of a restore that changes nothing: the archive's hashes, its database, schema and key. */
export async function rehearseRestore({ place, archive, known }: RestoreWish): Promise<Manifest> {
  const announced = await readManifest(archive);
  assertRestorable(announced, place, known);
  return verifyBackup(archive, place.dataDir, known);
}

/**
 * Puts a backup in the place of what is in the data directory. Everything is unpacked and checked beside it first, then
 * exchanged by renames; what was there is kept as `before-restore-<stamp>`, and comes back if anything fails.
 *
 * @throws OperatorProblem `try_later` when another process uses the data, `configuration` when the backup belongs to a
 *   newer Purser or needs another key, `cannot_create` without room, `failed` when the backup is damaged
 */
export async function restoreBackup(wish: RestoreWish): Promise<Restored> {
  const { place, archive, known, now } = wish;
  const announced = await readManifest(archive);
  assertRestorable(announced, place, known);
  // An interrupted restore is what a new one is to mend, so it is no reason to refuse.
  prepareDataDir(place.dataDir, { mayBeUnfinished: true });
  const server = lockDataDir(place.dataDir);
  let backups = null;
  const staging = join(place.dataDir, `.restore-${stampOf(now)}`);
  try {
    backups = lockDataDir(place.dataDir, "backup.lock");
    await sweep(place.dataDir);
    assertRoom(announced, place.dataDir);
    await mkdir(join(staging, "files"), { recursive: true, mode: 0o700 });
    const { manifest, key } = await readArchive(archive, { into: staging, files: true });
    assertSoundDatabase(join(staging, entryNames.database), manifest, known);
    const installKey = keyToInstall(place, manifest, key);
    proveUnused(dataPaths(place.dataDir).database);
    const replaced = await swap(place, staging, { installKey, withFiles: true, now });
    return { manifest, replaced, isEarlierKey: key === null && installKey !== null };
  } finally {
    await rm(staging, { recursive: true, force: true });
    backups?.release();
    server.release();
  }
}

/** What a restore that was killed has unpacked; the locks say that nobody else is at work here. */
export async function sweep(dataDir: string): Promise<void> {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(".restore-")) await rm(join(dataDir, name), { recursive: true, force: true });
  }
}

/** What can be said from the manifest alone, before gigabytes are unpacked. */
function assertRestorable(manifest: Manifest, place: KeyPlace, known: readonly string[]): void {
  if (manifest.schema_version !== null) assertKnownSchema([manifest.schema_version], known);
  if (manifest.key_id === null) return;
  const installed = keyIdAt(place.secretKeyFile);
  if (installed === manifest.key_id) return;
  if (!manifest.includes_key && earlierKey(place, manifest.key_id) === null) {
    const there = installed === null ? "there is no key" : `the key there is ${installed}`;
    throw new OperatorProblem(
      "configuration",
      `the backup needs the secret key ${manifest.key_id}, which is not inside, and ${there} at ${place.secretKeyFile}`,
      ["Put that key in its place first; without it files and stored passwords cannot be read."],
    );
  }
  if (installed !== null && relative(place.dataDir, place.secretKeyFile).startsWith("..")) {
    throw new OperatorProblem(
      "configuration",
      `the backup goes with the secret key ${manifest.key_id}, but ${place.secretKeyFile} holds ${installed}`,
      ["That file is not in the data directory and so is not replaced: move it away first."],
    );
  }
}

/** A key that was in use before an exchange and is kept beside the present one; null when it is not. */
export function earlierKey({ secretKeyFile }: KeyPlace, id: string): Uint8Array | null {
  const path = earlierKeyFile(secretKeyFile, id);
  return keyIdAt(path) === id ? readMasterKey(path) : null;
}

/** The key that has to be put in place, out of the archive or kept from before an exchange; null when the one there fits. */
function keyToInstall(
  place: KeyPlace,
  manifest: Manifest,
  content: Uint8Array | null,
): ((path: string) => void) | null {
  const inside = content === null ? null : parseMasterKey(content, "the key in the backup");
  if (inside !== null && keyIdOf(inside) !== manifest.key_id)
    throw new OperatorProblem("failed", "the key in the backup is another one than it says");
  if (manifest.key_id === null || keyIdAt(place.secretKeyFile) === manifest.key_id) return null;
  const key = inside ?? earlierKey(place, manifest.key_id);
  return key === null ? null : (path) => createMasterKey(path, key);
}

function assertRoom(manifest: Manifest, dataDir: string): void {
  const needed = manifest.files.list.reduce((sum, file) => sum + file.bytes, manifest.database.bytes);
  const free = freeBytes(dataDir);
  if (free > needed * 1.05) return;
  const [need, have] = [needed, free].map((bytes) => `${Math.ceil(bytes / 1e6)} MB`);
  throw new OperatorProblem(
    "cannot_create",
    `the backup unpacked takes ${need}, but only ${have} are free for ${dataDir}`,
  );
}

/**
 * Leaving WAL mode needs the database for oneself: it proves that nobody has it open, also no shell, and writes the WAL
 * back so that one file is the whole database. A damaged database, the reason for many a restore, is taken as it is.
 */
export function proveUnused(path: string): void {
  if (!existsSync(path)) return;
  let database: Database | null = null;
  try {
    database = new Database(path, { readwrite: true, create: false });
    database.run("pragma busy_timeout = 0");
    database.query("pragma journal_mode = delete").get();
  } catch (error) {
    if (isBusy(error)) {
      throw new OperatorProblem("try_later", `another program has ${path} open`, ["Close it first, then try again."]);
    }
  } finally {
    database?.close();
  }
}
