import { hkdfSync } from "node:crypto";
import { open, openText, seal, SealBroken, sealedWith, type SealingKey, sealText } from "./sealing.ts";

/** A data key of one organization: 32 random bytes and a name of 8 hex digits. */
export interface DataKey {
  id: string;
  bytes: Uint8Array;
}

/**
 * The keys of the running program. Signatures are made with keys derived from the one master key, by purpose and tenant.
 * What is kept encrypted is sealed with a data key of the tenant's own, which stands in the database, wrapped by the master
 * key: it can be changed for one tenant, and thrown away with it. Data keys are adopted when a tenant is loaded.
 */
export interface Keyring {
  /** 8 hex digits that name the master key without telling anything about it. */
  readonly keyId: string;
  /** A 32-byte key of the master key; the same purpose and tenant always give the same one. */
  derive(purpose: string, tenantId: string): Uint8Array;
  /** Encrypts a text for a column of a tenant. */
  seal(purpose: string, tenantId: string, text: string): string;
  /** Opens what `seal` has made for the same purpose and tenant; throws `SealBroken` otherwise. */
  open(purpose: string, tenantId: string, sealed: string): string;
  /** The same for bytes; `aad` is what they belong to, beside purpose and tenant. */
  sealBytes(purpose: string, tenantId: string, bytes: Uint8Array, aad: string): Uint8Array;
  openBytes(purpose: string, tenantId: string, sealed: Uint8Array, aad: string): Uint8Array;
  /** Whether sealed bytes were made with the key that the tenant seals with now. */
  isCurrent(tenantId: string, sealed: Uint8Array): boolean;
  /** Takes a tenant's data keys in; `current` is the one to seal with. */
  adopt(tenantId: string, current: string, keys: readonly DataKey[]): void;
  /** The id of the key that a tenant's data is sealed with here, or null before any was adopted. */
  currentOf(tenantId: string): string | null;
  forget(tenantId: string): void;
  /** A data key as it stands in the database. */
  wrap(tenantId: string, key: DataKey): string;
  unwrap(tenantId: string, id: string, wrapped: string): DataKey;
}

interface Adopted {
  current: string;
  keys: ReadonlyMap<string, Uint8Array>;
  /** What is derived from them by purpose; gone together with them. */
  derived: Map<string, Uint8Array>;
}

/** The keyring of a master key of 32 bytes. */
export function keyring(master: Uint8Array): Keyring {
  const keyId = keyIdOf(master);
  const derived = new Map<string, Uint8Array>();
  const tenants = new Map<string, Adopted>();

  const derive = (purpose: string, tenantId: string): Uint8Array => {
    const name = contextOf(purpose, tenantId);
    const known = derived.get(name) ?? deriveKey(master, purpose, tenantId);
    derived.set(name, known);
    return known;
  };
  const masterKey = (purpose: string, tenantId: string): SealingKey => ({ keyId, bytes: derive(purpose, tenantId) });
  const dataKey = (own: Adopted, id: string, purpose: string, tenantId: string): SealingKey => {
    const bytes = own.keys.get(id);
    if (bytes === undefined) throw new SealBroken(`the organization's key ${id} is not here`);
    const name = `${id} ${purpose}`;
    const known = own.derived.get(name) ?? expand(bytes, contextOf(purpose, tenantId));
    own.derived.set(name, known);
    return { keyId: id, bytes: known, version: 2 };
  };
  /** A tenant without a data key, at its very beginning, seals as before there were any; rotating mends that too. */
  const sealing = (purpose: string, tenantId: string): SealingKey => {
    const own = tenants.get(tenantId);
    return own === undefined ? masterKey(purpose, tenantId) : dataKey(own, own.current, purpose, tenantId);
  };
  const opening = (purpose: string, tenantId: string, sealed: Uint8Array): SealingKey => {
    const { version, keyId: id } = sealedWith(sealed);
    if (version === 1) return masterKey(purpose, tenantId);
    const own = tenants.get(tenantId);
    if (own === undefined) throw new SealBroken(`the organization's key ${id} is not here`);
    return dataKey(own, id, purpose, tenantId);
  };
  const wrapContext = (tenantId: string, id: string): string =>
    `purser/1/${JSON.stringify(["data-key", tenantId, id])}`;

  return {
    keyId,
    // A copy, so that a caller who clears his key does not clear everybody's.
    derive: (purpose, tenantId) => derive(purpose, tenantId).slice(),
    seal: (purpose, tenantId, text) => sealText(sealing(purpose, tenantId), text, contextOf(purpose, tenantId)),
    open: (purpose, tenantId, sealed) =>
      openText(opening(purpose, tenantId, Buffer.from(sealed, "base64url")), sealed, contextOf(purpose, tenantId)),
    sealBytes: (purpose, tenantId, bytes, aad) => seal(sealing(purpose, tenantId), bytes, aad),
    openBytes: (purpose, tenantId, sealed, aad) => open(opening(purpose, tenantId, sealed), sealed, aad),
    isCurrent: (tenantId, sealed) => {
      const { version, keyId: id } = sealedWith(sealed);
      const own = tenants.get(tenantId);
      return own === undefined ? version === 1 : version === 2 && id === own.current;
    },
    adopt: (tenantId, current, keys) => {
      tenants.set(tenantId, { current, keys: new Map(keys.map(({ id, bytes }) => [id, bytes])), derived: new Map() });
    },
    currentOf: (tenantId) => tenants.get(tenantId)?.current ?? null,
    forget: (tenantId) => {
      tenants.delete(tenantId);
    },
    wrap: (tenantId, key) =>
      Buffer.from(seal(masterKey("data-key", tenantId), key.bytes, wrapContext(tenantId, key.id))).toString(
        "base64url",
      ),
    unwrap: (tenantId, id, wrapped) => ({
      id,
      bytes: open(masterKey("data-key", tenantId), Buffer.from(wrapped, "base64url"), wrapContext(tenantId, id)),
    }),
  };
}

/** HKDF-SHA256 (RFC 5869) of the master key for one purpose and tenant; 32 bytes. */
function deriveKey(master: Uint8Array, purpose: string, tenantId: string): Uint8Array {
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
