import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { App } from "../context.ts";

/**
 * Where finished exports lie until they are fetched: compressed, and sealed piece by piece with the organization's own key.
 * A piece is four bytes of length and an envelope; its number and whether it is the last one are sealed in, so that pieces
 * cannot be left out, exchanged or cut off.
 */

const pieceBytes = 1024 * 1024;
const purpose = "export";

function vaultPath(app: Pick<App, "options">, id: string): string {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new Error(`${JSON.stringify(id)} is not an id`);
  return join(app.options.dataDir, "exports", `${id}.sealed`);
}

function aadOf(name: string, number: number, isLast: boolean): string {
  return `export/${name}/${number}/${isLast ? "end" : "piece"}`;
}

/** A large file is not copied and sealed as a whole while nobody is answered. */
function* inPieces(chunk: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < chunk.length; from += pieceBytes) yield chunk.subarray(from, from + pieceBytes);
}

/** Keeps a stream of bytes; answers how large it became. Nobody ever sees half of it. */
export async function keepExport(
  app: App,
  tenantId: string,
  id: string,
  source: AsyncIterable<Uint8Array>,
): Promise<number> {
  const path = vaultPath(app, id);
  const { packed } = await seal(app, tenantId, { path: `${path}.partial`, name: id }, source);
  await rename(`${path}.partial`, path);
  return packed;
}

/**
 * The bytes of a kept export, as `.tar.zst`. Throws when a piece is missing or altered. Nothing is held open between the
 * pieces, so that nothing is left over when nobody reads on.
 */
export function readExport(app: App, tenantId: string, id: string): AsyncGenerator<Uint8Array> {
  return unseal(app, tenantId, { path: vaultPath(app, id), name: id });
}

/** Deletes an archive; it need not be there any more. */
export async function dropExport(app: Pick<App, "options">, id: string): Promise<void> {
  await rm(vaultPath(app, id), { force: true });
  await rm(asidePath(app, id), { force: true });
}

const asidePath = (app: Pick<App, "options">, id: string): string => `${vaultPath(app, id)}.aside`;

/**
 * Lays bytes aside whose number has to be known before they go into an archive: on the disk, sealed as the archive will be, for
 * a table's file may be larger than memory. One thing at a time for each export; reading it to its end drops it.
 */
export async function layAside(
  app: App,
  tenantId: string,
  id: string,
  source: AsyncIterable<Uint8Array>,
): Promise<{ size: number; body: AsyncIterable<Uint8Array> }> {
  const file = { path: asidePath(app, id), name: `${id}/aside` };
  const { size } = await seal(app, tenantId, file, source);
  const body = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of unseal(app, tenantId, file)) if (piece.length > 0) yield await Bun.zstdDecompress(piece);
    await rm(file.path, { force: true });
  };
  return { size, body: body() };
}

/** A file of sealed pieces, and what its pieces are called. */
interface Sealed {
  path: string;
  name: string;
}

async function seal(
  app: App,
  tenantId: string,
  { path, name }: Sealed,
  source: AsyncIterable<Uint8Array>,
): Promise<{ size: number; packed: number }> {
  await mkdir(join(app.options.dataDir, "exports"), { recursive: true, mode: 0o700 });
  const file = await open(path, "w", 0o600);
  let number = 0;
  let size = 0;
  let packed = 0;
  const write = async (bytes: Uint8Array, isLast: boolean): Promise<void> => {
    // Frames of zstd one after the other are a zstd stream again.
    const piece = bytes.length === 0 ? bytes : await Bun.zstdCompress(bytes);
    const sealed = app.keyring.sealBytes(purpose, tenantId, piece, aadOf(name, number, isLast));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(sealed.length);
    await file.write(length);
    await file.write(sealed);
    number += 1;
    size += bytes.length;
    packed += piece.length;
  };
  try {
    let waiting: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of source) {
      for (const part of inPieces(chunk)) {
        waiting.push(part);
        length += part.length;
        if (length < pieceBytes) continue;
        await write(Buffer.concat(waiting), false);
        [waiting, length] = [[], 0];
      }
    }
    await write(Buffer.concat(waiting), true);
    await file.sync();
    await file.close();
    return { size, packed };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(path, { force: true });
    throw error;
  }
}

async function* unseal(app: App, tenantId: string, { path, name }: Sealed): AsyncGenerator<Uint8Array> {
  const file = Bun.file(path);
  const { size } = await file.stat();
  const bytes = async (from: number, length: number): Promise<Buffer> =>
    Buffer.from(await file.slice(from, from + length).arrayBuffer());
  for (let number = 0, at = 0; at < size; number += 1) {
    const length = (await bytes(at, 4)).readUInt32BE();
    const sealed = await bytes(at + 4, length);
    at += 4 + length;
    yield app.keyring.openBytes(purpose, tenantId, sealed, aadOf(name, number, at >= size));
  }
}
