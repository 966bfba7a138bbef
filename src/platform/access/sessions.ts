import { plus } from "../clock.ts";
import type { Ctx, Work } from "../context.ts";
import { newId } from "../ids.ts";
import { type Actor } from "./actor.ts";
import { writeAuditEntry } from "./audit.ts";
import { idleMilliseconds } from "./identify.ts";
import { mintToken } from "./tokens.ts";

/** Starts a session for a user; the token goes into the cookie and is nowhere else. */
export async function startSession(work: Work, userId: string): Promise<{ id: string; token: string }> {
  const { token, hash } = mintToken("session", work.tenant.id);
  const now = work.app.clock.now();
  const id = newId();
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
      expires_at: plus(now, idleMilliseconds),
      revoked_at: null,
    })
    .execute();
  await work.db.updateTable("users").set({ last_signed_in_at: now }).where("id", "=", userId).execute();
  await writeAuditEntry(work, "login", "users", userId);
  return { id, token };
}

/** Ends one session, or all of a user but the one given. */
export async function revokeSessions(
  work: Work,
  userId: string,
  which: { only: string } | { except: string | null },
): Promise<void> {
  let query = work.db
    .updateTable("sessions")
    .set({ revoked_at: work.app.clock.now() })
    .where("user_id", "=", userId)
    .where("revoked_at", "is", null);
  if ("only" in which) query = query.where("id", "=", which.only);
  else if (which.except !== null) query = query.where("id", "<>", which.except);
  await query.execute();
}

/** Marks the session or API key as used, and lets the session live on. */
export async function touchProof(ctx: Ctx, actor: Actor): Promise<void> {
  const now = ctx.app.clock.now();
  const { session_id, api_key_id } = actor;
  await ctx.app.database.write(ctx.tenant.id, async (db) => {
    if (api_key_id !== null)
      await db.updateTable("api_keys").set({ last_used_at: now }).where("id", "=", api_key_id).execute();
    if (session_id === null) return;
    await db
      .updateTable("sessions")
      .set({ last_seen_at: now, expires_at: plus(now, idleMilliseconds), ip_address: ctx.request.ip })
      .where("id", "=", session_id)
      .execute();
  });
}
