import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import type * as Library from "@simplewebauthn/server";
import { isIP } from "node:net";
import { plus } from "../clock.ts";
import { type Ctx, inUnit, reading, type Work } from "../context.ts";
import { conflict, type Failure, invalidField } from "../errors.ts";
import { newId } from "../ids.ts";
import { t } from "../language/index.ts";

/**
 * The ceremonies of WebAuthn, for everybody who has passkeys: an organization's people, and the operators of an
 * installation. They are kept in tables of the same shape; who may come in by one is the caller's to say.
 */

/** Loaded with the first passkey, for it is much code; what reads its certificates looks for `reflect-metadata` when it is loaded. */
async function library(): Promise<typeof Library> {
  await import("reflect-metadata");
  return import("@simplewebauthn/server");
}

const minutes = 5;
export type Purpose = "register" | "sign_in" | "second_factor";

/** Where passkeys are kept, and what they are asked to sign. */
export type PasskeyTables =
  | { keys: "passkeys"; challenges: "passkey_challenges" }
  | { keys: "operator_passkeys"; challenges: "operator_passkey_challenges" };

export const ofOrganization: PasskeyTables = { keys: "passkeys", challenges: "passkey_challenges" };

// Kysely knows no query of two tables of the same shape: it is typed by the one, and asks the other as well.
const keysOf = ({ keys }: PasskeyTables): "passkeys" => keys as "passkeys";
const challengesOf = ({ challenges }: PasskeyTables): "passkey_challenges" => challenges as "passkey_challenges";

/** Which site passkeys are bound to: the host of the public address. Null: browsers allow none there. */
export function siteOf(ctx: Ctx): { rpID: string; origin: string } | null {
  const { protocol, hostname, origin } = new URL(ctx.tenant.public_url);
  // Browsers offer passkeys on encrypted pages with a name, and on this machine itself.
  const isSafe = protocol === "https:" || hostname === "localhost" || hostname.endsWith(".localhost");
  return isSafe && isIP(hostname.replace(/^\[|\]$/g, "")) === 0 ? { rpID: hostname, origin } : null;
}

function site(ctx: Ctx): { rpID: string; origin: string } {
  const found = siteOf(ctx);
  if (found === null)
    throw conflict(
      t("Passkeys need an address that begins with https:// and has a name. An administrator sets it under Settings."),
      "no_passkeys_here",
    );
  return found;
}

/** More than are asked for by one request, so that old ones become fewer, and few enough that nobody waits for it. */
const mostForgotten = 100;

async function keepChallenge(
  work: Work,
  tables: PasskeyTables,
  given: { challenge: string; purpose: Purpose; user_id: string | null },
): Promise<void> {
  const now = work.app.clock.now();
  const table = challengesOf(tables);
  const old = work.db
    .selectFrom(table)
    .select("id")
    .where("expires_at", "<", plus(now, -86_400_000))
    .limit(mostForgotten);
  await work.db.deleteFrom(table).where("id", "in", old).execute();
  await work.db
    .insertInto(table)
    .values({ id: newId(), ...given, created_at: now, expires_at: plus(now, minutes * 60_000), used_at: null })
    .execute();
}

type Signed = RegistrationResponseJSON | AuthenticationResponseJSON;

/** The challenge that a browser says it has answered; null where that cannot be read, for anybody may send anything. */
function answeredChallenge({ response }: Signed): string | null {
  try {
    const text = Buffer.from(response.clientDataJSON, "base64url").toString();
    const { challenge } = JSON.parse(text) as { challenge?: unknown };
    return typeof challenge === "string" && /^[\w-]+$/.test(challenge) ? challenge : null;
  } catch {
    return null;
  }
}

/**
 * Uses up the challenge that was answered; of two answers to it one counts. Null when it is none of those given. It is taken
 * before the library is asked about the answer, for what that throws means a wrong passkey, and an outage does not.
 */
async function takeChallenge(
  ctx: Ctx,
  tables: PasskeyTables,
  given: { response: Signed; purpose: Purpose; user_id: string | null },
): Promise<string | null> {
  const challenge = answeredChallenge(given.response);
  if (challenge === null) return null;
  return inUnit(ctx, async (work) => {
    const now = work.app.clock.now();
    let query = work.db
      .updateTable(challengesOf(tables))
      .set({ used_at: now })
      .where("challenge", "=", challenge)
      .where("purpose", "=", given.purpose)
      .where("used_at", "is", null)
      .where("expires_at", ">", now);
    query = given.user_id === null ? query.where("user_id", "is", null) : query.where("user_id", "=", given.user_id);
    return (await query.executeTakeFirst()).numUpdatedRows === 1n ? challenge : null;
  });
}

async function knownOf(work: Work, tables: PasskeyTables, userId: string) {
  const rows = await work.db
    .selectFrom(keysOf(tables))
    .select(["credential_id", "transports"])
    .where("user_id", "=", userId)
    .execute();
  return rows.map((key) => ({ id: key.credential_id, transports: key.transports }));
}

