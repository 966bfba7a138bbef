import { expect, test } from "bun:test";
import { readTar, TarBroken, type TarEntry, writeTar } from "./tar.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const entry = (name: string, text: string): TarEntry => ({
  name,
  size: bytesOf(text).length,
  body: chunks(bytesOf(text), 7),
});
const pack = async (entries: TarEntry[]) => Buffer.concat(await Array.fromAsync(writeTar(entries, new Date(0))));
async function unpack(bytes: Uint8Array, size = 100): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, body } of readTar(chunks(bytes, size)))
    found[name] = Buffer.concat(await Array.fromAsync(body)).toString();
  return found;
}

const long = `files/0191e000-0000-7000-8000-000000000001/ab/${"ab".repeat(32)}`;

test("entries come back whatever the chunks are, with empty ones and long names", async () => {
  const bytes = await pack([
    entry("manifest.json", "{}"),
    entry("empty", ""),
    entry("block", "x".repeat(512)),
    entry(long, "long"),
  ]);
  for (const size of [1, 511, 512, 513, 1_000_000]) {
    expect(await unpack(bytes, size)).toEqual({
      "manifest.json": "{}",
      empty: "",
      block: "x".repeat(512),
      [long]: "long",
    });
  }
});

test("the tar program reads it", async () => {
  const bytes = await pack([entry("manifest.json", "{}"), entry(long, "long")]);
  const listed = Bun.spawnSync(["tar", "-tvf", "-"], { stdin: bytes });
  expect(listed.stderr.toString()).toBe("");
  expect(listed.stdout.toString()).toContain(long);
  expect(Bun.spawnSync(["tar", "-xOf", "-", long], { stdin: bytes }).stdout.toString()).toBe("long");
});

test("a cut-off or altered archive is refused", async () => {
  const bytes = await pack([entry("a", "content")]);
  for (const length of [0, 100, 512, 700, 1024]) expect(unpack(bytes.subarray(0, length))).rejects.toThrow(TarBroken);
  bytes[3] = 65;
  expect(unpack(bytes)).rejects.toThrow("damaged");
});

test("a file that changes while it is packed is noticed", async () => {
  expect(pack([{ ...entry("a", "content"), size: 6 }])).rejects.toThrow("changed meanwhile");
});

test("sizes beyond 8 GB are told in full", async () => {
  const size = 9_000_000_000;
  const [head] = [await writeTar([{ name: "big", size, body: chunks(new Uint8Array(), 1) }], new Date(0)).next()];
  const { value } = await readTar(chunks(head.value as Uint8Array, 512)).next();
  expect(value?.size).toBe(size);
});
