import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { isIP } from "node:net";
import { passkeys } from "../../../platform/access/factors.ts";
import { countAttempt, signInByAddress } from "../../../platform/access/limits.ts";
import { plus } from "../../../platform/clock.ts";
import { type Ctx, inUnit, reading, type Work } from "../../../platform/context.ts";
import { insert } from "../../../platform/database/records.ts";
import { conflict, type Failure, invalidField, unauthorized } from "../../../platform/errors.ts";
import { newId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { tellOfChange } from "../auth/notices.ts";
import type { Device, UserType } from "../auth/sign-in.ts";
import { type Entering, enter, readChallenge, useChallenge } from "../auth/steps.ts";

/** Passkeys (WebAuthn): registered by whoever is signed in; they sign in without a password, or as a second factor. */

const minutes = 5;
type Purpose = "register" | "sign_in" | "second_factor";

/** Which site passkeys are bound to: the host of the organization's public address. Null: browsers allow none there. */
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

async function keepChallenge(work: Work, challenge: string, purpose: Purpose, userId: string | null): Promise<void> {
  const now = work.app.clock.now();
  await work.db.deleteFrom("passkey_challenges").where("expires_at", "<", plus(now, -86_400_000)).execute();
  await work.db
    .insertInto("passkey_challenges")
    .values({
      id: newId(),
      user_id: userId,
      challenge,
      purpose,
      created_at: now,
      expires_at: plus(now, minutes * 60_000),
      used_at: null,
    })
    .execute();
}

/** Uses a challenge up; of two answers to it one counts. */
async function takeChallenge(ctx: Ctx, challenge: string, purpose: Purpose, userId: string | null): Promise<boolean> {
  return inUnit(ctx, async (work) => {
    const now = work.app.clock.now();
    let query = work.db
      .updateTable("passkey_challenges")
      .set({ used_at: now })
      .where("challenge", "=", challenge)
      .where("purpose", "=", purpose)
      .where("used_at", "is", null)
      .where("expires_at", ">", now);
    query = userId === null ? query.where("user_id", "is", null) : query.where("user_id", "=", userId);
    return (await query.executeTakeFirst()).numUpdatedRows === 1n;
  });
}

/** What the browser needs to make a passkey for whoever is signed in. */
export async function registrationOptions(ctx: Ctx): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { rpID } = site(ctx);
  const userId = ctx.actor.user_id ?? "";
  return inUnit(ctx, async (work) => {
    const known = await work.db
      .selectFrom("passkeys")
      .select(["credential_id", "transports"])
      .where("user_id", "=", userId)
      .execute();
    const options = await generateRegistrationOptions({
      rpName: ctx.tenant.name,
      rpID,
      userName: ctx.actor.email,
      userDisplayName: ctx.actor.name,
      userID: new TextEncoder().encode(userId),
      attestationType: "none",
      excludeCredentials: known.map((key) => ({ id: key.credential_id, transports: key.transports })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    });
    await keepChallenge(work, options.challenge, "register", userId);
    return options;
  });
}

const refusedKey = (): Failure =>
  invalidField("response", t("This passkey could not be added. Try again."), "bad_passkey");

/** Adds the passkey that a browser has made. */
export async function registerPasskey(
  ctx: Ctx,
  given: { name: string; response: RegistrationResponseJSON },
): Promise<{ id: string; name: string }> {
  const { rpID, origin } = site(ctx);
  const userId = ctx.actor.user_id ?? "";
  const verified = await verifyRegistrationResponse({
    response: given.response,
    expectedChallenge: (challenge) => takeChallenge(ctx, challenge, "register", userId),
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
  }).catch(() => null);
  if (verified === null || !verified.verified) throw refusedKey();
  const { credential, credentialBackedUp } = verified.registrationInfo;
  const name = given.name.trim() === "" ? t("Passkey") : given.name.trim().slice(0, 80);
  return inUnit(ctx, async (work) => {
    const row = await insert(work, passkeys, {
      user_id: userId,
      name,
      credential_id: credential.id,
      public_key: Buffer.from(credential.publicKey).toString("base64url"),
      sign_count: credential.counter,
      transports: credential.transports ?? [],
      is_backed_up: credentialBackedUp,
    });
    await tellOfChange(work, userId, "passkey_added", () => name);
    return { id: row.id, name: row.name };
  });
}

/** What the browser asks any passkey of this site for: nobody has said who they are. */
export async function signInOptions(ctx: Ctx): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { rpID } = site(ctx);
  await countAttempt(ctx.app, `passkey:${ctx.request.ip}`, { ...signInByAddress, attempts: 200 });
  return inUnit(ctx, async (work) => {
    const options = await generateAuthenticationOptions({ rpID, userVerification: "required" });
    await keepChallenge(work, options.challenge, "sign_in", null);
    return options;
  });
}

