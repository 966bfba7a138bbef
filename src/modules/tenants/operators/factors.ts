import {
  counted,
  countAttempt,
  forgetAttempts,
  secondStepByAccount,
  signInByAddress,
  attemptsFrom,
} from "../../../platform/access/limits.ts";
import { type Ctx, inUnit, reading, type Work } from "../../../platform/context.ts";
import { hashPassword, verifyPassword } from "../../../platform/crypto/passwords.ts";
import { conflict, Failure, invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { logDoing, logFailedSignIn } from "../log.ts";
import { checkOperatorPassword, stillPresent, storeOperatorPassword } from "./auth.ts";
import { keepOperatorFactor } from "./passkeys.ts";
import { endSessions } from "./sessions.ts";
import { actorOnTheWay, enterOperator, type OpenStep, type OperatorEntering, readStep, useStep } from "./steps.ts";
import {
  beginOperatorTotp,
  dropOperatorFactors,
  dropOperatorTotp,
  makeOperatorCodes,
  operatorFactors,
  takeOperatorCode,
  takeOperatorTotp,
} from "./totp.ts";

/** An operator's second step and password: shown at sign-in, set up, renewed, changed, taken away. Each is logged. */

const wrongCode = (): Error =>
  invalidField("code", t("This code is not right, or it has been used already. Wait for the next one."), "wrong_code");

/** An attempt at a code. */
const atCode = <T>(ctx: Ctx, operatorId: string, run: () => Promise<T>): Promise<T> =>
  counted(
    ctx.app,
    {
      address: [attemptsFrom(ctx, "second-step"), signInByAddress],
      account: [`second-step:operator:${operatorId}`, secondStepByAccount],
    },
    run,
  );

const asOperator = (work: Work, open: OpenStep): Work => ({ ...work, actor: actorOnTheWay(open) });

/** An attempt at a code on the way in: a wrong one is logged. */
async function atSignInCode<T>(ctx: Ctx, open: OpenStep, run: () => Promise<T>): Promise<T> {
  return atCode(ctx, open.operator.id, async () => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof Failure && error.problems.some(({ code }) => code === "wrong_code"))
        await logFailedSignIn(ctx, { step: "code" }, actorOnTheWay(open));
      throw error;
    }
  });
}

/** The second step of a sign-in: a code of the app, or a recovery code. */
export async function showOperatorCode(ctx: Ctx, token: string, given: string): Promise<OperatorEntering> {
  const open = await reading(ctx, (reader) => readStep(reader, token));
  if (open.step !== "code") throw conflict(t("There is no code to show here."), open.step);
  const code = given.replaceAll(/\s/g, "");
  const { id } = open.operator;
  return atSignInCode(ctx, open, () =>
    inUnit(ctx, async (work) => {
      const isOfApp = /^\d{6}$/.test(code);
      if (!(await (isOfApp ? takeOperatorTotp(work, id, code) : takeOperatorCode(work, id, code)))) throw wrongCode();
      await useStep(work, open.id);
      if (!isOfApp) await logDoing(asOperator(work, open), work.db, "operators.recovery_code_used", null);
      return enterOperator(work, open.operator, { isProven: true });
    }),
  );
}

/** Switches two steps on with the app's first code, on the way in. The recovery codes are in the answer, once. */
export async function confirmOperatorAtSignIn(
  ctx: Ctx,
  token: string,
  code: string,
): Promise<{ codes: string[]; entering: OperatorEntering }> {
  const open = await reading(ctx, (reader) => readStep(reader, token));
  if (open.step !== "setup") throw conflict(t("There is nothing to set up here."), open.step);
  return atSignInCode(ctx, open, () =>
    inUnit(ctx, async (work) => {
      const codes = await confirm(asOperator(work, open), open.operator.id, code);
      await useStep(work, open.id);
      return { codes, entering: await enterOperator(work, open.operator, { isProven: true }) };
    }),
  );
}

