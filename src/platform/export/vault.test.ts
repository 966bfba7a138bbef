import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { keepExport, layAside, readExport } from "./vault.ts";

let t: TestProgram;

beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

const megabyte = 1024 * 1024;

test("what comes in one large chunk is kept in small pieces, and comes back as it was", async () => {
  const large = crypto.getRandomValues(new Uint8Array(65_536)).toBase64().repeat(60);
  const bytes = Buffer.from(large);
  expect(bytes.length).toBeGreaterThan(5 * megabyte);
  const id = crypto.randomUUID();
  const source = (async function* () {
    yield Buffer.from("before");
    yield bytes;
  })();
  await keepExport(t.app, t.harbor.id, id, source);
  const pieces: Uint8Array[] = [];
  for await (const piece of readExport(t.app, t.harbor.id, id))
    if (piece.length > 0) pieces.push(await Bun.zstdDecompress(piece));
  expect(pieces.every((piece) => piece.length < 2 * megabyte)).toBe(true);
  expect(Buffer.concat(pieces).equals(Buffer.concat([Buffer.from("before"), bytes]))).toBe(true);
});

test("what is laid aside says how long it is, cannot be read on the disk, and is gone once it was read", async () => {
  const line = "Harbor Cafe,harbor@cafe.example\r\n";
  const lines = 60_000;
  const source = (async function* () {
    for (let number = 0; number < lines; number += 1) yield Buffer.from(line);
  })();
  const id = crypto.randomUUID();
  const folder = join(t.app.options.dataDir, "exports");
  const { size, body } = await layAside(t.app, t.harbor.id, id, source);
  expect(size).toBe(lines * line.length);
  const name = (await readdir(folder)).find((one) => one.includes(id)) ?? "";
  const file = Bun.file(join(folder, name));
  expect(Buffer.from(await file.arrayBuffer()).includes("Harbor")).toBe(false);
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  expect(Buffer.concat(pieces).toString()).toBe(line.repeat(lines));
  expect(await file.exists()).toBe(false);
});
