import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** A random token for a link or a key, base64url; 32 bytes give 43 characters. */
export function newToken(bytes = 32): string {
  return randomBytes(bytes).toString("base64url");
}

/** SHA-256 as 64 hex digits: what is stored of a token. Enough because a token, unlike a password, cannot be guessed. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** HMAC-SHA256 of a text, base64url. */
export function sign(key: Uint8Array, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}

/** Whether `signature` is the one of `sign`; takes the same time wherever the two differ. */
export function verify(key: Uint8Array, text: string, signature: string): boolean {
  const wanted = Buffer.from(sign(key, text));
  const given = Buffer.from(signature);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
