import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import { passkeys } from "../../../platform/access/factors.ts";
import { counted, countAttempt, signInByAddress, attemptsFrom } from "../../../platform/access/limits.ts";
import * as webauthn from "../../../platform/access/webauthn.ts";
import { type Ctx, inUnit, reading } from "../../../platform/context.ts";
import { insert } from "../../../platform/database/records.ts";
import { conflict, type Failure, unauthorized } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { tellOfChange } from "../auth/notices.ts";
import type { Device, UserType } from "../auth/sign-in.ts";
import { type Entering, enter, readChallenge, useChallenge } from "../auth/steps.ts";

/** Passkeys (WebAuthn): registered by whoever is signed in; they sign in without a password, or as a second factor. */

const tables = webauthn.ofOrganization;

/** What the browser needs to make a passkey for whoever is signed in. */
export const registrationOptions = (ctx: Ctx): Promise<PublicKeyCredentialCreationOptionsJSON> =>
  webauthn.registrationOptions(ctx, tables);

/** Adds the passkey that a browser has made. */
export async function registerPasskey(
  ctx: Ctx,
  given: { name: string; response: RegistrationResponseJSON },
): Promise<{ id: string; name: string }> {
  const made = await webauthn.readRegistration(ctx, tables, given);
  return inUnit(ctx, async (work) => {
    const row = await insert(work, passkeys, made);
    await tellOfChange(work, made.user_id, "passkey_added", () => made.name);
    return { id: row.id, name: row.name };
  });
}

/** What the browser asks any passkey of this site for: nobody has said who they are. */
export async function signInOptions(ctx: Ctx): Promise<PublicKeyCredentialRequestOptionsJSON> {
  await countAttempt(ctx.app, attemptsFrom(ctx, "passkey"), { ...signInByAddress, attempts: 200 });
  return webauthn.authenticationOptions(ctx, tables, null);
}

/** The same for somebody whose password was right. */
export async function secondFactorOptions(
  ctx: Ctx,
  userType: UserType,
  token: string,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const open = await reading(ctx, (reader) => readChallenge(reader, token, userType));
  return webauthn.authenticationOptions(ctx, tables, open.user.id);
}

const refused = (): Failure => unauthorized(t("This passkey is not known here, or it was not right."), "bad_passkey");

/** Whether somebody may come in by this door at all. */
const isOf =
  (userType: UserType) =>
  async ({ db }: Ctx, userId: string): Promise<boolean> =>
    (await db
      .selectFrom("users")
      .select("id")
      .where("id", "=", userId)
      .where("user_type", "=", userType)
      .where("deactivated_at", "is", null)
      .executeTakeFirst()) !== undefined;

/** Signs in with a passkey alone. */
export async function signInWithPasskey(
  ctx: Ctx,
  userType: UserType,
  response: AuthenticationResponseJSON,
  device: Device,
): Promise<Entering> {
  const userId = await counted(ctx.app, { address: [attemptsFrom(ctx, "sign-in"), signInByAddress] }, () =>
    ownerOf(ctx, userType, response, null),
  );
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

/** The id of whoever a passkey belongs to. */
async function ownerOf(
  ctx: Ctx,
  userType: UserType,
  response: AuthenticationResponseJSON,
  expected: string | null,
): Promise<string> {
  const userId = await webauthn.checkPasskey(ctx, tables, response, expected, isOf(userType));
  if (userId === null) throw refused();
  return userId;
}

/** The second step of a sign-in, shown by a passkey. */
export async function showPasskey(
  ctx: Ctx,
  userType: UserType,
  token: string,
  response: AuthenticationResponseJSON,
): Promise<Entering> {
  const open = await counted(ctx.app, { address: [attemptsFrom(ctx, "second-step"), signInByAddress] }, async () => {
    const begun = await reading(ctx, (reader) => readChallenge(reader, token, userType));
    if (begun.step !== "mfa_required") throw conflict(t("There is nothing to confirm here."), begun.step);
    await ownerOf(ctx, userType, response, begun.user.id);
    return begun;
  });
  return inUnit(ctx, async (work) => {
    await useChallenge(work, open.id);
    return enter(work, { ...open.entry, secondFactorAt: work.app.clock.now() });
  });
}
