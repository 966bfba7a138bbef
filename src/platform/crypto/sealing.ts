import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/**
 * AES-256-GCM with a self-describing envelope: one byte of format version, four bytes of key id, twelve of nonce, then
 * ciphertext and the tag of sixteen bytes. The key id says which master key is missing when a text cannot be opened.
 */
const formatVersion = 1;
const keyIdBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyIdBytes + nonceBytes;

/** A derived 32-byte key, with the id of the master key it comes from (8 hex digits). */
export interface SealingKey {
  keyId: string;
  bytes: Uint8Array;
}

/** Sealed data was altered, belongs somewhere else, or was sealed with another key. */
export class SealBroken extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SealBroken";
  }
}

/** Encrypts; `aad` is what the data belongs to, and has to be the same when opening. */
export function seal(key: SealingKey, plaintext: Uint8Array, aad: string): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce);
  const head = Buffer.concat([Buffer.of(formatVersion), Buffer.from(key.keyId, "hex"), nonce]);
  // Version and key id are authenticated together with the data.
  cipher.setAAD(Buffer.concat([head.subarray(0, 1 + keyIdBytes), Buffer.from(aad)]));
  return Buffer.concat([head, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypts what `seal` has made; throws `SealBroken` when a single bit, the key or `aad` differs. */
export function open(key: SealingKey, sealed: Uint8Array, aad: string): Uint8Array {
  const keyId = sealedKeyId(sealed);
  if (keyId !== key.keyId) throw new SealBroken(`sealed with the key ${keyId}, but the key here is ${key.keyId}`);
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, bytes.subarray(1 + keyIdBytes, headerBytes));
  decipher.setAAD(Buffer.concat([bytes.subarray(0, 1 + keyIdBytes), Buffer.from(aad)]));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(headerBytes, bytes.length - tagBytes)), decipher.final()]);
  } catch {
    throw new SealBroken("the sealed data was altered, or belongs to something else");
  }
}

/** The id of the master key that sealed these bytes; throws `SealBroken` when they are not in this format. */
export function sealedKeyId(sealed: Uint8Array): string {
  if (sealed.length < headerBytes + tagBytes || sealed[0] !== formatVersion) {
    throw new SealBroken("this is not sealed data of a known format");
  }
  return Buffer.from(sealed.subarray(1, 1 + keyIdBytes)).toString("hex");
}

/** `seal` for texts, as base64url: what a settings column holds. */
export function sealText(key: SealingKey, text: string, aad: string): string {
  return Buffer.from(seal(key, Buffer.from(text), aad)).toString("base64url");
}

/** Opens what `sealText` has made. */
export function openText(key: SealingKey, sealed: string, aad: string): string {
  return Buffer.from(open(key, Buffer.from(sealed, "base64url"), aad)).toString();
}
