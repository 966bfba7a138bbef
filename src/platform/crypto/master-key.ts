import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { dataPaths } from "../config/data-dir.ts";
import { OperatorProblem } from "../config/problem.ts";
import { keyIdOf } from "./keyring.ts";

/** Where the key is, and whose data it belongs to. */
export interface KeyPlace {
  secretKeyFile: string;
  dataDir: string;
}

/**
 * The master key of 32 bytes.
 *
 * @param mayCreate whether a missing key is made. Only where the database has no organization yet: a new key could not
 *   read what another one has sealed.
 * @throws OperatorProblem `configuration` when it is missing or damaged, `cannot_create` when it cannot be written
 */
export function loadMasterKey(place: KeyPlace, { mayCreate }: { mayCreate: boolean }): Uint8Array {
  const path = place.secretKeyFile;
  if (!existsSync(path)) {
    if (!mayCreate || hasFiles(place.dataDir)) throw missing(path);
    createMasterKey(path);
  }
  return readMasterKey(path);
}

/** The id of the key in a file; null when there is none. */
export function keyIdAt(path: string): string | null {
  return existsSync(path) ? keyIdOf(readMasterKey(path)) : null;
}

/** The key in a file that is there. */
export function readMasterKey(path: string): Uint8Array {
  return parseMasterKey(readKeyFile(path), path);
}

/** Where a new key waits until the data is under it. */
export function nextKeyFile(secretKeyFile: string): string {
  return `${secretKeyFile}.next`;
}

/** Where a key is kept after it was exchanged: backups from before need it. */
export function earlierKeyFile(secretKeyFile: string, id: string): string {
  return `${secretKeyFile}.${id}`;
}

/** The ids of the keys that are kept so. */
export function earlierKeysAt(secretKeyFile: string): string[] {
  const start = `${basename(secretKeyFile)}.`;
  return readdirSync(dirname(secretKeyFile))
    .filter((name) => name.startsWith(start))
    .map((name) => name.slice(start.length))
    .filter((id) => /^[0-9a-f]{8}$/.test(id))
    .toSorted();
}

/**
 * Puts the key that waits in its place when the data is under it already, and keeps the earlier one. Each step leaves both
 * to be found: where it was cut off it is called again, and goes on.
 *
 * @param needed the id of the key that the data is under
 * @returns whether there was something to do
 */
export function settleMasterKey(secretKeyFile: string, needed: string): boolean {
  const next = nextKeyFile(secretKeyFile);
  const present = keyIdAt(secretKeyFile);
  if (present === needed || keyIdAt(next) !== needed) return false;
  if (present !== null) createMasterKey(earlierKeyFile(secretKeyFile, present), readMasterKey(secretKeyFile));
  try {
    renameSync(next, secretKeyFile);
    syncFolder(dirname(secretKeyFile));
  } catch (error) {
    throw new OperatorProblem(
      "cannot_create",
      `${next} cannot be put in the place of ${secretKeyFile}: ${String(error)}`,
      ["The data is under that key already: put it there by hand."],
    );
  }
  return true;
}

/** Reads a key file's content: 32 bytes as they are, or in hexadecimal or base64 (either alphabet). */
export function parseMasterKey(content: Uint8Array, path: string): Uint8Array {
  if (content.length === 32) return new Uint8Array(content);
  const text = Buffer.from(content).toString("latin1").trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return new Uint8Array(Buffer.from(text, "hex"));
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return new Uint8Array(Buffer.from(text, "base64"));
  throw new OperatorProblem("configuration", `${path} does not hold a key of 32 bytes (raw, hexadecimal or base64)`);
}

/** A key as it is written to its file. */
function formatMasterKey(key: Uint8Array): string {
  return `${Buffer.from(key).toString("base64")}\n`;
}

/** Writes a new random key, mode 0600. When another process was faster, its key stays. */
export function createMasterKey(path: string, key: Uint8Array = randomBytes(32)): void {
  const partial = `${path}.${randomBytes(6).toString("hex")}.partial`;
  try {
    const file = openSync(partial, "wx", 0o600);
    try {
      writeSync(file, formatMasterKey(key));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // A link, unlike a rename, never replaces a key that is there.
    linkSync(partial, path);
    syncFolder(dirname(path));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code !== "EEXIST") {
      throw new OperatorProblem("cannot_create", `the secret key ${path} cannot be written: ${String(error)}`);
    }
  } finally {
    rmSync(partial, { force: true });
  }
}

/** Forces the names in a directory to the disk. */
function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Whatever a caller believes: where encrypted files lie, a new key is the wrong one. */
function hasFiles(dataDir: string): boolean {
  const { files } = dataPaths(dataDir);
  return existsSync(files) && readdirSync(files).length > 0;
}

function readKeyFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new OperatorProblem("configuration", `the secret key cannot be read: ${String(error)}`);
  }
}

function missing(path: string): OperatorProblem {
  return new OperatorProblem("configuration", `the secret key ${path} is missing, and there is data that needs it`, [
    "Put the file back, or name its place with PURSER_SECRET_KEY_FILE or the systemd credential purser.secret_key.",
    "A new one, for an installation without any data: head -c 32 /dev/urandom | base64 > secret.key",
  ]);
}
