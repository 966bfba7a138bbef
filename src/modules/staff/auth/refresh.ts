import { actorOf } from "../../../platform/access/identify.ts";
import { issueAccessToken } from "../../../platform/access/jwt.ts";
import { countAttempt, signInByAddress, attemptsFrom } from "../../../platform/access/limits.ts";
import { revokeSessions } from "../../../platform/access/sessions.ts";
import { mintToken, readToken } from "../../../platform/access/tokens.ts";
import { plus } from "../../../platform/clock.ts";
import { type Ctx, inUnit, type Work } from "../../../platform/context.ts";
import { type Failure, unauthorized } from "../../../platform/errors.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { newId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { refreshTokenReused } from "../events.ts";
import { deviceOf } from "../rules.ts";
import { tellOfChange } from "./notices.ts";
import type { UserType } from "./sign-in.ts";

/** Access tokens are short and are renewed by refresh tokens, which work once each (docs/decisions: refresh tokens). */

export const accessSeconds = 900;
/** Within this time a token may be shown again by a client that never got the answer. */
const graceMilliseconds = 30_000;

export interface Tokens {
  session_id: string;
  access_token: string;
  refresh_token: string;
}

async function accessTokenOf(ctx: Ctx, userId: string, sessionId: string, kind: UserType): Promise<string> {
  return issueAccessToken(
    ctx.app.keyring.derive("access-token", ctx.tenant.id),
    { tenant_id: ctx.tenant.id, user_id: userId, session_id: sessionId, kind },
    ctx.app.clock.now(),
    accessSeconds,
  );
}

/** The tokens of a session that has just begun. */
export async function firstTokens(ctx: Ctx, userId: string, sessionId: string, kind: UserType): Promise<Tokens> {
  const { token } = await inUnit(ctx, (work) => mintRefresh(work, sessionId));
  return {
    session_id: sessionId,
    access_token: await accessTokenOf(ctx, userId, sessionId, kind),
    refresh_token: token,
  };
}

async function mintRefresh(work: Work, sessionId: string): Promise<{ id: string; token: string }> {
  const { token, hash } = mintToken("refresh", work.tenant.id);
  const id = newId();
  await work.db
    .insertInto("refresh_tokens")
    .values({
      id,
      session_id: sessionId,
      token_hash: hash,
      created_at: work.app.clock.now(),
      used_at: null,
      replaced_by_id: null,
    })
    .execute();
  return { id, token };
}

const refused = (): Failure =>
  unauthorized(t("The refresh token is not known, has expired or has been used."), "bad_refresh_token");

/**
 * New tokens for a refresh token, which is used up. One that was used already means that two hold it: the session ends for
 * both, unless its holder shows it again at once because the answer was lost.
 */
export async function refresh(ctx: Ctx, text: string, kind: UserType | null): Promise<Tokens> {
  await countAttempt(ctx.app, attemptsFrom(ctx, "refresh"), { ...signInByAddress, attempts: 600 });
  const token = readToken(text);
  if (token === null || token.kind !== "refresh" || token.tenantId !== ctx.tenant.id) throw refused();
  const outcome = await inUnit(ctx, (work) => rotate(work, token.hash, kind));
  // Thrown after the commit, which has to keep that the session has ended.
  if (outcome === null) throw refused();
  const { user_id, session_id, user_type, refresh_token } = outcome;
  return { session_id, refresh_token, access_token: await accessTokenOf(ctx, user_id, session_id, user_type) };
}

interface Rotated {
  user_id: string;
  session_id: string;
  user_type: UserType;
  refresh_token: string;
}

async function rotate(work: Work, hash: string, kind: UserType | null): Promise<Rotated | null> {
  const now = work.app.clock.now();
  const row = await work.db
    .selectFrom("refresh_tokens")
    .innerJoin("sessions", "sessions.id", "refresh_tokens.session_id")
    .innerJoin("users", "users.id", "sessions.user_id")
    .select([
      "refresh_tokens.id",
      "refresh_tokens.used_at",
      "refresh_tokens.replaced_by_id",
      "refresh_tokens.session_id",
      "sessions.user_id",
      "sessions.user_agent",
      "users.user_type",
      "users.name",
    ])
    .where("refresh_tokens.token_hash", "=", hash)
    .where("sessions.revoked_at", "is", null)
    .where("sessions.expires_at", ">", now)
    .where("users.deactivated_at", "is", null)
    .executeTakeFirst();
  if (row === undefined || (kind !== null && row.user_type !== kind)) return null;
  const taken = await work.db
    .updateTable("refresh_tokens")
    .set({ used_at: now })
    .where("id", "=", row.id)
    .where("used_at", "is", null)
    .executeTakeFirst();
  if (taken.numUpdatedRows === 0n && !(await isLostAnswer(work, row))) {
    await revokeSessions(work, row.user_id, { only: row.session_id });
    await emit(work, refreshTokenReused, {
      user_id: row.user_id,
      user_type: row.user_type,
      user_name: row.name,
      session_id: row.session_id,
      ip_address: work.request.ip,
    });
    await tellOfChange(work, row.user_id, "refresh_token_reused", () => deviceOf(row.user_agent));
    return null;
  }
  const holder = await actorOf(work.db, row.user_id, null, null);
  if (holder !== null) work.request.entered = holder;
  const next = await mintRefresh(work, row.session_id);
  await work.db.updateTable("refresh_tokens").set({ replaced_by_id: next.id }).where("id", "=", row.id).execute();
  return {
    user_id: row.user_id,
    session_id: row.session_id,
    user_type: row.user_type,
    refresh_token: next.token,
  };
}

/**
 * Whether a used token comes from a client that did not get the answer: at once, and nobody has used the token that was
 * given for it. That one is used up, so of two holders the second to come is noticed.
 */
async function isLostAnswer(
  work: Work,
  row: { id: string; used_at: string | null; replaced_by_id: string | null },
): Promise<boolean> {
  const now = work.app.clock.now();
  // Read anew: it may have been used by a request that was committed while this one waited.
  const present = await work.db
    .selectFrom("refresh_tokens")
    .select(["used_at", "replaced_by_id"])
    .where("id", "=", row.id)
    .executeTakeFirstOrThrow();
  if (present.used_at === null || present.replaced_by_id === null) return false;
  if (plus(present.used_at, graceMilliseconds) < now) return false;
  const withdrawn = await work.db
    .updateTable("refresh_tokens")
    .set({ used_at: now })
    .where("id", "=", present.replaced_by_id)
    .where("used_at", "is", null)
    .executeTakeFirst();
  return withdrawn.numUpdatedRows === 1n;
}