async function confirm(work: Work, operatorId: string, code: string): Promise<string[]> {
  await refuseSecond(work, operatorId);
  if (!(await takeOperatorTotp(work, operatorId, code.replaceAll(/\s/g, "")))) throw wrongCode();
  const now = work.app.clock.now();
  await work.db.updateTable("operators").set({ totp_confirmed_at: now }).where("id", "=", operatorId).execute();
  await logDoing(work, work.db, "operators.two_step_on", null);
  return makeOperatorCodes(work, operatorId);
}

async function refuseSecond(work: Work, operatorId: string): Promise<void> {
  if ((await operatorFactors(work, operatorId)).isOn)
    throw conflict(t("An authenticator app is set up already. Remove it first."), "already_set_up");
}

const own = (ctx: Ctx): string => ctx.actor.user_id ?? "";

/** Begins to set up an authenticator app on the operator's own account. */
export async function beginOperatorSetup(ctx: Ctx): Promise<void> {
  await inUnit(ctx, async (work) => {
    await refuseSecond(work, own(ctx));
    await beginOperatorTotp(work, own(ctx));
  });
}

export async function confirmOperatorSetup(ctx: Ctx, code: string): Promise<string[]> {
  return atCode(ctx, own(ctx), () => inUnit(ctx, (work) => confirm(work, own(ctx), code)));
}

/** New recovery codes in place of the old ones, for whoever has proved who they are. */
export async function renewOperatorCodes(ctx: Ctx): Promise<string[]> {
  return inUnit(ctx, async (work) => {
    if (!(await operatorFactors(work, own(ctx))).isOn)
      throw conflict(t("Set up an authenticator app first."), "not_set_up");
    await logDoing(work, work.db, "operators.recovery_codes_made", null);
    return makeOperatorCodes(work, own(ctx));
  });
}

/** Takes the app away, for whoever has proved who they are; not as the last second step where everybody has to have one. */
export async function removeOperatorTotp(ctx: Ctx): Promise<void> {
  await inUnit(ctx, async (work) => {
    await dropOperatorTotp(work, own(ctx));
    await keepOperatorFactor(work, own(ctx));
    await logDoing(work, work.db, "operators.two_step_off", null);
  });
}

/** For an operator who has lost phone and codes: app, codes and passkeys go, and sessions end. */
export async function resetOperatorFactors(work: Work, operator: { id: string; email: string }): Promise<void> {
  await dropOperatorFactors(work, operator.id);
  await endSessions(work, operator.id);
  await logDoing(work, work.db, "operators.two_step_reset", null, { email: operator.email });
}

/**
 * Whether an operator knows the present password; counted, so that an unlocked screen is no place to guess it. Answers the hash that
 * it was held against.
 */
export async function confirmOperatorPassword(ctx: Ctx, given: string): Promise<string | null> {
  const key = `password:operator:${own(ctx)}`;
  await countAttempt(ctx.app, key, secondStepByAccount);
  const row = await reading(ctx, ({ db }) =>
    db.selectFrom("operators").select("password_hash").where("id", "=", own(ctx)).executeTakeFirst(),
  );
  const hash = row?.password_hash ?? null;
  if (!(await verifyPassword(given, hash))) throw wrongPassword();
  await forgetAttempts(ctx.app, key);
  return hash;
}

const wrongPassword = (): Failure =>
  invalidField("present_password", t("This is not your current password."), "wrong_password");

/** An operator's own new password; every other session ends. */
export async function changeOperatorPassword(
  ctx: Ctx,
  given: { present: string; next: string; repeated: string },
): Promise<void> {
  const before = await confirmOperatorPassword(ctx, given.present);
  if (given.next !== given.repeated)
    throw invalidField("repeated_password", t("The two new passwords are not the same."), "mismatch");
  checkOperatorPassword(given.next, ctx.actor, "new_password");
  const password_hash = await hashPassword(given.next);
  await inUnit(ctx, async (work) => {
    if (!(await stillPresent(work, own(ctx), before))) throw wrongPassword();
    await storeOperatorPassword(work, own(ctx), password_hash);
    await endSessions(work, own(ctx), work.actor.session_id);
    await logDoing(work, work.db, "operators.password_changed", null);
  });
}
