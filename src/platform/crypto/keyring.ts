import { hkdfSync } from "node:crypto";
import { openText, sealText } from "./sealing.ts";

/** The keys of the running program, all derived from the one master key: by purpose and by tenant. */
export interface Keyring {
  /** 8 hex digits that name the master key without telling anything about it. */
  readonly keyId: string;
  /** A 32-byte key; the same purpose and tenant always give the same one. */
  derive(purpose: string, tenantId: string): Uint8Array;
  /** Encrypts a text for a column of a tenant. */
  seal(purpose: string, tenantId: string, text: string): string;
  /** Opens what `seal` has made for the same purpose and tenant; throws `SealBroken` otherwise. */
  open(purpose: string, tenantId: string, sealed: string): string;
}

/** The keyring of a master key of 32 bytes. */
export function keyring(master: Uint8Array): Keyring {
  const keyId = keyIdOf(master);
  const derived = new Map<string, Uint8Array>();
  const derive = (purpose: string, tenantId: string): Uint8Array => {
    const name = contextOf(purpose, tenantId);
    const known = derived.get(name) ?? deriveKey(master, purpose, tenantId);
    derived.set(name, known);
    return known;
  };
  const sealingKey = (purpose: string, tenantId: string) => ({ keyId, bytes: derive(purpose, tenantId) });
  return {
    keyId,
    // A copy, so that a caller who clears his key does not clear everybody's.
    derive: (purpose, tenantId) => derive(purpose, tenantId).slice(),
    seal: (purpose, tenantId, text) => sealText(sealingKey(purpose, tenantId), text, contextOf(purpose, tenantId)),
    open: (purpose, tenantId, sealed) => openText(sealingKey(purpose, tenantId), sealed, contextOf(purpose, tenantId)),
  };
}

/** HKDF-SHA256 (RFC 5869) of the master key for one purpose and tenant; 32 bytes. */
export function deriveKey(master: Uint8Array, purpose: string, tenantId: string): Uint8Array {
  return expand(master, contextOf(purpose, tenantId));
}

/** The first 8 hex digits of SHA-256 of a value derived for nothing else. */
export function keyIdOf(master: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(expand(master, "purser/1/key-id")).digest("hex").slice(0, 8);
}

function expand(master: Uint8Array, info: string): Uint8Array {
  if (master.length !== 32) throw new Error(`the master key has ${master.length} bytes instead of 32`);
  return new Uint8Array(hkdfSync("sha256", master, new Uint8Array(0), info, 32));
}

/** JSON, so that no purpose and tenant together read like another pair. */
function contextOf(purpose: string, tenantId: string): string {
  return `purser/1/${JSON.stringify([purpose, tenantId])}`;
}
