import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";

/** An authenticator in software (WebAuthn 2, ES256, no attestation), of the kind that counts nothing: its counter stays 0. */
export interface Authenticator {
  /** Answers the options of a registration. */
  register(challenge: string): RegistrationResponseJSON;
  /** Answers the options of a sign-in. */
  answer(challenge: string): AuthenticationResponseJSON;
}

const encoded = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
const sha256 = (data: Uint8Array | string): Buffer => createHash("sha256").update(data).digest();

/** A new one for the site at this origin. */
export function authenticatorFor(origin: string): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const id = randomBytes(16);
  const clientData = (type: string, challenge: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  // Present and verified; with a credential behind it when bit 6 is set.
  const authData = (flags: number): Buffer =>
    Buffer.concat([sha256(new URL(origin).hostname), Buffer.from([flags, 0, 0, 0, 0])]);
  return {
    register: (challenge) => {
      const key = Buffer.concat([
        Buffer.from("a5010203262001215820", "hex"),
        Buffer.from(x, "base64url"),
        Buffer.from("225820", "hex"),
        Buffer.from(y, "base64url"),
      ]);
      const data = Buffer.concat([authData(0x45), Buffer.alloc(16), Buffer.from([0, id.length]), id, key]);
      const attestation = Buffer.concat([
        Buffer.from("a363666d74646e6f6e656761747453746d74a068617574684461746158", "hex"),
        Buffer.from([data.length]),
        data,
      ]);
      return {
        id: encoded(id),
        rawId: encoded(id),
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: encoded(clientData("webauthn.create", challenge)),
          attestationObject: encoded(attestation),
        },
      };
    },
    answer: (challenge) => {
      const [data, client] = [authData(0x05), clientData("webauthn.get", challenge)];
      const signature = sign("sha256", Buffer.concat([data, sha256(client)]), privateKey);
      return {
        id: encoded(id),
        rawId: encoded(id),
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON: encoded(client),
          authenticatorData: encoded(data),
          signature: encoded(signature),
        },
      };
    },
  };
}