/** The same for somebody whose password was right. */
export async function secondFactorOptions(
  ctx: Ctx,
  userType: UserType,
  token: string,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { rpID } = site(ctx);
  return inUnit(ctx, async (work) => {
    const open = await readChallenge(work, token, userType);
    const known = await work.db
      .selectFrom("passkeys")
      .select(["credential_id", "transports"])
      .where("user_id", "=", open.user.id)
      .execute();
    const options = await generateAuthenticationOptions({
      rpID,
      userVerification: "preferred",
      allowCredentials: known.map((key) => ({ id: key.credential_id, transports: key.transports })),
    });
    await keepChallenge(work, options.challenge, "second_factor", open.user.id);
    return options;
  });
}

const refused = (): Failure => unauthorized(t("This passkey is not known here, or it was not right."), "bad_passkey");

/** Whose passkey has answered, with its counter moved on; null when it is not right. */
async function checkPasskey(
  ctx: Ctx,
  response: AuthenticationResponseJSON,
  expected: { purpose: Purpose; userType: UserType; userId: string | null },
): Promise<string | null> {
  const { rpID, origin } = site(ctx);
  const key = await reading(ctx, (reader) =>
    reader.db
      .selectFrom("passkeys")
      .innerJoin("users", "users.id", "passkeys.user_id")
      .select([
        "passkeys.id",
        "passkeys.user_id",
        "passkeys.credential_id",
        "passkeys.public_key",
        "passkeys.sign_count",
        "passkeys.transports",
      ])
      .where("passkeys.credential_id", "=", response.id)
      .where("users.user_type", "=", expected.userType)
      .where("users.deactivated_at", "is", null)
      .executeTakeFirst(),
  );
  if (key === undefined || (expected.userId !== null && key.user_id !== expected.userId)) return null;
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: (challenge) => takeChallenge(ctx, challenge, expected.purpose, expected.userId),
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: expected.purpose === "sign_in",
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
      .updateTable("passkeys")
      .set({ sign_count: newCounter, is_backed_up: credentialBackedUp, last_used_at: work.app.clock.now() })
      .where("id", "=", key.id)
      .where("sign_count", "=", key.sign_count)
      .executeTakeFirst(),
  );
  return moved.numUpdatedRows === 1n ? key.user_id : null;
}

/** Signs in with a passkey alone. */
export async function signInWithPasskey(
  ctx: Ctx,
  userType: UserType,
  response: AuthenticationResponseJSON,
  device: Device,
): Promise<Entering> {
  await countAttempt(ctx.app, `sign-in:${ctx.request.ip}`, signInByAddress);
  const userId = await checkPasskey(ctx, response, { purpose: "sign_in", userType, userId: null });
  if (userId === null) throw refused();
  return inUnit(ctx, (work) =>
    enter(work, {
      userId,
      with: "passkey",
      kind: device.kind,
      deviceHash: device.deviceHash,
      secondFactorAt: work.app.clock.now(),
    }),
  );
}

/** The second step of a sign-in, shown by a passkey. */
export async function showPasskey(
  ctx: Ctx,
  userType: UserType,
  token: string,
  response: AuthenticationResponseJSON,
): Promise<Entering> {
  await countAttempt(ctx.app, `second-step:${ctx.request.ip}`, signInByAddress);
  const open = await reading(ctx, (reader) => readChallenge(reader, token, userType));
  if (open.step !== "mfa_required") throw conflict(t("There is nothing to confirm here."), open.step);
  const userId = await checkPasskey(ctx, response, { purpose: "second_factor", userType, userId: open.user.id });
  if (userId === null) throw refused();
  return inUnit(ctx, async (work) => {
    await useChallenge(work, open.id);
    return enter(work, { ...open.entry, secondFactorAt: work.app.clock.now() });
  });
}
