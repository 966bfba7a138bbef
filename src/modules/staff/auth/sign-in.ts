import {
  attemptsFrom,
  counted,
  passwordAttempts,
  signInByAccount,
  signInByAddress,
} from "../../../platform/access/limits.ts";
import { revokeSessions } from "../../../platform/access/sessions.ts";
import { writeAuditEntry } from "../../../platform/access/audit.ts";
import { type Ctx, inUnit, reading } from "../../../platform/context.ts";
import { hashPassword, verifyPassword } from "../../../platform/crypto/passwords.ts";
import { conflict, Failure, unauthorized } from "../../../platform/errors.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { typedAddress } from "../../../platform/mail/addresses.ts";
import { t } from "../../../platform/language/index.ts";
import { signInFailed } from "../events.ts";
import { checkPassword, stillPresent, storePassword } from "./passwords.ts";
import { type Entering, type Entry, enter, readChallenge, useChallenge } from "./steps.ts";

export type UserType = "staff" | "portal";

export interface Device {
  kind: "browser" | "api";
  /** By which the device is known again; null: by the name of the program. */
  deviceHash: string | null;
}

const wrong = (): Failure => unauthorized(t("The e-mail address or the password is wrong."), "bad_credentials");

/**
 * The first step of signing in. Unknown address, wrong password and deactivated account get the same answer after the same
 * time, and attempts are counted by account and by address before anything is looked up.
 */
export async function signIn(
  ctx: Ctx,
  userType: UserType,
  emailGiven: string,
  password: string,
  device: Device,
): Promise<Entering> {
  const email = typedAddress(emailGiven);
  const owner = await counted(
    ctx.app,
    {
      address: [attemptsFrom(ctx, "sign-in"), signInByAddress],
      account: [passwordAttempts(ctx.tenant.id, userType, email), signInByAccount],
    },
    () => ownerOf(ctx, userType, email, password),
  );
  return inUnit(ctx, async (work) => {
    const { userId, with: proof, hash } = owner;
    if (proof === "password" && !(await stillPresent(work, userId, hash))) throw wrong();
    return enter(work, { userId, with: proof, kind: device.kind, deviceHash: device.deviceHash, secondFactorAt: null });
  });
}

/** Whoever has this password, where it is kept, and by which hash here; a wrong one is told, and thrown. */
async function ownerOf(
  ctx: Ctx,
  userType: UserType,
  email: string,
  password: string,
): Promise<Pick<Entry, "userId" | "with"> & { hash: string | null }> {
  const user = await reading(ctx, (reader) =>
    reader.db
      .selectFrom("users")
      .select(["id", "password_hash", "deactivated_at"])
      .where("user_type", "=", userType)
      .where("email", "=", email)
      .executeTakeFirst(),
  );
  const isRight = await verifyPassword(password, user?.password_hash ?? null);
  // Whoever has a password here is not asked for elsewhere, but the answer takes as long.
  const keeper = userType === "staff" ? ctx.app.registry.passwordKeeper : null;
  const hasOwn = user !== undefined && user.password_hash !== null;
  const kept = (await keeper?.check(ctx, email, hasOwn ? null : password)) ?? { is: "elsewhere" };
  if (hasOwn && isRight && user.deactivated_at === null)
    return { userId: user.id, with: "password", hash: user.password_hash };
  if (!hasOwn && kept.is === "right") return { userId: kept.userId, with: "single_sign_on", hash: null };
  if (!hasOwn && kept.is === "unreachable")
    throw new Failure(
      503,
      "directory_unreachable",
      t("The directory that keeps your password does not answer. Try again in a while."),
      [],
      60,
    );
  // The same write whether the account exists or not, so that the answer takes the same time.
  await inUnit(ctx, (work) =>
    emit(work, signInFailed, {
      user_id: user?.id ?? null,
      user_type: userType,
      email,
      ip_address: ctx.request.ip,
      user_agent: ctx.request.user_agent,
    }),
  );
  throw wrong();
}

/** The step of somebody whose password has expired: a new one, and they are in. */
export async function replaceExpired(
  ctx: Ctx,
  userType: UserType | null,
  token: string,
  given: string,
): Promise<Entering> {
  const open = await reading(ctx, (reader) => readChallenge(reader, token, userType));
  if (open.step !== "password_expired") throw conflict(t("There is no password to change here."), open.step);
  await checkPassword(ctx, given, open.user, "new_password");
  const hash = await hashPassword(given);
  return inUnit(ctx, async (work) => {
    await useChallenge(work, open.id);
    await storePassword(work, open.user.id, hash);
    await revokeSessions(work, open.user.id, { except: null });
    return enter(work, open.entry);
  });
}

/** Ends the actor's own session. */
export async function signOut(ctx: Ctx): Promise<void> {
  const { user_id, session_id } = ctx.actor;
  if (user_id === null || session_id === null) return;
  await inUnit(ctx, async (work) => {
    await revokeSessions(work, user_id, { only: session_id });
    writeAuditEntry(work, "logout", "users", user_id);
  });
}
