import { accessSync, constants, existsSync, mkdirSync, readdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { OperatorProblem } from "./problem.ts";

/** The files of a data directory, by name. */
export const dataPaths = (dataDir: string) => ({
  database: join(dataDir, "purser.sqlite"),
  files: join(dataDir, "files"),
  backups: join(dataDir, "backups"),
  setupUrl: join(dataDir, "setup-url"),
});

/** Stands while a restore exchanges the data; left behind only by one that was cut off. */
export const restoreMarker = (dataDir: string): string => join(dataDir, "restore-unfinished");

/** File systems by the number that statfs(2) gives; on these SQLite loses data, or everything goes with the power. */
const refused = new Map<number, string>([
  [0x01021994, "tmpfs, which is memory"],
  [0x858458f6, "ramfs, which is memory"],
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x517b, "SMB"],
  [0x01021997, "9p"],
  [0x6b414653, "AFS"],
  [0x00c36400, "CephFS"],
]);

/** What a server needs to start: below this, a migration or the first busy day could fill the disk. */
const leastFreeBytes = 100 * 1024 * 1024;

/** Bytes that may still be written to a directory's file system. */
export function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** Whether files can be made in a directory: it is ours, and neither it nor its disk is read-only. */
export function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The name of a directory's file system when data must not be kept on it; null when it may. */
export function refusedFileSystem(directory: string): string | null {
  return refused.get(statfsSync(directory).type >>> 0) ?? null;
}

/**
 * Makes the data directory when missing (0700) and refuses what would harm: memory or network file systems, another
 * owner, no right to write, a full disk, a restore that was cut off.
 *
 * @throws OperatorProblem `cannot_create` or `configuration`
 */
export function prepareDataDir(dataDir: string, { mayBeUnfinished = false } = {}): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new OperatorProblem("cannot_create", `the data directory ${dataDir} cannot be used: ${messageOf(error)}`, [
      "Set PURSER_DATA_DIR to a directory that this user may write to.",
    ]);
  }
  const volatile = refusedFileSystem(dataDir);
  if (volatile !== null) {
    throw new OperatorProblem("configuration", `the data directory ${dataDir} is on ${volatile}; use a local disk`);
  }
  const { uid } = statSync(dataDir);
  const self = process.geteuid?.();
  if (self !== undefined && uid !== self) {
    throw new OperatorProblem(
      "configuration",
      `the data directory ${dataDir} belongs to user ${uid}, but this program runs as ${self}`,
      ["Run Purser as the directory's owner: files of two owners lock each other out later."],
    );
  }
  if (!mayBeUnfinished && existsSync(restoreMarker(dataDir))) {
    throw new OperatorProblem("configuration", `a restore of ${dataDir} was cut off, so its data is not complete`, [
      "Run `purser restore FILE` again; the data from before is in before-restore-… there.",
    ]);
  }
  const free = freeBytes(dataDir);
  if (free < leastFreeBytes) {
    const [have, need] = [free, leastFreeBytes].map((bytes) => Math.floor(bytes / 1e6));
    throw new OperatorProblem("cannot_create", `only ${have} MB are free for ${dataDir}, and ${need} MB are needed`, [
      "Nothing has been changed. Make room on that disk, for instance by moving old backups away, and try again.",
    ]);
  }
}

/** What an earlier database has left in a data directory, in words; null: nothing, so a new one may be begun. */
function leftByEarlier(dataDir: string): string | null {
  const { files, backups } = dataPaths(dataDir);
  const holds = (folder: string, name: RegExp): boolean =>
    existsSync(folder) && readdirSync(folder).some((one) => name.test(one));
  if (holds(files, /./)) return files;
  return holds(backups, /^before-upgrade-.*\.sqlite$|\.tar\.zst$/) ? backups : null;
}

/**
 * Refuses to begin anew where a database has been lost: everybody would see an empty program and take it for the whole.
 *
 * @throws OperatorProblem `configuration`
 */
export function assertNothingLost(dataDir: string): void {
  const left = leftByEarlier(dataDir);
  if (left === null) return;
  throw new OperatorProblem("configuration", `the database is missing or empty, but ${left} is from an earlier one`, [
    `Put ${dataPaths(dataDir).database} back, or a backup in its place: \`purser restore FILE\`.`,
    `To begin anew on purpose, move ${left} away first.`,
  ]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
