import { actorOf } from "../../../platform/access/identify.ts";
import { signInPolicy } from "../../../platform/access/policy.ts";
import { factorsOf, isMfaRequired } from "../../../platform/access/second-factors.ts";
import { startSession } from "../../../platform/access/sessions.ts";
import { mintToken, readToken } from "../../../platform/access/tokens.ts";
import { plus } from "../../../platform/clock.ts";
import type { Ctx, Work } from "../../../platform/context.ts";
import { type Failure, unauthorized } from "../../../platform/errors.ts";
import { newId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { beginTotp } from "../mfa/totp.ts";
import { noticeDevice } from "./devices.ts";
import { isExpired } from "./passwords.ts";

/** What is still missing after a right password: see `docs/sign-in.md`. */
export type Step = "mfa_required" | "mfa_setup_required" | "password_expired";
/** `single_sign_on`: the password is kept elsewhere, in a directory. */
export type Proof = "password" | "passkey" | "link" | "single_sign_on";

export interface SignedIn {
  step: null;
  user_id: string;
  session_id: string;
  token: string;
  max_age_seconds: number;
}

/** Not in yet: the token stands for what has been proved so far, for ten minutes. */
export interface Challenged {
  step: Step;
  user_id: string;
  token: string;
}

export type Entering = SignedIn | Challenged;

export interface Entry {
  userId: string;
  with: Proof;
  kind: "browser" | "api";
  deviceHash: string | null;
  /** When a second factor was shown on the way. */
  secondFactorAt: string | null;
}

export const challengeMinutes = 10;

/** Lets a person in, or answers with the next step when something is missing. */
export async function enter(work: Work, entry: Entry): Promise<Entering> {
  const actor = await actorOf(work.db, entry.userId, null, null);
  if (actor === null) throw unauthorized(t("The e-mail address or the password is wrong."), "bad_credentials");
  const step = await nextStep(work, entry);
  if (step !== null) return challenge(work, entry, step);
  const device = await noticeDevice({ ...work, actor }, entry);
  const session = await startSession({ ...work, actor }, entry.userId, {
    kind: entry.kind,
    with: entry.with,
    deviceHash: device,
  });
  work.request.entered = actor;
  const { id, token, max_age_seconds } = session;
  return { step: null, user_id: entry.userId, session_id: id, token, max_age_seconds };
}

async function nextStep(work: Work, entry: Entry): Promise<Step | null> {
  // A passkey is two factors at once: the device, and what unlocks it.
  if (entry.with === "passkey") return null;
  const factors = await factorsOf(work, entry.userId);
  if (factors.length > 0 && entry.secondFactorAt === null) return "mfa_required";
  if (factors.length === 0 && (await isMfaRequired(work, entry.userId))) return "mfa_setup_required";
  if (entry.with !== "password") return null;
  const user = await work.db
    .selectFrom("users")
    .select(["password_changed_at", "created_at"])
    .where("id", "=", entry.userId)
    .executeTakeFirstOrThrow();
  const { password_expiry_days } = await signInPolicy(work.db);
  return isExpired(user.password_changed_at ?? user.created_at, password_expiry_days, work.app.clock.now())
    ? "password_expired"
    : null;
}

async function challenge(work: Work, entry: Entry, step: Step): Promise<Challenged> {
  const { token, hash } = mintToken("challenge", work.tenant.id);
  const now = work.app.clock.now();
  if (step === "mfa_setup_required") await beginTotp(work, entry.userId);
  await work.db
    .insertInto("sign_in_challenges")
    .values({
      id: newId(),
      user_id: entry.userId,
      token_hash: hash,
      signed_in_with: entry.with,
      session_kind: entry.kind,
      device_hash: entry.deviceHash,
      created_at: now,
      expires_at: plus(now, challengeMinutes * 60_000),
      second_factor_at: entry.secondFactorAt,
      used_at: null,
    })
    .execute();
  return { step, user_id: entry.userId, token };
}

const over = (): Failure => unauthorized(t("This sign-in has taken too long. Begin again."), "challenge_expired");

export interface OpenChallenge {
  id: string;
  entry: Entry;
  user: { id: string; name: string; email: string; user_type: "staff" | "portal" };
  step: Step;
}

/** What a challenge's token stands for, while it is good; of `userType` when that is given. */
export async function readChallenge(
  ctx: Ctx,
  text: string,
  userType: "staff" | "portal" | null,
): Promise<OpenChallenge> {
  const token = readToken(text);
  if (token === null || token.kind !== "challenge" || token.tenantId !== ctx.tenant.id) throw over();
  const row = await ctx.db
    .selectFrom("sign_in_challenges")
    .selectAll()
    .where("token_hash", "=", token.hash)
    .where("used_at", "is", null)
    .where("expires_at", ">", ctx.app.clock.now())
    .executeTakeFirst();
  if (row === undefined) throw over();
  const user = await ctx.db
    .selectFrom("users")
    .select(["id", "name", "email", "user_type"])
    .where("id", "=", row.user_id)
    .where("deactivated_at", "is", null)
    .executeTakeFirst();
  if (user === undefined || (userType !== null && user.user_type !== userType)) throw over();
  const entry: Entry = {
    userId: row.user_id,
    with: row.signed_in_with,
    kind: row.session_kind,
    deviceHash: row.device_hash,
    secondFactorAt: row.second_factor_at,
  };
  const step = await nextStep(ctx as Work, entry);
  // Everything was done in another tab: there is nothing left to ask, so it begins again.
  if (step === null) throw over();
  return { id: row.id, entry, user, step };
}

/** Uses a challenge up; of two at the same moment one gets through. The way then goes on by `enter`. */
export async function useChallenge(work: Work, id: string): Promise<void> {
  const used = await work.db
    .updateTable("sign_in_challenges")
    .set({ used_at: work.app.clock.now() })
    .where("id", "=", id)
    .where("used_at", "is", null)
    .executeTakeFirst();
  if (used.numUpdatedRows === 0n) throw over();
}
