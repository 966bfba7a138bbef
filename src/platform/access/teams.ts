import { type RawBuilder, sql } from "kysely";
import type { Ctx } from "../context.ts";

/** The ids of the teams that the actor is in. */
export function teamsOf(ctx: Ctx): RawBuilder<string> {
  return sql<string>`(select m.team_id from team_members m where m.tenant_id = ${ctx.tenant.id} and m.user_id = ${ctx.actor.user_id})`;
}

/** The ids of the people who are in one of these teams. */
export function teamMatesOf(ctx: Ctx): RawBuilder<string> {
  return sql<string>`(select mates.user_id from team_members mates where mates.tenant_id = ${ctx.tenant.id} and mates.team_id in ${teamsOf(ctx)})`;
}
