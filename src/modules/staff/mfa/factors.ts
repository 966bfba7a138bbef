import { factorsOf, isMfaRequired } from "../../../platform/access/second-factors.ts";
import { passkeys, totpFactors } from "../../../platform/access/factors.ts";
import { revokeSessions } from "../../../platform/access/sessions.ts";
import {
  counted,
  secondStepAttempts,
  secondStepByAccount,
  signInByAddress,
  attemptsFrom,
} from "../../../platform/access/limits.ts";
import type { TotpSetup } from "../../../platform/access/totp.ts";
import { type Ctx, inUnit, reading, type Work } from "../../../platform/context.ts";
import { remove, update } from "../../../platform/database/records.ts";
import { conflict, Failure, invalidField } from "../../../platform/errors.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { t } from "../../../platform/language/index.ts";
import { asOwner } from "../auth/as-owner.ts";
import { tellOfChange } from "../auth/notices.ts";
import { type Entering, enter, readChallenge, useChallenge } from "../auth/steps.ts";
import { secondFactorReset, secondStepFailed } from "../events.ts";
import { makeRecoveryCodes, takeRecoveryCode } from "./recovery.ts";
import { beginTotp, takeTotp, waitingTotp } from "./totp.ts";

/** The second step: shown at sign-in, set up, renewed, taken away. */

type UserType = "staff" | "portal";

const wrongCode = (): Error =>
  invalidField("code", t("This code is not right, or it has been used already. Wait for the next one."), "wrong_code");

/** An attempt at a code. */
const atCode = <T>(ctx: Ctx, userId: string, run: () => Promise<T>): Promise<T> =>
  counted(
    ctx.app,
    {
      address: [attemptsFrom(ctx, "second-step"), signInByAddress],
      account: [secondStepAttempts(ctx.tenant.id, userId), secondStepByAccount],
    },
    run,
  );

/** The second step of a sign-in: a code of the app, or a recovery code. */
export async function showCode(ctx: Ctx, userType: UserType | null, token: string, given: string): Promise<Entering> {
  const open = await reading(ctx, (reader) => readChallenge(reader, token, userType));
  if (open.step !== "mfa_required") throw conflict(t("There is no code to show here."), open.step);
  const code = given.replaceAll(/\s/g, "");
  const told = async (error: unknown): Promise<never> => {
    if (error instanceof Failure && error.status === 422) {
      const { id, user_type } = open.user;
      const { ip: ip_address, user_agent } = ctx.request;
      await inUnit(ctx, (work) => emit(work, secondStepFailed, { user_id: id, user_type, ip_address, user_agent }));
    }
    throw error;
  };
  return atCode(ctx, open.user.id, () =>
    inUnit(ctx, async (work) => {
      const isRight = /^\d{6}$/.test(code)
        ? await takeTotp(work, open.user.id, code, "confirmed")
        : await takeRecoveryCode(work, open.user.id, code);
      if (!isRight) throw wrongCode();
      await useChallenge(work, open.id);
      return enter(work, { ...open.entry, secondFactorAt: work.app.clock.now() });
    }),
  ).catch(told);
}

/** Begins to set up an authenticator app, for whoever has proved who they are; the answer is what the app needs to know. */
export async function beginSetup(ctx: Ctx): Promise<TotpSetup> {
  const userId = ctx.actor.user_id ?? "";
  return inUnit(ctx, async (work) => {
    await refuseSecond(work, userId);
    await beginTotp(work, userId);
    const waiting = await waitingTotp(work, userId);
    if (waiting === null) throw new Error("the new secret is not there");
    return waiting;
  });
}

async function refuseSecond(work: Work, userId: string): Promise<void> {
  const known = await work.db
    .selectFrom("totp_factors")
    .select("id")
    .where("user_id", "=", userId)
    .where("confirmed_at", "is not", null)
    .executeTakeFirst();
  if (known !== undefined)
    throw conflict(t("An authenticator app is set up already. Remove it first."), "already_set_up");
}

