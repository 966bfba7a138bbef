import { type Ctx, inUnit } from "../../platform/context.ts";
import type { Db } from "../../platform/database/tables.ts";
import { newId } from "../../platform/ids.ts";
import "./schema.ts";

/**
 * Writes down a sign-in that failed, in a unit of its own, since what the attempt did is undone. `actor` is whoever has
 * proved to be somebody: nobody before the password was right.
 */
export async function logFailedSignIn(
  ctx: Ctx,
  details: { email?: string; step: string },
  actor = ctx.actor,
): Promise<void> {
  await inUnit(ctx, (work) => logDoing({ ...work, actor }, work.db, "operators.sign_in_failed", null, details));
}

/** Writes down what an operator does, in the transaction that does it. */
export async function logDoing(
  ctx: Pick<Ctx, "app" | "actor" | "request">,
  db: Db,
  doing: string,
  about: { id: string; name: string } | null,
  details: Record<string, unknown> = {},
): Promise<void> {
  const { actor, request } = ctx;
  await db
    .insertInto("operator_log")
    .values({
      id: newId(),
      operator_id: actor.kind === "operator" ? actor.user_id : null,
      operator_name: actor.name === "" ? "Nobody" : actor.name,
      doing,
      about_tenant_id: about?.id ?? null,
      about_name: about?.name ?? "",
      details,
      ip_address: request.ip,
      user_agent: request.user_agent.slice(0, 1000),
      timestamp: ctx.app.clock.now(),
    })
    .execute();
}
