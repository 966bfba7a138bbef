import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import { counted, countAttempt, signInByAddress, attemptsFrom } from "../../../platform/access/limits.ts";
import { find } from "../../../platform/access/reach.ts";
import * as webauthn from "../../../platform/access/webauthn.ts";
import { type Ctx, inUnit, reading, type Work } from "../../../platform/context.ts";
import { conflict, type Failure, notFound, unauthorized } from "../../../platform/errors.ts";
import { newId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { logDoing, logFailedSignIn } from "../log.ts";
import {
  actorOnTheWay,
  enterOperator,
  type OpenStep,
  type Operator,
  type OperatorEntering,
  readStep,
  secondStepsOf,
  useStep,
} from "./steps.ts";

/** Operators' passkeys: the ceremonies are everybody's (`platform/access/webauthn.ts`), the tables and the door their own. */

const tables: webauthn.PasskeyTables = { keys: "operator_passkeys", challenges: "operator_passkey_challenges" };

const own = (ctx: Ctx): string => ctx.actor.user_id ?? "";

/** What the browser needs to make a passkey for the operator who is signed in. */
export const operatorRegistrationOptions = (ctx: Ctx): Promise<PublicKeyCredentialCreationOptionsJSON> =>
  webauthn.registrationOptions(ctx, tables);

/** Adds the passkey that a browser has made. */
export async function registerOperatorPasskey(
  ctx: Ctx,
  given: { name: string; response: RegistrationResponseJSON },
): Promise<void> {
  const made = await webauthn.readRegistration(ctx, tables, given);
  await inUnit(ctx, async (work) => {
    const created_at = work.app.clock.now();
    await work.db
      .insertInto("operator_passkeys")
      .values({ id: newId(), ...made, created_at, last_used_at: null })
      .execute();
    await logDoing(work, work.db, "operators.passkey_added", null, { name: made.name });
  });
}

/** The operator's own passkeys. */
export function passkeysOfOperator(ctx: Ctx, operatorId: string) {
  return ctx.db
    .selectFrom("operator_passkeys")
    .select(["id", "name", "created_at", "last_used_at"])
    .where("user_id", "=", operatorId)
    .orderBy("created_at")
    .execute();
}

/** One of the operator's own passkeys. */
export async function ownOperatorPasskey(ctx: Ctx, id: string): Promise<{ id: string; name: string }> {
  const key = await find(ctx, "operator_passkeys", id);
  if (key.user_id !== own(ctx)) throw notFound(t("This passkey"));
  return key;
}

/** Says what one of one's passkeys is called. */
export async function renameOperatorPasskey(ctx: Ctx, id: string, name: string): Promise<void> {
  await inUnit(ctx, async (work) => {
    const key = await ownOperatorPasskey(work, id);
    await work.db.updateTable("operator_passkeys").set({ name: name.trim() }).where("id", "=", key.id).execute();
  });
}

/** Removes one of one's passkeys: it no longer signs in. The last second step stays where everybody has to have one. */
export async function removeOperatorPasskey(ctx: Ctx, id: string): Promise<void> {
  await inUnit(ctx, async (work) => {
    const key = await ownOperatorPasskey(work, id);
    await work.db.deleteFrom("operator_passkeys").where("id", "=", key.id).execute();
    await keepOperatorFactor(work, own(work));
    await logDoing(work, work.db, "operators.passkey_removed", null, { name: key.name });
  });
}

/** @throws Failure 409 when an operator would be left without a second step where the installation asks one of everybody */
export async function keepOperatorFactor(work: Work, operatorId: string): Promise<void> {
  if (work.app.options.isOperatorMfaRequired !== true) return;
  const { isAppOn, hasPasskey } = await secondStepsOf(work, operatorId);
  if (isAppOn || hasPasskey) return;
  throw conflict(t("This installation asks two steps of every operator."), "mfa_required");
}

/** What the browser asks any passkey of the operators' host for: nobody has said who they are. */
export async function operatorSignInOptions(ctx: Ctx): Promise<PublicKeyCredentialRequestOptionsJSON> {
  await countAttempt(ctx.app, attemptsFrom(ctx, "passkey"), { ...signInByAddress, attempts: 200 });
  return webauthn.authenticationOptions(ctx, tables, null);
}

/** The same for an operator whose password was right. */
export async function operatorSecondFactorOptions(
  ctx: Ctx,
  token: string,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const open = await reading(ctx, (reader) => readStep(reader, token));
  return webauthn.authenticationOptions(ctx, tables, open.operator.id);
}

const refused = (): Failure => unauthorized(t("This passkey is not known here, or it was not right."), "bad_passkey");

async function operatorInUse({ db }: Ctx, id: string): Promise<Operator | undefined> {
  return db
    .selectFrom("operators")
    .select(["id", "name", "email"])
    .where("id", "=", id)
    .where("deactivated_at", "is", null)
    .executeTakeFirst();
}

/** Whose passkey has signed: of whoever is on the way in (`open`), or of anybody. One that was not right is logged. */
async function proven(ctx: Ctx, response: AuthenticationResponseJSON, open: OpenStep | null): Promise<Operator> {
  const id = await webauthn.checkPasskey(
    ctx,
    tables,
    response,
    open?.operator.id ?? null,
    async (reader, owner) => (await operatorInUse(reader, owner)) !== undefined,
  );
  const operator = id === null ? undefined : await reading(ctx, (reader) => operatorInUse(reader, id));
  if (operator === undefined) {
    await logFailedSignIn(ctx, { step: "passkey" }, open === null ? ctx.actor : actorOnTheWay(open));
    throw refused();
  }
  return operator;
}

/** Signs in with a passkey alone: it asks for the person itself, and so is both factors. */
export async function signInOperatorWithPasskey(
  ctx: Ctx,
  response: AuthenticationResponseJSON,
): Promise<OperatorEntering> {
  const operator = await counted(ctx.app, { address: [attemptsFrom(ctx, "operator"), signInByAddress] }, () =>
    proven(ctx, response, null),
  );
  return inUnit(ctx, (work) => enterOperator(work, operator, { isProven: true }));
}

/** The second step of a sign-in, shown by a passkey. */
export async function showOperatorPasskey(
  ctx: Ctx,
  token: string,
  response: AuthenticationResponseJSON,
): Promise<OperatorEntering> {
  const { open, operator } = await counted(
    ctx.app,
    { address: [attemptsFrom(ctx, "second-step"), signInByAddress] },
    async () => {
      const begun = await reading(ctx, (reader) => readStep(reader, token));
      if (begun.step !== "code") throw conflict(t("There is nothing to confirm here."), begun.step);
      return { open: begun, operator: await proven(ctx, response, begun) };
    },
  );
  return inUnit(ctx, async (work) => {
    await useStep(work, open.id);
    return enterOperator(work, operator, { isProven: true });
  });
}
