import { sql } from "kysely";
import { scopeOf } from "../../platform/access/actor.ts";
import type { ReachReason, ReachRule } from "../../platform/access/reach.ts";
import { teamMatesOf } from "../../platform/access/teams.ts";
import { t } from "../../platform/language/index.ts";

/** Whose time somebody sees: everybody's, that of the people in their teams, or their own. */
const entries: ReachRule = (query, ctx) => {
  // Clients see their hours summed up and on invoices, no entries.
  if (ctx.actor.kind === "portal") return query.where(sql<boolean>`1 = 0`);
  const scope = scopeOf(ctx.actor, "time.read");
  if (ctx.actor.kind !== "staff" || scope === "all") return query;
  const own = sql<boolean>`time_entries.user_id = ${ctx.actor.user_id}`;
  return query.where(scope === "own" ? own : sql<boolean>`(${own} or time_entries.user_id in ${teamMatesOf(ctx)})`);
};

const reasonOfEntry: ReachReason = async ({ actor }, row, isSeen) => {
  const scope = scopeOf(actor, "time.read");
  if (scope === "all") return { rule: "all", text: t("Their roles show them everybody's time.") };
  if (row["user_id"] === actor.user_id) return { rule: "own", text: t("It is this person's own time.") };
  if (isSeen) return { rule: "team", text: t("It is the time of somebody in one of their teams.") };
  return scope === "team"
    ? { rule: "not_team", text: t("It is the time of somebody who is in none of their teams.") }
    : { rule: "not_own", text: t("It is somebody else's time, and their roles show them only their own.") };
};

// A timer is its person's own business.
const timers: ReachRule = (query, ctx) =>
  ctx.actor.kind === "system" ? query : query.where(sql.ref("timers.user_id"), "=", ctx.actor.user_id);

export const timeReach: Readonly<Record<string, ReachRule>> = { time_entries: entries, timers };
export const timeReachReasons: Readonly<Record<string, ReachReason>> = { time_entries: reasonOfEntry };
