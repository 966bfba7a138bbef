import { createHash, randomBytes } from "node:crypto";
import { mkdir, open as openFile, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Keyring } from "../crypto/keyring.ts";

/** Where the bytes of files are kept: encrypted, under the SHA-256 of their content. */
export interface FileStore {
  /** Keeps bytes; the same bytes of a tenant are kept once. They are on the disk when this returns. */
  put(tenantId: string, bytes: Uint8Array): Promise<{ sha256: string; size: number }>;
  /** The bytes again; throws `FileMissing`, or `SealBroken` when what lies on the disk was altered. */
  get(tenantId: string, sha256: string): Promise<Uint8Array>;
  exists(tenantId: string, sha256: string): Promise<boolean>;
  /** Seals a file anew with the tenant's present key; false when it was sealed with that already. */
  reseal(tenantId: string, sha256: string): Promise<boolean>;
  /**
   * Throws away what has lain there untouched since before `before` (milliseconds since 1970) and is `unused`: bytes whose
   * record was never written, because the program died in between, and halves of files. Returns how many went.
   */
  sweep(tenantId: string, before: number, unused: (sha256: string[]) => Promise<string[]>): Promise<number>;
  /** Throws all files of a tenant away: for one that is being deleted. */
  removeAll(tenantId: string): Promise<void>;
}

/** A record names bytes that are not in the store. */
export class FileMissing extends Error {
  constructor(sha256: string) {
    super(`the file ${sha256} is not in the store`);
    this.name = "FileMissing";
  }
}

/** A store below `directory`: `<tenant>/<first two digits>/<sha256>`, one AES-256-GCM envelope a file. */
export function fileStore(directory: string, keys: Keyring): FileStore {
  const exists = (path: string): Promise<boolean> =>
    stat(path).then(
      () => true,
      () => false,
    );
  return {
    put: async (tenantId, bytes) => {
      const sha256 = hashOf(bytes);
      const path = pathOf(directory, tenantId, sha256);
      // Touched, so that no sweep takes it for old before its record is written.
      if (!(await touched(path)))
        await writeWhole(path, keys.sealBytes(purpose, tenantId, bytes, aadOf(tenantId, sha256)));
      return { sha256, size: bytes.length };
    },
    get: async (tenantId, sha256) => {
      const path = pathOf(directory, tenantId, sha256);
      const sealed = await readSealed(path, sha256);
      const bytes = keys.openBytes(purpose, tenantId, sealed, aadOf(tenantId, sha256));
      if (hashOf(bytes) !== sha256) throw new Error(`the content of the file ${sha256} does not fit its name`);
      return bytes;
    },
    exists: (tenantId, sha256) => exists(pathOf(directory, tenantId, sha256)),
    reseal: async (tenantId, sha256) => {
      const path = pathOf(directory, tenantId, sha256);
      if (keys.isCurrent(tenantId, await readHead(path, sha256))) return false;
      const sealed = await readSealed(path, sha256);
      const aad = aadOf(tenantId, sha256);
      await writeWhole(path, keys.sealBytes(purpose, tenantId, keys.openBytes(purpose, tenantId, sealed, aad), aad));
      return true;
    },
    sweep: (tenantId, before, unused) => sweep(folderOf(directory, tenantId), before, unused),
    removeAll: (tenantId) => rm(folderOf(directory, tenantId), { recursive: true, force: true }),
  };
}

const purpose = "files";

async function readSealed(path: string, sha256: string): Promise<Uint8Array> {
  return readFile(path).catch(missing(sha256));
}

/** As much of a file as says what it was sealed with. */
async function readHead(path: string, sha256: string): Promise<Uint8Array> {
  const file = await openFile(path, "r").catch(missing(sha256));
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const headBytes = 64;

const missing =
  (sha256: string) =>
  (error: NodeJS.ErrnoException): never => {
    throw error.code === "ENOENT" ? new FileMissing(sha256) : error;
  };

// Ids and hashes become parts of a path, so they may not say anything else than what they are.
function folderOf(directory: string, tenantId: string): string {
  if (!/^[0-9a-f-]{36}$/.test(tenantId)) throw new Error(`${JSON.stringify(tenantId)} is not a tenant's id`);
  return join(directory, tenantId);
}

function pathOf(directory: string, tenantId: string, sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`${JSON.stringify(sha256)} is not a SHA-256`);
  return join(folderOf(directory, tenantId), sha256.slice(0, 2), sha256);
}

/** A file can be read only in its own place: moved to another tenant or name it does not open. */
function aadOf(tenantId: string, sha256: string): string {
  return `file/${tenantId}/${sha256}`;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Nobody ever sees half a file: written under another name, forced to the disk, then renamed. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const partial = `${path}.${randomBytes(6).toString("hex")}.partial`;
  try {
    const file = await openFile(partial, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    // Where the disk takes no removal either, the next sweep does it; what is told is why the file was not written.
    await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Whether a file is there; it then counts as put just now. */
async function touched(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    () => false,
  );
}

async function sweep(folder: string, before: number, unused: (sha256: string[]) => Promise<string[]>): Promise<number> {
  let swept = 0;
  for (const part of await readdir(folder).catch(() => [])) {
    const old: string[] = [];
    for (const name of await readdir(join(folder, part)).catch(() => []))
      if (await isOlder(join(folder, part, name), before)) old.push(name);
    const halves = old.filter((name) => name.endsWith(".partial"));
    const whole = old.filter((name) => /^[0-9a-f]{64}$/.test(name));
    for (const name of halves) await rm(join(folder, part, name), { force: true });
    swept += halves.length;
    for (const name of whole.length === 0 ? [] : await unused(whole))
      if (await removeOld(join(folder, part, name), before)) swept += 1;
  }
  return swept;
}

function isOlder(path: string, before: number): Promise<boolean> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs < before,
    () => false,
  );
}

/** Whoever puts the same bytes at this very moment either has touched them, and they stay, or no longer finds them. */
async function removeOld(path: string, before: number): Promise<boolean> {
  const aside = `${path}.${randomBytes(6).toString("hex")}.partial`;
  await rename(path, aside);
  if (await isOlder(aside, before)) {
    await rm(aside, { force: true });
    return true;
  }
  await rename(aside, path);
  return false;
}

/** Without this the new name itself could be lost in a power cut. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await openFile(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
