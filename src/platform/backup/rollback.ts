import { existsSync, readdirSync, statSync } from "node:fs";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { dataPaths, freeBytes, prepareDataDir } from "../config/data-dir.ts";
import { OperatorProblem } from "../config/problem.ts";
import { createMasterKey, keyIdAt, type KeyPlace } from "../crypto/master-key.ts";
import { lockDataDir } from "../lock.ts";
import { syncPath } from "./archive.ts";
import { checkDatabase, keyNeededBy } from "./check.ts";
import { stampOf } from "./create.ts";
import { earlierKey, proveUnused, sweep } from "./restore.ts";
import { swap } from "./swap.ts";
import { assertKnownSchema } from "./verify.ts";

/** What a migration has left: the database as it was before, without the files, which no migration touches. */
export interface Snapshot {
  path: string;
  /** The newest step of its schema. */
  version: string;
  made_at: Date;
}

/** The copies that upgrades have left, newest first. */
export function listSnapshots(dataDir: string): Snapshot[] {
  const { backups } = dataPaths(dataDir);
  if (!existsSync(backups)) return [];
  return readdirSync(backups)
    .flatMap((name) => {
      const [, version] = /^before-upgrade-(.+)-\d{8}T\d{6}Z?\.sqlite$/.exec(name) ?? [];
      const path = join(backups, name);
      return version === undefined ? [] : [{ path, version, made_at: statSync(path).mtime }];
    })
    .toSorted((a, b) => b.made_at.getTime() - a.made_at.getTime());
}

/**
 * Takes an upgrade back: the copy that it has left comes in the place of the database. What was there is kept as after a
 * restore, and the copy too.
 *
 * @param file the copy; null: the newest one
 * @throws OperatorProblem `try_later` when another process uses the data, `configuration` when the copy belongs to a newer
 *   Purser, `cannot_create` without room, `failed` when there is none or it is damaged
 */
export async function rollBack({
  place,
  file,
  known,
  now,
}: {
  place: KeyPlace;
  file: string | null;
  known: readonly string[];
  now: Date;
}): Promise<{ snapshot: Snapshot; replaced: string | null }> {
  const { dataDir } = place;
  const snapshots = listSnapshots(dataDir);
  const snapshot = file === null ? snapshots[0] : snapshots.find(({ path }) => resolve(path) === resolve(file));
  if (snapshot === undefined)
    throw new OperatorProblem("failed", `${file ?? dataPaths(dataDir).backups} holds no copy from before an upgrade`, [
      "`purser backup list` shows the backups, and `purser restore FILE` puts one in the place of the data.",
    ]);
  prepareDataDir(dataDir, { mayBeUnfinished: true });
  const server = lockDataDir(dataDir);
  const staging = join(dataDir, `.restore-${stampOf(now)}`);
  let backups = null;
  try {
    backups = lockDataDir(dataDir, "backup.lock");
    await sweep(dataDir);
    const needed = statSync(snapshot.path).size;
    if (freeBytes(dataDir) < needed * 1.05)
      throw new OperatorProblem("cannot_create", `${Math.ceil(needed / 1e6)} MB are needed in ${dataDir}`);
    await mkdir(staging, { mode: 0o700 });
    const copy = join(staging, "purser.sqlite");
    await copyFile(snapshot.path, copy);
    await syncPath(copy);
    const { problems, migrations } = checkDatabase(copy);
    if (problems.length > 0)
      throw new OperatorProblem("failed", `${snapshot.path} is damaged: ${problems.join("; ")}; nothing was changed`);
    assertKnownSchema(migrations, known);
    proveUnused(dataPaths(dataDir).database);
    const installKey = keyOfBefore(place, keyNeededBy(copy));
    return { snapshot, replaced: await swap(place, staging, { installKey, withFiles: false, now }) };
  } finally {
    await rm(staging, { recursive: true, force: true });
    backups?.release();
    server.release();
  }
}

/** Puts the key back that the copy is under, where the master key was exchanged since; null: it is the present one. */
function keyOfBefore(place: KeyPlace, needed: string | null): ((path: string) => void) | null {
  const present = keyIdAt(place.secretKeyFile);
  if (needed === null || present === needed) return null;
  const key = earlierKey(place, needed);
  if (key !== null) return (path) => createMasterKey(path, key);
  throw new OperatorProblem(
    "configuration",
    `the copy needs the secret key ${needed}, but ${place.secretKeyFile} holds ${present ?? "none"}`,
    ["Put that key in its place first; without it files and stored passwords cannot be read."],
  );
}
