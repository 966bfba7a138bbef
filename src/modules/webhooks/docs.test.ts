import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { patienceMilliseconds, waits } from "./rules.ts";
import { signature } from "./signing.ts";

const manual = await Bun.file("docs/webhooks.md").text();

test("the manual's example accepts what Purser signs, also after a change of secret, and nothing else", async () => {
  const code = /```ts\n(.*?)```/s.exec(manual)?.[1] ?? "";
  const directory = await mkdtemp(join(tmpdir(), "purser-docs-"));
  await writeFile(join(directory, "example.ts"), code);
  const { isFromPurser } = (await import(join(directory, "example.ts"))) as {
    isFromPurser(signature: string, body: string, secret: string, now: number): boolean;
  };
  await rm(directory, { recursive: true });
  const now = 1_763_715_600;
  const body = '{"id":"7","name":"Łódź"}';
  const signed = signature(["new", "old"], now, body);
  expect(isFromPurser(signed, body, "new", now + 100)).toBe(true);
  expect(isFromPurser(signed, body, "old", now)).toBe(true);
  expect(isFromPurser(signed, body, "other", now)).toBe(false);
  expect(isFromPurser(signed, `${body} `, "new", now)).toBe(false);
  expect(isFromPurser(signed, body, "new", now + 400)).toBe(false);
  expect(isFromPurser(signed.replace(String(now), String(now + 1)), body, "new", now)).toBe(false);
  expect(isFromPurser("nonsense", body, "new", now)).toBe(false);
});

test("the manual says how often is tried", () => {
  expect(waits.map((wait) => wait / 60)).toEqual([1 / 6, 1, 5, 30, 120, 300, 600, 1080]);
  expect(manual.replaceAll(/\s+/g, " ")).toContain(
    "after 10 seconds, a minute, 5 and 30 minutes, 2, 5, 10 and 18 hours; then the delivery is given up",
  );
  expect(patienceMilliseconds).toBe(3 * 24 * 3600_000);
});
