import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMasterKey, loadMasterKey, parseMasterKey } from "./master-key.ts";

let dataDir = "";
const place = () => ({ dataDir, secretKeyFile: join(dataDir, "secret.key") });
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "purser-key-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

test("the first start makes a key that only the owner can read, and later ones use it", () => {
  const key = loadMasterKey(place(), { mayCreate: true });
  expect(key).toHaveLength(32);
  expect(statSync(place().secretKeyFile).mode & 0o777).toBe(0o600);
  expect(loadMasterKey(place(), { mayCreate: false })).toEqual(key);
  expect(readdirSync(dataDir)).toEqual(["secret.key"]);
});

test("a missing key is not made where files already are: it could read none of it", () => {
  mkdirSync(join(dataDir, "files/0191e000-0000-7000-8000-000000000001"), { recursive: true });
  expect(() => loadMasterKey(place(), { mayCreate: true })).toThrow("there is data that needs it");
  expect(readdirSync(dataDir)).toEqual(["files"]);
});

test("a missing key is not made when that is not allowed", () => {
  expect(() => loadMasterKey(place(), { mayCreate: false })).toThrow("is missing");
});

test("of two that start at once, the second takes the first one's key", () => {
  createMasterKey(place().secretKeyFile);
  const first = readFileSync(place().secretKeyFile);
  createMasterKey(place().secretKeyFile);
  expect(readFileSync(place().secretKeyFile)).toEqual(first);
});

test("raw, hexadecimal and base64 keys are read; anything else is refused", () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index));
  for (const form of [
    bytes,
    Buffer.from(`${bytes.toString("hex")}\n`),
    Buffer.from(bytes.toString("base64")),
    Buffer.from(bytes.toString("base64url")),
  ]) {
    expect(Buffer.from(parseMasterKey(form, "k"))).toEqual(bytes);
  }
  expect(() => parseMasterKey(Buffer.from("short"), "k")).toThrow("32 bytes");
  expect(() => parseMasterKey(Buffer.alloc(0), "k")).toThrow("32 bytes");
});
