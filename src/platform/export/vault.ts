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

function aadOf(id: string, number: number, isLast: boolean): string {
  return `export/${id}/${number}/${isLast ? "end" : "piece"}`;
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
  await mkdir(join(app.options.dataDir, "exports"), { recursive: true, mode: 0o700 });
  const file = await open(`${path}.partial`, "w", 0o600);
  let number = 0;
  let size = 0;
  const write = async (bytes: Uint8Array, isLast: boolean): Promise<void> => {
    // Frames of zstd one after the other are a zstd stream again.
    const packed = bytes.length === 0 ? bytes : await Bun.zstdCompress(bytes);
    const sealed = app.keyring.sealBytes(purpose, tenantId, packed, aadOf(id, number, isLast));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(sealed.length);
    await file.write(length);
    await file.write(sealed);
    number += 1;
    size += packed.length;
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
    await rename(`${path}.partial`, path);
    return size;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(`${path}.partial`, { force: true });
    throw error;
  }
}

/**
 * The bytes of a kept export, as `.tar.zst`. Throws when a piece is missing or altered. Nothing is held open between the
 * pieces, so that nothing is left over when nobody reads on.
 */
export async function* readExport(app: App, tenantId: string, id: string): AsyncGenerator<Uint8Array> {
  const file = Bun.file(vaultPath(app, id));
  const { size } = await file.stat();
  const bytes = async (from: number, length: number): Promise<Buffer> =>
    Buffer.from(await file.slice(from, from + length).arrayBuffer());
  for (let number = 0, at = 0; at < size; number += 1) {
    const length = (await bytes(at, 4)).readUInt32BE();
    const sealed = await bytes(at + 4, length);
    at += 4 + length;
    yield app.keyring.openBytes(purpose, tenantId, sealed, aadOf(id, number, at >= size));
  }
}

/** Deletes an archive; it need not be there any more. */
export async function dropExport(app: Pick<App, "options">, id: string): Promise<void> {
  await rm(vaultPath(app, id), { force: true });
}
