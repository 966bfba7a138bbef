import { Type } from "@sinclair/typebox";
import { platformPermission } from "../../../platform/access/platform.ts";
import { action } from "../../../platform/action.ts";
import type { Ctx, Work } from "../../../platform/context.ts";
import { notFound } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { logDoing } from "../log.ts";
import { endSessions } from "./auth.ts";

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
