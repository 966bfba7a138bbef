import { afterEach, beforeEach, expect, test } from "bun:test";
import { chownSync, mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { freeBytes, prepareDataDir, refusedFileSystem } from "./data-dir.ts";

let root = "";
beforeEach(() => {
  mkdirSync("tmp/data", { recursive: true });
  root = mkdtempSync(resolve("tmp/data/purser-dir-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("a missing directory is made for this user alone; making it again changes nothing", () => {
  const dataDir = join(root, "a/b");
  prepareDataDir(dataDir);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  prepareDataDir(dataDir);
  expect(freeBytes(dataDir)).toBeGreaterThan(0);
});

test("memory is no place for data", () => {
  const tmpfs = 0x01021994;
  // Linux has it everywhere; where a test machine does not, there is nothing to refuse.
  const isMemory = statfsSync("/dev/shm").type === tmpfs;
  expect(refusedFileSystem("/dev/shm") !== null).toBe(isMemory);
  expect(refusedFileSystem(root)).toBeNull();
  if (!isMemory) return;
  const dataDir = mkdtempSync("/dev/shm/purser-");
  try {
    expect(() => prepareDataDir(dataDir)).toThrow("tmpfs, which is memory");
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});

test("a path that cannot be a directory is refused", () => {
  writeFileSync(join(root, "file"), "");
  expect(() => prepareDataDir(join(root, "file/below"))).toThrow("cannot be used");
});

test("another user's directory is refused, also for root, who could write to it", () => {
  if (process.geteuid?.() !== 0) return;
  chownSync(root, 65_532, 65_532);
  expect(() => prepareDataDir(root)).toThrow("belongs to user 65532, but this program runs as 0");
  chownSync(root, 0, 0);
});
