import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { runCli } from "../src/cli/index.ts";

/** Runs the command in this process, with a data directory of its own. */
async function withData(
  work: (purser: (argv: string[]) => Promise<{ code: number; out: string; err: string }>) => Promise<void>,
): Promise<void> {
  mkdirSync("tmp/data", { recursive: true });
  const dataDir = mkdtempSync(resolve("tmp/data/purser-demo-"));
  try {
    await work(async (argv) => {
      const [out, err]: [string[], string[]] = [[], []];
      const code = await runCli(argv, {
        env: { PURSER_DATA_DIR: dataDir },
        out: (line) => void out.push(line),
        err: (line) => void err.push(line),
        stdin: () => Promise.resolve(""),
      });
      return { code, out: out.join("\n"), err: err.join("\n") };
    });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

test("purser demo prints who can sign in, a line each, and refuses to run a second time", async () => {
  await withData(async (purser) => {
    const { code, out, err } = await purser(["demo", "--seed", "7"]);
    expect({ code, rows: /^\d+ rows were written in [\d.]+ seconds\.$/.test(err) }).toEqual({ code: 0, rows: true });
    const lines = out.split("\n").map((line) => line.split("  "));
    expect(lines.map(([role]) => role)).toEqual([
      "administrator",
      "manager",
      "technician",
      "dispatcher",
      "sales",
      "finance",
      "portal",
    ]);
    expect(
      lines.every(
        ([, url, email, password]) =>
          URL.canParse(url ?? "") && /@.+\.example$/.test(email ?? "") && (password ?? "").length >= 12,
      ),
    ).toBe(true);
    const again = await purser(["demo"]);
    expect(again).toMatchObject({ code: 1, out: "" });
    expect(again.err).toContain("this organization has companies already");
  });
});

test("purser demo --json answers the sign-ins as JSON", async () => {
  await withData(async (purser) => {
    const { out } = await purser(["demo", "--json"]);
    expect(JSON.parse(out)).toContainEqual({
      role: "administrator",
      url: expect.stringContaining("/sign-in"),
      email: "morgan.hale@harborit.example",
      password: expect.any(String),
    });
  });
});

test("purser demo refuses sizes and seeds that it does not know", async () => {
  await withData(async (purser) => {
    expect(await purser(["demo", "--size", "huge"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("--size is small, medium or large"),
    });
    expect(await purser(["demo", "--seed", "1.5"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("--seed is a whole number"),
    });
  });
});
