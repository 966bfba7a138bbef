import { Type } from "@sinclair/typebox";
import { operatorActor, platformPermission } from "../../../platform/access/platform.ts";
import { mintToken } from "../../../platform/access/tokens.ts";
import { action } from "../../../platform/action.ts";
import { plus } from "../../../platform/clock.ts";
import type { Ctx, Work } from "../../../platform/context.ts";
import { notFound } from "../../../platform/errors.ts";
import { newId, noId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { logDoing } from "../log.ts";

/** An operator's session is shorter than anybody else's: half a day without use ends it. */
export const operatorIdleMilliseconds = 12 * 3600_000;

/** Starts a session of an operator; its token goes into the cookie and is nowhere else. */
export async function startOperatorSession(
  work: Work,
  row: { id: string; name: string; email: string },
): Promise<string> {
  const { token, hash } = mintToken("operator_session", noId);
  const now = work.app.clock.now();
  const id = newId();
  await work.db
    .insertInto("operator_sessions")
    .values({
      id,
      operator_id: row.id,
      token_hash: hash,
      ip_address: work.request.ip,
      user_agent: work.request.user_agent.slice(0, 1000),
      created_at: now,
      last_seen_at: now,
      expires_at: plus(now, operatorIdleMilliseconds),
    })
    .execute();
  await work.db.updateTable("operators").set({ last_signed_in_at: now }).where("id", "=", row.id).execute();
  const actor = operatorActor({ user_id: row.id, name: row.name, email: row.email, session_id: id, api_key_id: null });
  await logDoing({ ...work, actor }, work.db, "operators.sign_in", null);
  return token;
}

/** Ends the sessions of an operator, all but the one given, and every sign-in that was begun and is not in yet. */
export async function endSessions(work: Work, operatorId: string, except: string | null = null): Promise<void> {
  const now = work.app.clock.now();
  let query = work.db
    .updateTable("operator_sessions")
    .set({ revoked_at: now })
    .where("operator_id", "=", operatorId)
    .where("revoked_at", "is", null);
  if (except !== null) query = query.where("id", "<>", except);
  await query.execute();
  await work.db
    .updateTable("operator_challenges")
    .set({ used_at: now })
    .where("operator_id", "=", operatorId)
    .where("used_at", "is", null)
    .execute();
}

export interface OperatorSession {
  id: string;
  ip_address: string;
  user_agent: string;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
}

/** Where an operator is signed in, the latest use first. */
export function sessionsOfOperator(ctx: Ctx, operatorId: string): Promise<OperatorSession[]> {
  return ctx.db
    .selectFrom("operator_sessions")
    .select(["id", "ip_address", "user_agent", "created_at", "last_seen_at", "expires_at"])
    .where("operator_id", "=", operatorId)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", ctx.app.clock.now())
    .orderBy("last_seen_at", "desc")
    .execute();
}

/** Ends one of the operator's own sessions. */
export const endOperatorSession = action({
  name: "operators.end_session",
  permission: platformPermission,
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  run: async (work: Work, { id }: { id: string }) => {
    const ended = await work.db
      .updateTable("operator_sessions")
      .set({ revoked_at: work.app.clock.now() })
      .where("id", "=", id)
      .where("operator_id", "=", work.actor.user_id ?? "")
      .where("revoked_at", "is", null)
      .executeTakeFirst();
    if (ended.numUpdatedRows === 0n) throw notFound(t("This session"));
    await logDoing(work, work.db, "operators.session_ended", null);
  },
});

/** Ends all of the operator's sessions but the one that asks. */
export const endOtherOperatorSessions = action({
  name: "operators.end_other_sessions",
  permission: platformPermission,
  input: Type.Object({}, { additionalProperties: false }),
  run: async (work: Work) => {
    await endSessions(work, work.actor.user_id ?? "", work.actor.session_id);
    await logDoing(work, work.db, "operators.other_sessions_ended", null);
  },
});