async function confirm(work: Work, userId: string, code: string): Promise<string[]> {
  await refuseSecond(work, userId);
  const wasMissing = (await isMfaRequired(work, userId)) && (await factorsOf(work, userId)).length === 0;
  if (!(await takeTotp(work, userId, code.replaceAll(/\s/g, ""), "waiting"))) throw wrongCode();
  const { id } = await work.db
    .selectFrom("totp_factors")
    .select("id")
    .where("user_id", "=", userId)
    .executeTakeFirstOrThrow();
  await update(await asOwner(work, userId), totpFactors, id, { confirmed_at: work.app.clock.now() });
  // Sessions that were held because there was no second step have shown none, and are not let go by this one.
  if (wasMissing) await revokeSessions(work, userId, { except: work.actor.session_id });
  await tellOfChange(work, userId, "two_step_on");
  return makeRecoveryCodes(work, userId);
}

/** Switches two steps on with the app's first code. Answers the recovery codes, once. */
export async function confirmSetup(ctx: Ctx, code: string): Promise<string[]> {
  const userId = ctx.actor.user_id ?? "";
  return atCode(ctx, userId, () => inUnit(ctx, (work) => confirm(work, userId, code)));
}

/** The same for somebody whose role asks for two steps, on the way in. */
export async function confirmSetupAtSignIn(
  ctx: Ctx,
  userType: UserType | null,
  token: string,
  code: string,
): Promise<{ codes: string[]; entering: Entering }> {
  const open = await reading(ctx, (reader) => readChallenge(reader, token, userType));
  if (open.step !== "mfa_setup_required") throw conflict(t("There is nothing to set up here."), open.step);
  return atCode(ctx, open.user.id, () =>
    inUnit(ctx, async (work) => {
      // Before the rest: with the factor all that was begun without one ends, this challenge too.
      await useChallenge(work, open.id);
      const codes = await confirm(work, open.user.id, code);
      return { codes, entering: await enter(work, { ...open.entry, secondFactorAt: work.app.clock.now() }) };
    }),
  );
}

/** New recovery codes in place of the old ones, for whoever has proved who they are. */
export async function renewRecoveryCodes(ctx: Ctx): Promise<string[]> {
  const userId = ctx.actor.user_id ?? "";
  return inUnit(ctx, async (work) => {
    const { length } = await confirmedTotp(work, userId);
    if (length === 0) throw conflict(t("Set up an authenticator app first."), "not_set_up");
    await tellOfChange(work, userId, "recovery_codes_made");
    return makeRecoveryCodes(work, userId);
  });
}

/** Takes the authenticator app away, for whoever has proved who they are. */
export async function removeTotp(ctx: Ctx): Promise<void> {
  const userId = ctx.actor.user_id ?? "";
  await inUnit(ctx, async (work) => {
    for (const { id } of await confirmedTotp(work, userId)) await remove(work, totpFactors, id);
    await work.db.deleteFrom("recovery_codes").where("user_id", "=", userId).execute();
    await keepRequiredFactor(work, userId);
    await tellOfChange(work, userId, "two_step_off");
  });
}

/** Whose role asks for two steps cannot take the last second factor away, and do without until the next sign-in. */
export async function keepRequiredFactor(work: Work, userId: string): Promise<void> {
  if (!(await isMfaRequired(work, userId)) || (await factorsOf(work, userId)).length > 0) return;
  throw conflict(
    t("Your role requires two-step sign-in, and this is your last second step. Add another one first."),
    "last_factor",
  );
}

function confirmedTotp(work: Work, userId: string): Promise<{ id: string }[]> {
  return work.db
    .selectFrom("totp_factors")
    .select("id")
    .where("user_id", "=", userId)
    .where("confirmed_at", "is not", null)
    .execute();
}

/** Takes every second factor of somebody away, who then signs in with the password alone, or sets one up anew. */
export async function dropFactors(work: Work, userId: string): Promise<void> {
  const apps = await work.db.selectFrom("totp_factors").select("id").where("user_id", "=", userId).execute();
  for (const { id } of apps) await remove(work, totpFactors, id);
  const keys = await work.db.selectFrom("passkeys").select("id").where("user_id", "=", userId).execute();
  for (const { id } of keys) await remove(work, passkeys, id);
  await work.db.deleteFrom("recovery_codes").where("user_id", "=", userId).execute();
  await emit(work, secondFactorReset, { user_id: userId });
  await tellOfChange(work, userId, "two_step_reset");
}
