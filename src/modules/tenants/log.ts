import type { Ctx } from "../../platform/context.ts";
import type { Db } from "../../platform/database/tables.ts";
import { newId } from "../../platform/ids.ts";
import "./schema.ts";

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
