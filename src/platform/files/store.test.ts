import { afterAll, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
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

test("a sweep takes old bytes that nobody names and halves of files, and nothing else", async () => {
  const tenant = "0191e000-0000-7000-8000-000000000003";
  const put = async (words: string): Promise<string> =>
    (await store.put(tenant, new TextEncoder().encode(words))).sha256;
  const age = (path: string): void => utimesSync(path, new Date(1000), new Date(1000));
  const [named, unnamed, fresh, again] = [
    await put("named"),
    await put("unnamed"),
    await put("fresh"),
    await put("again"),
  ];
  const half = `${pathOf(tenant, named)}.0123456789ab.partial`;
  writeFileSync(half, "half");
  for (const path of [half, ...[named, unnamed, again].map((sha256) => pathOf(tenant, sha256))]) age(path);
  // Put anew while it lay there as old: its record is about to be written.
  await put("again");
  const asked: string[] = [];
  const swept = await store.sweep(tenant, Date.now() - 1000, async (sha256) => {
    asked.push(...sha256);
    return sha256.filter((one) => one !== named);
  });
  expect(swept).toBe(2);
  expect(asked.toSorted()).toEqual([named, unnamed].toSorted());
  expect([named, unnamed, fresh, again].map((sha256) => existsSync(pathOf(tenant, sha256)))).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect(existsSync(half)).toBe(false);
  expect(await store.sweep("0191e000-0000-7000-8000-000000000004", Date.now(), async (all) => all)).toBe(0);
});

test("bytes that are put again just when a sweep wants to take them stay", async () => {
  const tenant = "0191e000-0000-7000-8000-000000000005";
  const bytes = new TextEncoder().encode("just in time");
  const { sha256 } = await store.put(tenant, bytes);
  utimesSync(pathOf(tenant, sha256), new Date(1000), new Date(1000));
  const swept = await store.sweep(tenant, Date.now() - 1000, async (all) => {
    await store.put(tenant, bytes);
    return all;
  });
  expect(swept).toBe(0);
  expect(Buffer.from(await store.get(tenant, sha256)).toString()).toBe("just in time");
});
