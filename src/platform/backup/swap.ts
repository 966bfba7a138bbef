import { existsSync } from "node:fs";
import { mkdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { dataPaths, restoreMarker } from "../config/data-dir.ts";
import { OperatorProblem } from "../config/problem.ts";
import type { KeyPlace } from "../crypto/master-key.ts";
import { syncPath } from "./archive.ts";
import { stampOf } from "./create.ts";
import { migrationsOf } from "./check.ts";
import { openSqlite } from "../database/sqlite.ts";

/**
 * Exchanges the data with what is staged, by renames alone. On any failure every rename is undone, newest first. The marker
 * stands while it lasts: a server refuses to start on a directory that a power cut has left half exchanged.
 *
 * @param installKey writes the new key to a path; null: the key stays
 * @param withFiles whether the files are exchanged as well, or the database alone
 * @returns where the replaced data is, null when there was none
 */
export async function swap(
  place: KeyPlace,
  staging: string,
  { installKey, withFiles, now }: { installKey: ((path: string) => void) | null; withFiles: boolean; now: Date },
): Promise<string | null> {
  const { database, files, setupUrl } = dataPaths(place.dataDir);
  const marker = restoreMarker(place.dataDir);
  const kept = join(place.dataDir, `before-restore-${stampOf(now)}`);
  // A leftover -wal would be played into the restored database.
  const leaving = [database, `${database}-wal`, `${database}-shm`, setupUrl];
  if (withFiles) leaving.push(files);
  if (installKey !== null) leaving.push(place.secretKeyFile);
  const undo: (() => Promise<unknown>)[] = [];
  const move = async (from: string, to: string): Promise<void> => {
    await rename(from, to);
    undo.push(() => rename(to, from));
  };
  await writeFile(marker, `The data that was here is being moved to ${basename(kept)}.\n`, { mode: 0o600 });
  await syncPath(place.dataDir);
  try {
    await mkdir(kept, { mode: 0o700 });
    undo.push(() => rmdir(kept));
    for (const path of leaving) if (existsSync(path)) await move(path, join(kept, basename(path)));
    if (withFiles) await move(join(staging, "files"), files);
    await move(join(staging, basename(database)), database);
    if (installKey !== null) {
      undo.push(() => rm(place.secretKeyFile, { force: true }));
      installKey(place.secretKeyFile);
    }
    await syncPath(place.dataDir);
    assertOpens(database);
    await rm(marker);
    const isEmpty = await rmdir(kept).then(
      () => true,
      () => false,
    );
    return isEmpty ? null : kept;
  } catch (error) {
    for (const step of undo.toReversed()) await step();
    await rm(marker, { force: true });
    throw new OperatorProblem(
      "failed",
      `nothing was restored, the data is as it was: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Opens the database the way the server will, in its final place. */
function assertOpens(path: string): void {
  const database = openSqlite(path);
  try {
    migrationsOf(database);
  } finally {
    database.close();
  }
}
