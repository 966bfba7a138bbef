import { readFileSync } from "node:fs";
import { expect, test } from "bun:test";
import { cleanUpAfterwards, installation, started } from "./support/started.ts";

cleanUpAfterwards();

const settings = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/environ`, "utf8")
    .split("\0")
    .filter((line) => line.startsWith("MIMALLOC_"));
const named = (pid: number): string[] => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");

test("the server keeps its memory: it has started over with the setting, as the same process, asked the same", async () => {
  const server = await started(await installation());
  expect(settings(server.pid)).toEqual(["MIMALLOC_PURGE_DELAY=-1"]);
  expect(named(server.pid).slice(1)).toEqual(["serve", ""]);
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  expect(await server.stop()).toBe(0);
});

test("who has set it otherwise is left alone", async () => {
  const one = await installation();
  const server = await one.start({ MIMALLOC_PURGE_DELAY: "500" });
  expect(settings(server.pid)).toEqual(["MIMALLOC_PURGE_DELAY=500"]);
  expect(await server.stop()).toBe(0);
});
