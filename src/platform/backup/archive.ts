import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import { OperatorProblem } from "../config/problem.ts";
import { type Manifest, parseManifest } from "./manifest.ts";
import { readTar, TarBroken, type TarEntry, writeTar } from "./tar.ts";

/** The names in an archive beside `files/…`. */
export const entryNames = { manifest: "manifest.json", database: "purser.sqlite", key: "secret.key" } as const;

const largestManifest = 512 * 1024 * 1024;

/** Writes a new .tar.zst (0600) and forces it to the disk; never replaces a file that is there. */
export async function writeArchive(path: string, entries: Iterable<TarEntry>, createdAt: Date): Promise<void> {
  const target = createWriteStream(path, { flags: "wx", mode: 0o600 });
  await once(target, "open").catch((error: unknown) => {
    const said = error instanceof Error ? error.message : String(error);
    throw new OperatorProblem("cannot_create", `nothing can be written in ${dirname(path)}: ${said}`);
  });
  await pipeline(Readable.from(writeTar(entries, createdAt)), createZstdCompress(), target);
  await syncPath(path);
}

/** The manifest alone, without reading the rest. */
export async function readManifest(path: string): Promise<Manifest> {
  return withEntries(path, async (entries) => takeManifest(entries));
}

/**
 * Reads a whole archive against its manifest: every entry named there, nothing else, each with its hash. With `into`, the
 * database and the key are written there, and with `files` the files too.
 *
 * @throws OperatorProblem `failed` when anything differs; what was written so far is of no use then
 */
export async function readArchive(
  path: string,
  { into, files }: { into: string; files: boolean },
): Promise<{ manifest: Manifest; key: Uint8Array | null }> {
  return withEntries(path, async (entries) => {
    const manifest = await takeManifest(entries);
    const wanted = new Map([
      [entryNames.database as string, manifest.database],
      ...manifest.files.list.map((file) => [file.name, file] as const),
    ]);
    let key: Uint8Array | null = null;
    for await (const entry of entries) {
      if (entry.name === entryNames.key && manifest.includes_key && key === null && entry.size <= 1024) {
        key = Buffer.concat(await Array.fromAsync(entry.body));
        continue;
      }
      const expected = wanted.get(entry.name);
      if (expected === undefined) throw damaged(`${entry.name} is not in the manifest`);
      wanted.delete(entry.name);
      // Before a byte of it is written: what is longer than the manifest says could fill the disk.
      if (entry.size !== expected.bytes) throw damaged(`${entry.name} differs from its hash`);
      const isKept = files || entry.name === entryNames.database;
      // Safe as a path: the manifest's names have been checked one by one.
      const got = await take(entry, isKept ? join(into, entry.name) : null);
      if (got !== expected.sha256) throw damaged(`${entry.name} differs from its hash`);
    }
    const [absent] = wanted.keys();
    if (absent !== undefined) throw damaged(`${absent} is missing`);
    if (manifest.includes_key && key === null) throw damaged("the key is missing");
    return { manifest, key };
  });
}

/** The SHA-256 of a file's bytes and how many there are. */
export async function hashFile(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).length;
  }
  return { sha256: hash.digest("hex"), bytes };
}

/** Forces a file, or the names in a directory, to the disk. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function takeManifest(entries: AsyncIterator<TarEntry>): Promise<Manifest> {
  const { value: first, done } = await entries.next();
  if (done === true || first.name !== entryNames.manifest || first.size > largestManifest) {
    throw damaged("it does not begin with a manifest");
  }
  return parseManifest(Buffer.concat(await Array.fromAsync(first.body as AsyncIterable<Uint8Array>)).toString());
}

/** Reads an entry to its end, into a file when given one; answers its hash. */
async function take(entry: TarEntry, path: string | null): Promise<string> {
  const hash = createHash("sha256");
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of entry.body) {
      hash.update(chunk);
      yield chunk;
    }
  }
  if (path === null) {
    for await (const chunk of hashed()) void chunk;
  } else {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await pipeline(Readable.from(hashed()), createWriteStream(path, { flags: "wx", mode: 0o600 }));
    await syncPath(path);
  }
  return hash.digest("hex");
}

async function withEntries<T>(path: string, read: (entries: AsyncGenerator<TarEntry>) => Promise<T>): Promise<T> {
  const source = createReadStream(path);
  const unpacked = createZstdDecompress();
  source.on("error", (error) => unpacked.destroy(error));
  source.pipe(unpacked);
  try {
    return await read(readTar(unpacked as AsyncIterable<Uint8Array>));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "EISDIR") throw new OperatorProblem("failed", `${path} is a directory, not a backup`);
    if (code === "ENOENT") throw new OperatorProblem("failed", `there is no file ${path}`);
    if (error instanceof TarBroken || /^(Z_|ZSTD|ERR_ZSTD|ERR_ZLIB)/i.test(code) || isUnknownFrame(error)) {
      throw damaged(error instanceof Error ? error.message : code);
    }
    throw error;
  } finally {
    source.destroy();
    unpacked.destroy();
  }
}

/** Zstandard's complaints about bytes that are none of its own come without a code. */
function isUnknownFrame(error: unknown): boolean {
  return error instanceof Error && /frame|descriptor|checksum|corrupt|dictionary|zstd/i.test(error.message);
}

function damaged(what: string): OperatorProblem {
  return new OperatorProblem("failed", `the backup is damaged: ${what}`);
}
