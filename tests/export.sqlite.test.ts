import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { readTar } from "../src/platform/backup/tar.ts";
import { newDataDir } from "./support/binary.ts";
import { cleanUpAfterwards, installation, person } from "./support/started.ts";

cleanUpAfterwards();

test("one command writes all data into an archive that other programs can read, and no secret", async () => {
  const one = await installation();
  await one.firstKey(person);
  const file = `${newDataDir()}/all.tar.zst`;
  const { code, stderr } = await one.cli(["export", file]);
  expect([code, stderr]).toEqual([0, `Everything is in ${file}.\n`]);
  const tar = await Bun.zstdDecompress(await readFile(file));
  const source = (async function* () {
    yield new Uint8Array(tar);
  })();
  const texts = new Map<string, string>();
  for await (const { name, body } of readTar(source))
    texts.set(name, Buffer.concat(await Array.fromAsync(body)).toString());
  expect(texts.get("tables/users.0001.ndjson")).toContain(person.email);
  expect(texts.get("tables/users.0001.ndjson")).not.toContain("argon2");
  expect(JSON.parse(texts.get("manifest.json") ?? "")).toMatchObject({ format: "purser-export" });
  // It never writes over something.
  const again = await one.cli(["export", file]);
  expect([again.code, again.stderr]).toEqual([73, `purser: ${file} is already there, and is not overwritten\n`]);
  expect((await one.cli(["export", `${file}/nowhere`])).code).toBe(73);
});
