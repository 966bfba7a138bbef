import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/**
 * AES-256-GCM with a self-describing envelope: one byte of format version, four bytes of key id, twelve of nonce, then
 * ciphertext and the tag of sixteen bytes. The key id says which key is missing when a text cannot be opened: in version 1
 * the master key, in version 2 one of the organization's own data keys.
 */
export type SealVersion = 1 | 2;
const keyIdBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyIdBytes + nonceBytes;

/** A derived 32-byte key, with the id of the key it comes from (8 hex digits). */
export interface SealingKey {
  keyId: string;
  bytes: Uint8Array;
  /** 1 unless told: derived from the master key. */
  version?: SealVersion;
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
  const head = Buffer.concat([Buffer.of(key.version ?? 1), Buffer.from(key.keyId, "hex"), nonce]);
  // Version and key id are authenticated together with the data.
  cipher.setAAD(Buffer.concat([head.subarray(0, 1 + keyIdBytes), Buffer.from(aad)]));
  return Buffer.concat([head, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypts what `seal` has made; throws `SealBroken` when a single bit, the key or `aad` differs. */
export function open(key: SealingKey, sealed: Uint8Array, aad: string): Uint8Array {
  const { keyId, version } = sealedWith(sealed);
  if (version !== (key.version ?? 1) || keyId !== key.keyId)
    throw new SealBroken(`sealed with the key ${keyId}, but the key here is ${key.keyId}`);
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

/** Which key sealed these bytes; throws `SealBroken` when they are not in this format. */
export function sealedWith(sealed: Uint8Array): { version: SealVersion; keyId: string } {
  const version = sealed[0];
  if (sealed.length < headerBytes + tagBytes || (version !== 1 && version !== 2)) {
    throw new SealBroken("this is not sealed data of a known format");
  }
  return { version, keyId: Buffer.from(sealed.subarray(1, 1 + keyIdBytes)).toString("hex") };
}

/** `seal` for texts, as base64url: what a settings column holds. */
export function sealText(key: SealingKey, text: string, aad: string): string {
  return Buffer.from(seal(key, Buffer.from(text), aad)).toString("base64url");
}

/** Opens what `sealText` has made. */
export function openText(key: SealingKey, sealed: string, aad: string): string {
  return Buffer.from(open(key, Buffer.from(sealed, "base64url"), aad)).toString();
}
