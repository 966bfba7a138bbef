import type { Actor } from "../../../platform/access/actor.ts";
import { operatorActor } from "../../../platform/access/platform.ts";
import { mintToken, readToken } from "../../../platform/access/tokens.ts";
import { plus } from "../../../platform/clock.ts";
import type { Ctx, Work } from "../../../platform/context.ts";
import { type Failure, unauthorized } from "../../../platform/errors.ts";
import { newId, noId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { startOperatorSession } from "./sessions.ts";
import { beginOperatorTotp } from "./totp.ts";

/** The way from an operator's password to a session, as the staff's own: `enterOperator` is the only way in. */

export interface Operator {
  id: string;
  name: string;
  email: string;
}

/** A session's token, or a challenge's with the step that is missing. */
export interface OperatorEntering {
  step: "code" | "setup" | null;
  token: string;
}

export const stepMinutes = 10;

/** Starts a session when nothing is missing any more; `isProven`: a code or a passkey has just been right. */
export async function enterOperator(
  work: Work,
  operator: Operator,
  { isProven }: { isProven: boolean },
): Promise<OperatorEntering> {
  const { isAppOn, hasPasskey } = await secondStepsOf(work, operator.id);
  const isSetUp = isAppOn || hasPasskey;
  if (isSetUp && !isProven) return challenge(work, operator.id, "code");
  if (!isSetUp && work.app.options.isOperatorMfaRequired === true) return challenge(work, operator.id, "setup");
  return { step: null, token: await startOperatorSession(work, operator) };
}

/** How an operator can show a second step. */
export async function secondStepsOf(
  { db }: Pick<Ctx, "db">,
  operatorId: string,
): Promise<{ isAppOn: boolean; hasPasskey: boolean }> {
  const { totp_confirmed_at } = await db
    .selectFrom("operators")
    .select("totp_confirmed_at")
    .where("id", "=", operatorId)
    .executeTakeFirstOrThrow();
  const key = await db
    .selectFrom("operator_passkeys")
    .select("id")
    .where("user_id", "=", operatorId)
    .limit(1)
    .executeTakeFirst();
  return { isAppOn: totp_confirmed_at !== null, hasPasskey: key !== undefined };
}

async function challenge(work: Work, operatorId: string, step: "code" | "setup"): Promise<OperatorEntering> {
  const { token, hash } = mintToken("operator_step", noId);
  const now = work.app.clock.now();
  if (step === "setup") await beginOperatorTotp(work, operatorId);
  await work.db
    .insertInto("operator_challenges")
    .values({
      id: newId(),
      operator_id: operatorId,
      token_hash: hash,
      is_setup: step === "setup",
      created_at: now,
      expires_at: plus(now, stepMinutes * 60_000),
    })
    .execute();
  return { step, token };
}

export interface OpenStep {
  id: string;
  step: "code" | "setup";
  operator: Operator;
}

const over = (): Failure => unauthorized(t("That took too long. Sign in again."), "challenge_expired");

/** The step that a token stands for; 401 when there is none any more. */
export async function readStep(ctx: Ctx, text: string): Promise<OpenStep> {
  const token = readToken(text);
  const row =
    token?.kind === "operator_step"
      ? await ctx.db
          .selectFrom("operator_challenges")
          .innerJoin("operators", "operators.id", "operator_challenges.operator_id")
          .select(["operator_challenges.id as challenge_id", "operator_challenges.is_setup"])
          .select(["operators.id", "operators.name", "operators.email"])
          .where("operator_challenges.token_hash", "=", token.hash)
          .where("operator_challenges.used_at", "is", null)
          .where("operator_challenges.expires_at", ">", ctx.app.clock.now())
          .where("operators.deactivated_at", "is", null)
          .executeTakeFirst()
      : undefined;
  if (row === undefined) throw over();
  const { challenge_id, is_setup, ...operator } = row;
  if (is_setup) {
    // A second step that was set up meanwhile is asked for: the password alone, from before, sets up no other.
    const { isAppOn, hasPasskey } = await secondStepsOf(ctx, operator.id);
    if (isAppOn || hasPasskey) throw over();
  }
  return { id: challenge_id, step: is_setup ? "setup" : "code", operator };
}

/** Somebody on the way in is nobody yet, and still it is they who do this. */
export function actorOnTheWay({ operator }: OpenStep): Actor {
  return operatorActor({ ...operator, user_id: operator.id, session_id: null, api_key_id: null });
}

/** Uses a step up; of two uses at the same moment one counts. */
export async function useStep(work: Work, id: string): Promise<void> {
  const used = await work.db
    .updateTable("operator_challenges")
    .set({ used_at: work.app.clock.now() })
    .where("id", "=", id)
    .where("used_at", "is", null)
    .executeTakeFirst();
  if (used.numUpdatedRows === 0n) throw over();
}
