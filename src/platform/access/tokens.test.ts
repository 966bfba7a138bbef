import { expect, test } from "bun:test";
import { newId } from "../ids.ts";
import { isSameHash, mintToken, readToken, type TokenKind } from "./tokens.ts";

const tenantId = newId();

test("a token names its kind and its tenant, and is found by its hash", () => {
  for (const kind of ["api", "session", "invite", "reset", "setup", "portal"] satisfies TokenKind[]) {
    const { token, hash } = mintToken(kind, tenantId);
    expect(readToken(token)).toEqual({ kind, tenantId, hash });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  }
});

test("an API key looks like one", () => {
  expect(mintToken("api", tenantId).token).toMatch(/^pk_[0-9a-f]{32}_[A-Za-z0-9_-]{43}$/);
});

test("no two tokens are alike", () => {
  expect(mintToken("api", tenantId).token).not.toBe(mintToken("api", tenantId).token);
});

test("a token with one other character has another hash", () => {
  const { token, hash } = mintToken("session", tenantId);
  const other = token.slice(0, -2) + (token.at(-2) === "A" ? "B" : "A") + token.slice(-1);
  expect(readToken(other)?.hash).not.toBe(hash);
});

test("what does not have the form of a token is none", () => {
  const { token } = mintToken("api", tenantId);
  for (const text of [
    "",
    "pk_",
    token.slice(1),
    `${token}x`,
    `${token}\n`,
    token.toUpperCase(),
    token.replace("pk_", "px_"),
  ]) {
    expect(readToken(text)).toBeNull();
  }
});

test("hashes are the same only when they are", () => {
  const { hash } = mintToken("api", tenantId);
  expect(isSameHash(hash, `${hash}`)).toBe(true);
  expect(isSameHash(hash, hash.slice(1))).toBe(false);
  expect(isSameHash(hash, mintToken("api", tenantId).hash)).toBe(false);
});
