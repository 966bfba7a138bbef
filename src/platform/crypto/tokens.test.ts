import { expect, test } from "bun:test";
import { hashToken, newToken, sign, verify } from "./tokens.ts";

const key = new Uint8Array(32).fill(1);

test("tokens are long, safe in URLs and never the same", () => {
  const tokens = Array.from({ length: 100 }, () => newToken());
  expect(new Set(tokens).size).toBe(100);
  expect(tokens.every((token) => /^[A-Za-z0-9_-]{43}$/.test(token))).toBe(true);
  expect(newToken(16)).toHaveLength(22);
});

test("a token's hash is SHA-256 in hex", () => {
  expect(hashToken("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("a signature fits its text and its key only", () => {
  const signature = sign(key, "unsubscribe/7");
  expect(verify(key, "unsubscribe/7", signature)).toBe(true);
  expect(verify(key, "unsubscribe/8", signature)).toBe(false);
  expect(verify(new Uint8Array(32).fill(2), "unsubscribe/7", signature)).toBe(false);
  expect(verify(key, "unsubscribe/7", signature.slice(0, -1))).toBe(false);
  expect(verify(key, "unsubscribe/7", "")).toBe(false);
});
