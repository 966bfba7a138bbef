import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { keepExport, readExport } from "./vault.ts";

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
