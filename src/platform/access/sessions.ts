import { plus } from "../clock.ts";
import { type Ctx, inUnit, type Work } from "../context.ts";
import { emit } from "../events/outbox.ts";
import { newId } from "../ids.ts";
import { changed } from "../live/topics.ts";
import { complaint } from "../log.ts";
import { type Actor } from "./actor.ts";
import { writeAuditEntry } from "./audit.ts";
import { keyUsedFromNewAddress } from "./events.ts";
import { signInPolicy } from "./policy.ts";
import { mintToken } from "./tokens.ts";

export interface StartedSession {
  id: string;
  /** Goes into the cookie and is nowhere else. */
  token: string;
  /** How long the browser has to keep it: the session's longest life. */
  max_age_seconds: number;
}

export interface SessionStart {
  kind?: "browser" | "api";
  with?: "password" | "passkey" | "link" | "single_sign_on";
  /** By which the device is known again. */
  deviceHash?: string | null;
}

/** Starts a session for a user, as long as the organization's policy lets it live. */
export async function startSession(work: Work, userId: string, start: SessionStart = {}): Promise<StartedSession> {
  const { token, hash } = mintToken("session", work.tenant.id);
  const policy = await signInPolicy(work.db);
  const now = work.app.clock.now();
  const id = newId();
  const endsAt = plus(now, policy.session_max_days * 86_400_000);
  await work.db
    .insertInto("sessions")
    .values({
      id,
      user_id: userId,
      token_hash: hash,
      ip_address: work.request.ip,
      user_agent: work.request.user_agent.slice(0, 1000),
      created_at: now,
      last_seen_at: now,
      expires_at: earlier(plus(now, policy.session_idle_minutes * 60_000), endsAt),
      revoked_at: null,
      session_kind: start.kind ?? "browser",
      signed_in_with: start.with ?? "password",
      device_hash: start.deviceHash ?? null,
      ends_at: endsAt,
    })
    .execute();
  await work.db.updateTable("users").set({ last_signed_in_at: now }).where("id", "=", userId).execute();
  writeAuditEntry(work, "login", "users", userId);
  return { id, token, max_age_seconds: policy.session_max_days * 86_400 };
}

/** Instants compare as texts. */
const earlier = (one: string, other: string): string => (one < other ? one : other);

/** Gives a session a new token, so that one that was known before is worth nothing: after a change of what proves the person. */
export async function renewSessionToken(work: Work, sessionId: string): Promise<string> {
  const { token, hash } = mintToken("session", work.tenant.id);
  await work.db.updateTable("sessions").set({ token_hash: hash }).where("id", "=", sessionId).execute();
  return token;
}

/** Makes sessions that are open keep a policy that has become stricter. */
export async function applySessionLimits(work: Work): Promise<void> {
  const policy = await signInPolicy(work.db);
  const now = work.app.clock.now();
  const open = await work.db
    .selectFrom("sessions")
    .select(["id", "created_at", "last_seen_at", "expires_at"])
    .where("revoked_at", "is", null)
    .where("expires_at", ">", now)
    .execute();
  for (const session of open) {
    const endsAt = plus(session.created_at, policy.session_max_days * 86_400_000);
    const idleEnd = plus(session.last_seen_at, policy.session_idle_minutes * 60_000);
    await work.db
      .updateTable("sessions")
      .set({ ends_at: endsAt, expires_at: earlier(earlier(session.expires_at, endsAt), idleEnd) })
      .where("id", "=", session.id)
      .execute();
  }
}

/**
 * Ends one session, or all of a user but the one given; with all of them whatever was begun and is not in yet: a first step that
 * was right before a password was changed, or somebody was signed out everywhere, leads to no session afterwards.
 */
export async function revokeSessions(
  work: Work,
  userId: string,
  which: { only: string } | { except: string | null },
): Promise<number> {
  const now = work.app.clock.now();
  let query = work.db
    .updateTable("sessions")
    .set({ revoked_at: now })
    .where("user_id", "=", userId)
    .where("revoked_at", "is", null);
  if (!("only" in which))
    await work.db
      .updateTable("sign_in_challenges")
      .set({ used_at: now })
      .where("user_id", "=", userId)
      .where("used_at", "is", null)
      .execute();
  if ("only" in which) query = query.where("id", "=", which.only);
  else if (which.except !== null) query = query.where("id", "<>", which.except);
  const { numUpdatedRows } = await query.executeTakeFirst();
  changed(work, `sessions/${userId}`);
  return Number(numUpdatedRows);
}

const notMarked = complaint("error", "a session or key could not be marked as used");

/**
 * Marks the session or API key as used, and lets the session live on. Where that cannot be written (a full disk), what was asked
 * for goes on all the same: reading needs no room.
 */
export async function touchProof(ctx: Ctx, actor: Actor): Promise<void> {
  await mark(ctx, actor).catch((error: unknown) => notMarked({ error: String(error) }));
}

async function mark(ctx: Ctx, actor: Actor): Promise<void> {
  const now = ctx.app.clock.now();
  const { session_id, api_key_id, oauth_grant_id } = actor;
  if (api_key_id !== null) await touchKey(ctx, api_key_id);
  if (oauth_grant_id == null && session_id === null) return;
  await ctx.app.database.write(ctx.tenant.id, async (db) => {
    if (oauth_grant_id != null)
      await db.updateTable("oauth_grants").set({ last_used_at: now }).where("id", "=", oauth_grant_id).execute();
    if (session_id === null) return;
    const policy = await signInPolicy(db);
    const session = await db.selectFrom("sessions").select("ends_at").where("id", "=", session_id).executeTakeFirst();
    const idleEnd = plus(now, policy.session_idle_minutes * 60_000);
    await db
      .updateTable("sessions")
      .set({
        last_seen_at: now,
        expires_at: session?.ends_at == null ? idleEnd : earlier(idleEnd, session.ends_at),
        ip_address: ctx.request.ip,
      })
      .where("id", "=", session_id)
      .execute();
  });
}

const mostKnownIps = 50;

/** Marks a key as used. The first address of all is nothing to tell; a new one is told of. */
async function touchKey(ctx: Ctx, id: string): Promise<void> {
  const { ip } = ctx.request;
  await inUnit(ctx, async (work) => {
    const key = await work.db
      .selectFrom("api_keys")
      .select(["name", "user_id", "known_ips"])
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    const isNew = !key.known_ips.includes(ip);
    await work.db
      .updateTable("api_keys")
      .set({
        last_used_at: work.app.clock.now(),
        last_used_ip: ip,
        ...(isNew ? { known_ips: [ip, ...key.known_ips].slice(0, mostKnownIps) } : {}),
      })
      .where("id", "=", id)
      .execute();
    if (!isNew || key.known_ips.length === 0) return;
    const told = { api_key_id: id, key_name: key.name, user_id: key.user_id, ip_address: ip };
    await emit(work, keyUsedFromNewAddress, told);
  });
}
