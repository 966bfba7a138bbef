import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorProblem } from "./config/problem.ts";
import { isDataDirHeld, lockDataDir } from "./lock.ts";

let dataDir = "";
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "purser-lock-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const kindOf = (run: () => unknown): string => {
  try {
    run();
    return "none";
  } catch (error) {
    return error instanceof OperatorProblem ? error.kind : String(error);
  }
};

test("a directory is held by one, until it is released", () => {
  expect(isDataDirHeld(dataDir)).toBe(false);
  const lock = lockDataDir(dataDir);
  expect(isDataDirHeld(dataDir)).toBe(true);
  expect(kindOf(() => lockDataDir(dataDir))).toBe("try_later");
  lock.release();
  expect(isDataDirHeld(dataDir)).toBe(false);
  lockDataDir(dataDir).release();
});

test("the two locks are independent of each other", () => {
  const server = lockDataDir(dataDir);
  const backup = lockDataDir(dataDir, "backup.lock");
  expect(kindOf(() => lockDataDir(dataDir, "backup.lock"))).toBe("try_later");
  backup.release();
  server.release();
});

test("a directory that is not there cannot be locked", () => {
  expect(kindOf(() => lockDataDir(join(dataDir, "none")))).toBe("cannot_create");
});

test("another process is held off, and a killed one leaves nothing behind", async () => {
  const source = `import { lockDataDir } from ${JSON.stringify(join(import.meta.dir, "lock.ts"))};
    globalThis.held = lockDataDir(${JSON.stringify(dataDir)}); console.log("held"); setInterval(() => {}, 1000);`;
  const child = Bun.spawn([process.execPath, "-e", source], { stdout: "pipe", stderr: "inherit" });
  try {
    const { value } = await child.stdout.getReader().read();
    expect(new TextDecoder().decode(value)).toContain("held");
    expect(kindOf(() => lockDataDir(dataDir))).toBe("try_later");
    expect(isDataDirHeld(dataDir)).toBe(true);
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
  expect(isDataDirHeld(dataDir)).toBe(false);
  lockDataDir(dataDir).release();
});
