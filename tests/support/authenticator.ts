import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";

/** A security key in software, with the browser around it (WebAuthn Level 3; ES256, attestation "none"). */
export interface Authenticator {
  /** Makes its key for a site, as `navigator.credentials.create` would. */
  register(options: PublicKeyCredentialCreationOptionsJSON, how?: Partial<How>): RegistrationResponseJSON;
  /** Signs a challenge with it, as `navigator.credentials.get` would. */
  answer(options: PublicKeyCredentialRequestOptionsJSON, how?: Partial<How>): AuthenticationResponseJSON;
  /** A copy that counts for itself: what a thief has who got at the key. */
  copy(): Authenticator;
}

/** What may go wrong, or be meant badly. */
export interface How {
  origin: string;
  rpId: string;
  challenge: string;
  /** Whether the person was checked (PIN, fingerprint) and not only there. */
  isVerified: boolean;
  isPresent: boolean;
  /** The signature count that it says; one more than the last unless told. */
  count: number;
  type: string;
  /** Signs with this key instead of its own. */
  key: KeyObject;
}

const sha256 = (bytes: Uint8Array | string): Buffer => createHash("sha256").update(bytes).digest();

/** A new one, at a site. */
export function authenticator(site: { origin: string; rpId: string }): Authenticator {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return withKey(site, { publicKey, privateKey, id: randomBytes(32) }, 0);
}

function withKey(
  site: { origin: string; rpId: string },
  own: { publicKey: KeyObject; privateKey: KeyObject; id: Buffer },
  countedSoFar: number,
): Authenticator {
  let count = countedSoFar;
  const id = own.id.toString("base64url");
  const clientData = (type: string, challenge: string, origin: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const authData = (how: Partial<How>, attested: Buffer): Buffer => {
    count = how.count ?? count + 1;
    const flags =
      (how.isPresent === false ? 0 : 0x01) | (how.isVerified === false ? 0 : 0x04) | (attested.length > 0 ? 0x40 : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(count);
    return Buffer.concat([sha256(how.rpId ?? site.rpId), Buffer.from([flags]), counter, attested]);
  };
  return {
    register: (options, how = {}) => {
      const client = clientData(
        how.type ?? "webauthn.create",
        how.challenge ?? options.challenge,
        how.origin ?? site.origin,
      );
      const length = Buffer.alloc(2);
      length.writeUInt16BE(own.id.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, own.id, coseKey(own.publicKey)]);
      const attestation = cborMap([
        [cborText("fmt"), cborText("none")],
        [cborText("attStmt"), cborMap([])],
        [cborText("authData"), cborBytes(authData(how, attested))],
      ]);
      return {
        id,
        rawId: id,
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: client.toString("base64url"),
          attestationObject: attestation.toString("base64url"),
          transports: ["internal"],
        },
      };
    },
    answer: (options, how = {}) => {
      const client = clientData(
        how.type ?? "webauthn.get",
        how.challenge ?? options.challenge,
        how.origin ?? site.origin,
      );
      const data = authData(how, Buffer.alloc(0));
      const signature = sign("sha256", Buffer.concat([data, sha256(client)]), how.key ?? own.privateKey);
      return {
        id,
        rawId: id,
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: client.toString("base64url"),
          authenticatorData: data.toString("base64url"),
          signature: signature.toString("base64url"),
        },
      };
    },
    copy: () => withKey(site, own, count),
  };
}

/** A P-256 key as COSE writes it (RFC 9053): EC2, ES256. */
function coseKey(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  return cborMap([
    [cborInteger(1), cborInteger(2)],
    [cborInteger(3), cborInteger(-7)],
    [cborInteger(-1), cborInteger(1)],
    [cborInteger(-2), cborBytes(Buffer.from(x, "base64url"))],
    [cborInteger(-3), cborBytes(Buffer.from(y, "base64url"))],
  ]);
}

/** What of CBOR (RFC 8949) is needed: a head of a kind and a number, and what follows it. */
function head(kind: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(kind << 5) | value]);
  if (value < 0x100) return Buffer.from([(kind << 5) | 24, value]);
  return Buffer.from([(kind << 5) | 25, value >> 8, value & 0xff]);
}
const cborInteger = (value: number): Buffer => (value < 0 ? head(1, -1 - value) : head(0, value));
const cborBytes = (bytes: Buffer): Buffer => Buffer.concat([head(2, bytes.length), bytes]);
const cborText = (text: string): Buffer => Buffer.concat([head(3, text.length), Buffer.from(text)]);
const cborMap = (members: [Buffer, Buffer][]): Buffer => Buffer.concat([head(5, members.length), ...members.flat()]);
