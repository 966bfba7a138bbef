/**
 * Just as much of the tar format (POSIX.1-1988 ustar) as a backup needs: plain files with names of up to 255 bytes, sizes
 * beyond 8 GB in GNU's base-256 form. `tar --zstd -xf` reads what is written here.
 */
export interface TarEntry {
  name: string;
  size: number;
  body: AsyncIterable<Uint8Array>;
}

const block = 512;
const largestOctal = 8 ** 11 - 1;

/** The archive ends too early or is not one. */
export class TarBroken extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TarBroken";
  }
}

/** The bytes of an archive; each entry's body has to be as long as it says. */
export async function* writeTar(
  entries: Iterable<TarEntry> | AsyncIterable<TarEntry>,
  modifiedAt: Date,
): AsyncGenerator<Uint8Array> {
  for await (const { name, size, body } of entries) {
    yield header(name, size, modifiedAt);
    let written = 0;
    for await (const chunk of body) {
      written += chunk.length;
      yield chunk;
    }
    if (written !== size) throw new Error(`${name} has ${written} bytes instead of ${size}: it changed meanwhile`);
    yield new Uint8Array(paddingOf(size));
  }
  yield new Uint8Array(2 * block);
}

/** The entries of an archive, in order. Each body has to be read to its end before the next entry is asked for. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = new ChunkReader(source);
  for (;;) {
    const head = await reader.exactly(block);
    if (head.every((byte) => byte === 0)) return;
    const { name, size } = parseHeader(head);
    yield { name, size, body: reader.stream(size) };
    await reader.exactly(paddingOf(size));
  }
}

function paddingOf(size: number): number {
  return (block - (size % block)) % block;
}

function header(name: string, size: number, modifiedAt: Date): Uint8Array {
  const head = Buffer.alloc(block);
  const slash = Buffer.byteLength(name) <= 100 ? -1 : name.lastIndexOf("/", 154);
  const [prefix, base] = [name.slice(0, Math.max(slash, 0)), name.slice(slash + 1)];
  if (Buffer.byteLength(base) > 100 || Buffer.byteLength(prefix) > 155) throw new Error(`${name} is too long for tar`);
  head.write(base, 0);
  head.write("0000600\0", 100);
  head.write("0000000\0", 108);
  head.write("0000000\0", 116);
  if (size <= largestOctal) head.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  else {
    head[124] = 0x80;
    head.writeBigUInt64BE(BigInt(size), 128);
  }
  head.write(
    `${Math.floor(modifiedAt.getTime() / 1000)
      .toString(8)
      .padStart(11, "0")}\0`,
    136,
  );
  head.write("0", 156);
  head.write("ustar\u000000", 257);
  head.write(prefix, 345);
  head.write(`${checksum(head).toString(8).padStart(6, "0")}\0 `, 148);
  return head;
}

function parseHeader(bytes: Uint8Array): { name: string; size: number } {
  const head = Buffer.from(bytes);
  const text = (from: number, to: number): string => head.toString("utf8", from, to).replace(/\0.*$/s, "");
  if (text(257, 262) !== "ustar" || Number.parseInt(text(148, 156), 8) !== checksum(head)) {
    throw new TarBroken("this is not a tar archive, or it is damaged");
  }
  const [prefix, base] = [text(345, 500), text(0, 100)];
  const size = head[124] === 0x80 ? Number(head.readBigUInt64BE(128)) : Number.parseInt(text(124, 136), 8);
  if (text(156, 157) !== "0" || !Number.isSafeInteger(size)) throw new TarBroken(`${base} is not a plain file`);
  return { name: prefix === "" ? base : `${prefix}/${base}`, size };
}

/** The sum of all bytes of a header, its own eight counted as spaces. */
function checksum(head: Uint8Array): number {
  return head.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}

class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** At most `limit` bytes, at least one. */
  async #some(limit: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done === true) throw new TarBroken("the archive ends too early");
      this.#rest = value;
    }
    const taken = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  async exactly(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const chunk = await this.#some(length - at);
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  async *stream(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0;) {
      const chunk = await this.#some(left);
      left -= chunk.length;
      yield chunk;
    }
  }
}
