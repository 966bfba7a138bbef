import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataPaths } from "../config/data-dir.ts";
import { OperatorProblem } from "../config/problem.ts";
import { entryNames, readArchive, readManifest } from "./archive.ts";
import { checkDatabase } from "./check.ts";
import type { Manifest } from "./manifest.ts";

/** One line of `backup list`. */
export interface ListedBackup {
  path: string;
  bytes: number;
  /** null when it cannot be read; then `problem` says why. */
  manifest: Manifest | null;
  problem: string | null;
}

/** The backups in the data directory, newest first. */
export async function listBackups(dataDir: string): Promise<ListedBackup[]> {
  const directory = dataPaths(dataDir).backups;
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => name.endsWith(".tar.zst") && !name.startsWith("."));
  const listed: ListedBackup[] = [];
  for (const name of names.toSorted().toReversed()) {
    const path = join(directory, name);
    const { manifest, problem } = await readManifest(path).then(
      (found) => ({ manifest: found, problem: null }),
      (error: unknown) => ({ manifest: null, problem: error instanceof Error ? error.message : String(error) }),
    );
    listed.push({ path, bytes: statSync(path).size, manifest, problem });
  }
  return listed;
}

/**
 * Proves that a backup is whole: every hash, and the database inside by SQLite's own checks.
 *
 * @param dataDir where the database is unpacked for that, when it exists; else the system's temporary directory
 * @param known the migrations of this program; a backup with others belongs to a newer one
 */
export async function verifyBackup(path: string, dataDir: string, known: readonly string[]): Promise<Manifest> {
  const place = existsSync(dataDir) ? dataDir : tmpdir();
  await sweep(place);
  const work = await mkdtemp(join(place, unpacked));
  try {
    const { manifest } = await readArchive(path, { into: work, files: false });
    assertSoundDatabase(join(work, entryNames.database), manifest, known);
    return manifest;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const unpacked = ".verify-";
const leftBehindMilliseconds = 24 * 3600_000;

/** What a check that was killed has unpacked; no check takes a day. */
async function sweep(place: string): Promise<void> {
  for (const name of readdirSync(place)) {
    const path = join(place, name);
    const isOld = name.startsWith(unpacked) && Date.now() - statSync(path).mtimeMs > leftBehindMilliseconds;
    if (isOld) await rm(path, { recursive: true, force: true });
  }
}

/** Throws unless a database out of a backup is undamaged, of the schema its manifest says, and not a newer Purser's. */
export function assertSoundDatabase(path: string, manifest: Manifest, known: readonly string[]): void {
  const { problems, migrations } = checkDatabase(path);
  if (problems.length > 0)
    throw new OperatorProblem("failed", `the backup's database is damaged: ${problems.join("; ")}`);
  if ((migrations.at(-1) ?? null) !== manifest.schema_version) {
    throw new OperatorProblem("failed", "the backup's database is not the one its manifest tells about");
  }
  assertKnownSchema(migrations, known);
}

/** Throws OperatorProblem `configuration` when there are migrations this program does not know. */
export function assertKnownSchema(migrations: readonly string[], known: readonly string[]): void {
  const unknown = migrations.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new OperatorProblem("configuration", `this database belongs to a newer Purser (it has ${unknown.join(", ")})`);
}
