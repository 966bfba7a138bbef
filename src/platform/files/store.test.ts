import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyring } from "../crypto/keyring.ts";
import { SealBroken } from "../crypto/sealing.ts";
import { FileMissing, fileStore } from "./store.ts";

const harbor = "0191e000-0000-7000-8000-000000000001";
const mill = "0191e000-0000-7000-8000-000000000002";
const root = mkdtempSync(join(tmpdir(), "purser-store-"));
afterAll(() => rmSync(root, { recursive: true }));

const store = fileStore(root, keyring(new Uint8Array(32).fill(7)));
const text = new TextEncoder().encode("a contract, signed");
const pathOf = (tenant: string, sha256: string) => join(root, tenant, sha256.slice(0, 2), sha256);

test("bytes come back, and stand encrypted and private on the disk", async () => {
  const { sha256, size } = await store.put(harbor, text);
  expect(size).toBe(text.length);
  expect(sha256).toBe(new Bun.CryptoHasher("sha256").update(text).digest("hex"));
  expect(Buffer.from(await store.get(harbor, sha256)).toString()).toBe("a contract, signed");
  const path = pathOf(harbor, sha256);
  expect(readFileSync(path).includes("contract")).toBe(false);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("the same bytes are kept once, also when put at the same time", async () => {
  const bytes = new Uint8Array(100_000).fill(3);
  const made = await Promise.all(Array.from({ length: 5 }, () => store.put(harbor, bytes)));
  const sha256 = made[0]?.sha256 ?? "";
  const before = readFileSync(pathOf(harbor, sha256));
  await store.put(harbor, bytes);
  expect(readFileSync(pathOf(harbor, sha256))).toEqual(before);
  expect(readdirSync(join(root, harbor, sha256.slice(0, 2))).filter((name) => name.includes(sha256))).toEqual([sha256]);
});

test("an empty file is a file", async () => {
  const { sha256 } = await store.put(harbor, new Uint8Array());
  expect(await store.get(harbor, sha256)).toHaveLength(0);
});

test("another tenant does not have it", async () => {
  const { sha256 } = await store.put(harbor, text);
  expect(await store.exists(harbor, sha256)).toBe(true);
  expect(await store.exists(mill, sha256)).toBe(false);
  await expect(store.get(mill, sha256)).rejects.toThrow(FileMissing);
});

test("a file copied to another tenant's folder does not open there", async () => {
  const { sha256 } = await store.put(harbor, text);
  const path = pathOf(mill, sha256);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, readFileSync(pathOf(harbor, sha256)));
  await expect(store.get(mill, sha256)).rejects.toThrow(SealBroken);
  rmSync(path);
});

test("an altered file is refused", async () => {
  const { sha256 } = await store.put(harbor, new TextEncoder().encode("pay 100"));
  const path = pathOf(harbor, sha256);
  const bytes = readFileSync(path);
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  await expect(store.get(harbor, sha256)).rejects.toThrow(SealBroken);
});

test("names that would lead out of the store are refused", async () => {
  await expect(store.get("../../../../../../../../../../etc/x", "a".repeat(64))).rejects.toThrow("not a tenant");
  await expect(store.get(harbor, `../../${"a".repeat(58)}`)).rejects.toThrow("not a SHA-256");
});