/** What the browser needs to make a passkey for whoever is signed in. */
export async function registrationOptions(
  ctx: Ctx,
  tables: PasskeyTables,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { rpID } = site(ctx);
  const userId = ctx.actor.user_id ?? "";
  const { generateRegistrationOptions } = await library();
  return inUnit(ctx, async (work) => {
    const options = await generateRegistrationOptions({
      rpName: ctx.tenant.name,
      rpID,
      userName: ctx.actor.email,
      userDisplayName: ctx.actor.name,
      userID: new TextEncoder().encode(userId),
      attestationType: "none",
      excludeCredentials: await knownOf(work, tables, userId),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    });
    await keepChallenge(work, tables, { challenge: options.challenge, purpose: "register", user_id: userId });
    return options;
  });
}

export interface MadePasskey {
  user_id: string;
  name: string;
  credential_id: string;
  public_key: string;
  sign_count: number;
  transports: string[];
  is_backed_up: boolean;
}

/** The passkey that a browser has made for whoever is signed in, checked and ready to be kept. */
export async function readRegistration(
  ctx: Ctx,
  tables: PasskeyTables,
  given: { name: string; response: RegistrationResponseJSON },
): Promise<MadePasskey> {
  const { rpID, origin } = site(ctx);
  const user_id = ctx.actor.user_id ?? "";
  const { verifyRegistrationResponse } = await library();
  const { response } = given;
  const expectedChallenge = await takeChallenge(ctx, tables, { response, purpose: "register", user_id });
  if (expectedChallenge === null) throw refusedKey();
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge,
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
  }).catch(() => null);
  if (verified === null || !verified.verified) throw refusedKey();
  const { credential, credentialBackedUp } = verified.registrationInfo;
  return {
    user_id,
    name: given.name.trim() === "" ? t("Passkey") : given.name.trim().slice(0, 80),
    credential_id: credential.id,
    public_key: Buffer.from(credential.publicKey).toString("base64url"),
    sign_count: credential.counter,
    transports: credential.transports ?? [],
    is_backed_up: credentialBackedUp,
  };
}

const refusedKey = (): Failure =>
  invalidField("response", t("This passkey could not be added. Try again."), "bad_passkey");

/** What the browser asks a passkey for: any of this site where nobody has said who they are, else one of that person's. */
export async function authenticationOptions(
  ctx: Ctx,
  tables: PasskeyTables,
  userId: string | null,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { rpID } = site(ctx);
  const { generateAuthenticationOptions } = await library();
  return inUnit(ctx, async (work) => {
    const options = await generateAuthenticationOptions(
      userId === null
        ? { rpID, userVerification: "required" }
        : { rpID, userVerification: "preferred", allowCredentials: await knownOf(work, tables, userId) },
    );
    const purpose = userId === null ? "sign_in" : "second_factor";
    await keepChallenge(work, tables, { challenge: options.challenge, purpose, user_id: userId });
    return options;
  });
}

/** Whose passkey has answered, with its counter moved on; null when it is not right, or not one of whom `mayUse` lets in. */
export async function checkPasskey(
  ctx: Ctx,
  tables: PasskeyTables,
  response: AuthenticationResponseJSON,
  /** Null: nobody has said who they are yet. */
  userId: string | null,
  mayUse: (reader: Ctx, ownerId: string) => Promise<boolean>,
): Promise<string | null> {
  const { rpID, origin } = site(ctx);
  const key = await reading(ctx, async (reader) => {
    const found = await reader.db
      .selectFrom(keysOf(tables))
      .select(["id", "user_id", "credential_id", "public_key", "sign_count", "transports"])
      .where("credential_id", "=", response.id)
      .executeTakeFirst();
    return found !== undefined && (await mayUse(reader, found.user_id)) ? found : undefined;
  });
  if (key === undefined || (userId !== null && key.user_id !== userId)) return null;
  const purpose = userId === null ? "sign_in" : "second_factor";
  const { verifyAuthenticationResponse } = await library();
  const expectedChallenge = await takeChallenge(ctx, tables, { response, purpose, user_id: userId });
  if (expectedChallenge === null) return null;
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge,
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: purpose === "sign_in",
    credential: {
      id: key.credential_id,
      publicKey: new Uint8Array(Buffer.from(key.public_key, "base64url")),
      counter: key.sign_count,
      transports: key.transports,
    },
  }).catch(() => null);
  if (verified === null || !verified.verified) return null;
  const { newCounter, credentialBackedUp } = verified.authenticationInfo;
  // The counter is compared once more where it is written: a copied key that answers at the same moment is refused.
  const moved = await inUnit(ctx, (work) =>
    work.db
      .updateTable(keysOf(tables))
      .set({ sign_count: newCounter, is_backed_up: credentialBackedUp, last_used_at: work.app.clock.now() })
      .where("id", "=", key.id)
      .where("sign_count", "=", key.sign_count)
      .executeTakeFirst(),
  );
  return moved.numUpdatedRows === 1n ? key.user_id : null;
}
