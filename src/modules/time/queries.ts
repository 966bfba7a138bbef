import { can } from "../../platform/access/actor.ts";
import { ownShape, reach, wholeShape } from "../../platform/access/reach.ts";
import { dateIn } from "../../platform/clock.ts";
import type { Ctx } from "../../platform/context.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";
import type { Db } from "../../platform/database/tables.ts";
import type { Option } from "../../platform/http/forms/model.ts";
import { type RoundingRule, timerMinutes } from "./rules.ts";
import { unbilled } from "./schema.ts";

/** Today, where whoever asks is. */
export function today(ctx: Ctx): string {
  return dateIn(ctx.tenant.zone, ctx.app.clock.now());
}

/** The Monday of a date's week. */
export function mondayOf(date: string): string {
  const day = Temporal.PlainDate.from(date);
  return day.subtract({ days: day.dayOfWeek - 1 }).toString();
}

/** Work types as choices, the first one first; `keep` stays a choice although it is not in use any more. */
export async function workTypeOptions(ctx: Ctx, keep: string | null = null): Promise<Option[]> {
  const rows = await runOnceBuilt(ctx, wholeShape(ctx, "work types", "work_types"), {}, () =>
    reach(ctx, "work_types").select(["id", "name", "is_active"]).orderBy("sort_order").orderBy("name"),
  );
  return rows.filter((row) => row.is_active || row.id === keep).map((row) => ({ value: row.id, label: row.name }));
}

/** The rule that worked minutes are rounded by; without one they stay as they are. */
export async function roundingRule(db: Db): Promise<RoundingRule> {
  const row = await db
    .selectFrom("time_rounding_rules")
    .select(["increment_minutes", "rounding_method", "minimum_minutes"])
    .where("is_default", "=", true)
    .executeTakeFirst();
  return row ?? { increment_minutes: 1, rounding_method: "up", minimum_minutes: 0 };
}

/** The clock that runs for somebody. */
export interface ActiveTimer {
  id: string;
  /** ISO instant. */
  started_at: string;
  /** Minutes so far, every minute begun. */
  minutes: number;
  ticket_id: string | null;
  ticket_number: string | null;
  ticket_title: string | null;
  company_id: string | null;
  work_type_id: string | null;
  notes: string;
}

/** The actor's running timer, or null. */
export async function activeTimer(ctx: Ctx): Promise<ActiveTimer | null> {
  if (ctx.actor.kind !== "staff" || ctx.actor.user_id === null || !can(ctx.actor, "time.write")) return null;
  const shape = ownShape(ctx, wholeShape(ctx, "active timer", "tickets"), "timers");
  const [row] = await runOnceBuilt(ctx, shape, {}, () =>
    reach(ctx, "timers")
      // Of a ticket that has gone out of reach meanwhile nothing is said.
      .leftJoin(
        reach(ctx, "tickets")
          .select(["tickets.id", "tickets.ticket_number", "tickets.title", "tickets.company_id"])
          .as("seen"),
        (join) => join.onRef("seen.id", "=", "timers.ticket_id"),
      )
      .select([
        "timers.id",
        "timers.started_at",
        "timers.ticket_id",
        "timers.work_type_id",
        "timers.notes",
        "seen.ticket_number",
        "seen.title as ticket_title",
        "seen.company_id",
      ]),
  );
  return row === undefined ? null : { ...row, minutes: timerMinutes(row.started_at, ctx.app.clock.now()) };
}

/** Minutes that a person has logged from one day to another, both included. */
export async function minutesLogged(ctx: Ctx, userId: string, from: string, to: string): Promise<number> {
  const row = await reach(ctx, "time_entries")
    .select((eb) => eb.fn.sum<number | null>("duration_minutes").as("minutes"))
    .where("user_id", "=", userId)
    .where("date", ">=", from)
    .where("date", "<=", to)
    .executeTakeFirst();
  return Number(row?.minutes ?? 0);
}

/** Billable minutes of a company that no invoice has yet. */
export async function unbilledMinutes(ctx: Ctx, companyId: string): Promise<number> {
  const shape = wholeShape(ctx, "unbilled minutes of a company", "time_entries");
  const [row] = await runOnceBuilt(ctx, shape, { companyId }, (given) =>
    reach(ctx, "time_entries")
      .select((eb) => eb.fn.sum<number | null>("duration_minutes").as("minutes"))
      .where("company_id", "=", given.companyId)
      .where("is_billable", "=", true)
      .where("billing_status", "in", [...unbilled]),
  );
  return Number(row?.minutes ?? 0);
}
