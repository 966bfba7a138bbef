import { isIP } from "node:net";
import { sql } from "kysely";
import { plus } from "../clock.ts";
import type { App, Ctx } from "../context.ts";
import { tooMany } from "../errors.ts";
import { t } from "../language/index.ts";

export interface Limit {
  /** How many attempts within the window. */
  attempts: number;
  seconds: number;
}

/** Sign-ins, resets and one-time links (PRD 6.4): by account against guessing, by address against spraying. */
export const signInByAccount: Limit = { attempts: 10, seconds: 900 };
export const signInByAddress: Limit = { attempts: 50, seconds: 900 };
/** Codes of six digits: three are right at any time, so ten tries in a quarter of an hour guess one in some 33,000. */
export const secondStepByAccount: Limit = { attempts: 10, seconds: 900 };
/** Programs renew many tokens from one address; guessing 256 bits is hopeless at any rate. */
export const oauthByAddress: Limit = { attempts: 1200, seconds: 900 };
export const resetByAddress: Limit = { attempts: 20, seconds: 3600 };
export const resetByAccount: Limit = { attempts: 5, seconds: 3600 };
/** Longer than every window. */
const keptSeconds = 24 * 3600;

/**
 * Counts an attempt and refuses it (429) when there were too many. The count is one atomic statement and is taken before
 * the attempt, so attempts side by side cannot slip through.
 */
export async function countAttempt(app: App, key: string, limit: Limit): Promise<void> {
  const now = app.clock.now();
  const from = plus(now, -limit.seconds * 1000);
  const row = await app.database.platform((db) =>
    db
      .insertInto("rate_limits")
      .values({ limit_key: key, window_started_at: now, attempts: 1 })
      .onConflict((oc) =>
        oc.column("limit_key").doUpdateSet({
          attempts: sql<number>`case when rate_limits.window_started_at < ${from} then 1 else rate_limits.attempts + 1 end`,
          window_started_at: sql<string>`case when rate_limits.window_started_at < ${from} then ${sql.ref("excluded.window_started_at")} else rate_limits.window_started_at end`,
        }),
      )
      .returning(["attempts", "window_started_at"])
      .executeTakeFirstOrThrow(),
  );
  if (row.attempts <= limit.attempts) return;
  const until = new Date(row.window_started_at).getTime() + limit.seconds * 1000;
  const seconds = Math.max(1, Math.ceil((until - new Date(now).getTime()) / 1000));
  throw tooMany(
    seconds,
    t("Too many attempts. Try again in {count, plural, one {# minute} other {# minutes}}.", {
      count: Math.ceil(seconds / 60),
    }),
  );
}

/** By what the attempts at an account's password are counted; by its address, so that who has no account cannot be told apart. */
export function passwordAttempts(tenantId: string, userType: "staff" | "portal", email: string): string {
  return `sign-in:${tenantId}:${userType}:${email}`;
}

/** By what the attempts at somebody's second step are counted. */
export function secondStepAttempts(tenantId: string, userId: string): string {
  return `second-step:${tenantId}:${userId}`;
}

/**
 * An attempt that may be right: counted by address and by account before `run` looks at it, which throws when it is wrong. One
 * that was right is not counted by its address, where an office comes from, and clears its account.
 */
export async function counted<T>(
  app: App,
  { address, account }: { address: [key: string, Limit]; account?: [key: string, Limit] },
  run: () => Promise<T>,
): Promise<T> {
  await countAttempt(app, ...address);
  if (account !== undefined) await countAttempt(app, ...account);
  const result = await run();
  await app.database.platform(async (db) => {
    await db
      .updateTable("rate_limits")
      .set((eb) => ({ attempts: eb("attempts", "-", 1) }))
      .where("limit_key", "=", address[0])
      .where("attempts", ">", 0)
      .execute();
    if (account !== undefined) await db.deleteFrom("rate_limits").where("limit_key", "=", account[0]).execute();
  });
  return result;
}

/** By what the attempts at something are counted that come from where a request came from. */
export function attemptsFrom({ request }: Pick<Ctx, "request">, what: string): string {
  return `${what}:${whoseAddress(request.ip)}`;
}

/** Over IPv6 everybody has a network of 64 bits, and with it as many addresses as they like. */
export function whoseAddress(ip: string): string {
  if (isIP(ip) !== 6) return ip;
  const [head = "", tail] = ip.split("::");
  const groups = (text: string): string[] => text.split(":").filter((group) => group !== "");
  const [before, after] = [groups(head), groups(tail ?? "")];
  const whole = [
    ...before,
    ...Array.from({ length: tail === undefined ? 0 : 8 - before.length - after.length }, () => "0"),
    ...after,
  ];
  return `${whole
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

/** So many in a transaction: nobody signs in meanwhile. */
const forgottenAtOnce = 500;

/** Attempts so old that no limit counts them any more. */
export async function forgetOldAttempts(app: App): Promise<void> {
  const before = plus(app.clock.now(), -keptSeconds * 1000);
  for (let gone = forgottenAtOnce; gone >= forgottenAtOnce;)
    gone = await app.database.platform(async (db) => {
      const old = db.selectFrom("rate_limits").select("limit_key").where("window_started_at", "<", before);
      const done = db.deleteFrom("rate_limits").where("limit_key", "in", old.limit(forgottenAtOnce));
      return Number((await done.executeTakeFirst()).numDeletedRows);
    });
}

/** Forgets the attempts of a key, after a success. */
export async function forgetAttempts(app: App, key: string): Promise<void> {
  await app.database.platform((db) => db.deleteFrom("rate_limits").where("limit_key", "=", key).execute());
}
