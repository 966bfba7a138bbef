import { revokeSessions, renewSessionToken } from "../../../platform/access/sessions.ts";
import { countAttempt, forgetAttempts, signInByAccount } from "../../../platform/access/limits.ts";
import { signInPolicy } from "../../../platform/access/policy.ts";
import { users } from "../../../platform/access/schema.ts";
import { plus } from "../../../platform/clock.ts";
import { type Ctx, inUnit, reading, type Work } from "../../../platform/context.ts";
import { hashPassword, passwordProblems, verifyPassword } from "../../../platform/crypto/passwords.ts";
import { update } from "../../../platform/database/records.ts";
import { conflict, invalidField } from "../../../platform/errors.ts";
import { newId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { endLinks } from "../one-time.ts";
import { asOwner } from "./as-owner.ts";
import { tellOfChange } from "./notices.ts";

interface Owner {
  /** Null for somebody who has no account yet. */
  id: string | null;
  email: string;
  name: string;
}

/** Refuses, with the reason on the field, a password that the organization's policy does not allow this person. */
export async function checkPassword(ctx: Ctx, given: string, person: Owner, field = "password"): Promise<void> {
  const { policy, hashes } = await reading(ctx, async (reader) => {
    const rules = await signInPolicy(reader.db);
    return { policy: rules, hashes: await latestHashes(reader, person.id, rules.password_history_count) };
  });
  const [problem] = passwordProblems(given, { ...person, organization: ctx.tenant.name }, policy);
  if (problem !== undefined) throw invalidField(field, problem, "weak_password");
  for (const hash of hashes) {
    if (!(await verifyPassword(given, hash))) continue;
    throw invalidField(
      field,
      t("You have used this password before. Choose one that is not among your latest {count}.", {
        count: policy.password_history_count,
      }),
      "reused_password",
    );
  }
}

/** A person's latest hashes, the present one first. */
async function latestHashes(ctx: Ctx, userId: string | null, count: number): Promise<string[]> {
  if (userId === null || count === 0) return [];
  const present = await ctx.db.selectFrom("users").select("password_hash").where("id", "=", userId).executeTakeFirst();
  const earlier = await ctx.db
    .selectFrom("password_history")
    .select("password_hash")
    .where("user_id", "=", userId)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(count)
    .execute();
  return [present?.password_hash ?? null, ...earlier.map((row) => row.password_hash)]
    .filter((hash) => hash !== null)
    .slice(0, count);
}

/** Sets a hash that has been checked, and keeps the one before as long as the policy asks for. Links to choose one are of no use any more. */
export async function storePassword(
  joined: Work,
  userId: string,
  hash: string,
): Promise<{ user_type: "staff" | "portal"; deactivated_at: string | null }> {
  const work = await asOwner(joined, userId);
  const now = work.app.clock.now();
  const before = await work.db
    .selectFrom("users")
    .select("password_hash")
    .where("id", "=", userId)
    .executeTakeFirstOrThrow();
  await keepInHistory(work, userId, before.password_hash);
  await endLinks(work, userId);
  return update(work, users, userId, { password_hash: hash, password_changed_at: now });
}

/** Keeps a hash among the latest ones, as many as the policy asks for. */
async function keepInHistory(work: Work, userId: string, hash: string | null): Promise<void> {
  if (hash !== null) {
    const row = { id: newId(), user_id: userId, password_hash: hash, created_at: work.app.clock.now() };
    await work.db.insertInto("password_history").values(row).execute();
  }
  const { password_history_count: count } = await signInPolicy(work.db);
  const kept = await work.db
    .selectFrom("password_history")
    .select("id")
    .where("user_id", "=", userId)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .execute();
  const old = kept.slice(Math.max(count - 1, 0)).map((row) => row.id);
  if (old.length > 0) await work.db.deleteFrom("password_history").where("id", "in", old).execute();
}

/** Takes a password away, which is remembered as an earlier one: until another is chosen, none signs in. */
export async function dropPassword(work: Work, userId: string, hash: string): Promise<void> {
  await keepInHistory(work, userId, hash);
  await update(work, users, userId, { password_hash: null });
}

/** Whether a password set at an instant has to be changed by now. Never set by its owner: it counts from the account's start. */
export function isExpired(setAt: string, expiryDays: number, now: string): boolean {
  return expiryDays > 0 && plus(setAt, expiryDays * 86_400_000) <= now;
}

/**
 * Whether somebody knows the present password; counted, so that an unlocked screen is no place to guess it. Answers the hash that it
 * was held against, as `stillPresent` asks for it; null: a directory keeps the password.
 */
export async function confirmPassword(ctx: Ctx, given: string, field: string): Promise<string | null> {
  const userId = ctx.actor.user_id ?? "";
  const key = `password:${ctx.tenant.id}:${userId}`;
  await countAttempt(ctx.app, key, signInByAccount);
  const { isRight, hash } = await heldAgainst(ctx, userId, given);
  if (!isRight) throw invalidField(field, t("This is not your current password."), "wrong_password");
  await forgetAttempts(ctx.app, key);
  return hash;
}

async function heldAgainst(
  ctx: Ctx,
  userId: string,
  given: string,
): Promise<{ isRight: boolean; hash: string | null }> {
  const { user, isKept } = await reading(ctx, async (reader) => ({
    user: await reader.db
      .selectFrom("users")
      .select(["email", "password_hash"])
      .where("id", "=", userId)
      .executeTakeFirst(),
    isKept: await isKeptElsewhere(reader, userId),
  }));
  const hash = user?.password_hash ?? null;
  if (!isKept) return { isRight: await verifyPassword(given, hash), hash };
  const answer = await ctx.app.registry.passwordKeeper?.check(ctx, user?.email ?? "", given);
  return { isRight: answer?.is === "right" && answer.userId === userId, hash: null };
}

/**
 * Whether a password that was right is so still: holding it against its hash takes long, outside of the unit of work, and it may
 * have been changed or taken away meanwhile.
 */
export async function stillPresent({ db }: Pick<Work, "db">, userId: string, hash: string | null): Promise<boolean> {
  const user = await db.selectFrom("users").select("password_hash").where("id", "=", userId).executeTakeFirst();
  return user !== undefined && user.password_hash === hash;
}

/** Whether a directory keeps somebody's password: here there is none to choose. */
export async function isKeptElsewhere(ctx: Ctx, userId: string): Promise<boolean> {
  return (await ctx.app.registry.passwordKeeper?.keeps(ctx, userId)) ?? false;
}

/**
 * Refuses what would give somebody a password here whose password a directory keeps.
 *
 * @throws Failure 409 `directory_password`
 */
export async function checkIsOwn(ctx: Ctx, userId: string): Promise<void> {
  if (await reading(ctx, (reader) => isKeptElsewhere(reader, userId)))
    throw conflict(t("The directory keeps this password: it is changed there."), "directory_password");
}

/**
 * A person's own new password: the present one has to be right, other sessions end, and this one gets a new token, which
 * is answered (null when the proof was no session).
 */
export async function changePassword(
  ctx: Ctx,
  present: string,
  next: string,
  repeated: string,
): Promise<string | null> {
  const userId = ctx.actor.user_id ?? "";
  await checkIsOwn(ctx, userId);
  const before = await confirmPassword(ctx, present, "present_password");
  const user = await reading(ctx, (reader) =>
    reader.db.selectFrom("users").select(["id", "name", "email"]).where("id", "=", userId).executeTakeFirstOrThrow(),
  );
  if (next !== repeated)
    throw invalidField("repeated_password", t("The two new passwords are not the same."), "mismatch");
  await checkPassword(ctx, next, user, "new_password");
  const hash = await hashPassword(next);
  return inUnit(ctx, async (work) => {
    if (!(await stillPresent(work, userId, before)))
      throw invalidField("present_password", t("This is not your current password."), "wrong_password");
    await storePassword(work, userId, hash);
    await revokeSessions(work, userId, { except: work.actor.session_id });
    await tellOfChange(work, userId, "password_changed");
    return work.actor.session_id === null ? null : renewSessionToken(work, work.actor.session_id);
  });
}
