import { expect, test } from "bun:test";
import { keyIdOf, keyring } from "./keyring.ts";
import { open, seal, SealBroken, sealedWith } from "./sealing.ts";

const harbor = "0191e000-0000-7000-8000-000000000001";
const mill = "0191e000-0000-7000-8000-000000000002";
const master = new Uint8Array(32).fill(7);
const other = new Uint8Array(32).fill(8);
const key = { keyId: keyIdOf(master), bytes: keyring(master).derive("test", harbor) };

test("what is sealed opens again, and is different each time", () => {
  const keys = keyring(master);
  const one = keys.seal("mail", harbor, "pässword");
  expect(keys.open("mail", harbor, one)).toBe("pässword");
  expect(keys.seal("mail", harbor, "pässword")).not.toBe(one);
  expect(keys.open("mail", harbor, keys.seal("mail", harbor, ""))).toBe("");
});

test("a single altered byte anywhere is noticed", () => {
  const sealed = seal(key, Buffer.from("the whole text"), "here");
  for (let at = 0; at < sealed.length; at += 1) {
    const altered = sealed.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    expect(() => open(key, altered, "here")).toThrow(SealBroken);
  }
  expect(() => open(key, sealed.slice(0, -1), "here")).toThrow(SealBroken);
  expect(() => open(key, new Uint8Array(3), "here")).toThrow(SealBroken);
});

test("it does not open for another tenant, purpose or place", () => {
  const keys = keyring(master);
  const sealed = keys.seal("mail", harbor, "secret");
  expect(() => keys.open("mail", mill, sealed)).toThrow(SealBroken);
  expect(() => keys.open("stripe", harbor, sealed)).toThrow(SealBroken);
  expect(() => open(key, seal(key, Buffer.from("x"), "here"), "there")).toThrow(SealBroken);
});

test("another master key is named instead of tried", () => {
  const sealed = keyring(other).seal("mail", harbor, "secret");
  expect(() => keyring(master).open("mail", harbor, sealed)).toThrow(
    `sealed with the key ${keyIdOf(other)}, but the key here is ${keyIdOf(master)}`,
  );
  expect(sealedWith(Buffer.from(sealed, "base64url"))).toEqual({ version: 1, keyId: keyIdOf(other) });
});

test("keys differ by purpose and tenant, also where the names run together", () => {
  const keys = keyring(master);
  const made = [
    keys.derive("a", "b"),
    keys.derive("a", "c"),
    keys.derive("b", "b"),
    keys.derive("a,b", ""),
    keys.derive("", "a,b"),
  ];
  expect(new Set(made.map((bytes) => Buffer.from(bytes).toString("hex"))).size).toBe(made.length);
  expect(made.every((bytes) => bytes.length === 32)).toBe(true);
  expect(keyring(master).derive("a", "b")).toEqual(keys.derive("a", "b"));
});

test("derivation stays what it is: sealed data of earlier versions has to open", () => {
  expect(keyIdOf(master)).toBe("010d5dec");
  expect(Buffer.from(keyring(master).derive("files", harbor)).toString("hex")).toBe(
    "830394d3517722f49cdd0334199092e376de816f7f83195c413b2eff0af67f5a",
  );
});

test("a key that is handed out can be cleared without harm", () => {
  const keys = keyring(master);
  const before = Buffer.from(keys.derive("a", harbor)).toString("hex");
  keys.derive("a", harbor).fill(0);
  expect(Buffer.from(keys.derive("a", harbor)).toString("hex")).toBe(before);
});

test("a master key of another length is refused", () => {
  expect(() => keyring(new Uint8Array(31))).toThrow("31 bytes");
});
