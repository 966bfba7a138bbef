import { sql } from "kysely";
import { isOfFormat } from "../../access/formats.ts";
import { dateIn, plus } from "../../clock.ts";
import type { Ctx } from "../../context.ts";
import { anyContains } from "../../database/containing.ts";
import { declared, t } from "../../language/index.ts";
import type { ListFilter, ListQuery } from "./list.ts";

/** Kinds of filters that many lists have. */

/** Texts that contain what was typed, in any of some columns; letters without case. */
export function containing<R>(query: ListQuery<R>, text: string, columns: readonly string[], ctx: Ctx): ListQuery<R> {
  return query.where(anyContains(columns, text, ctx.app.database.dialect));
}

/** What can be revoked: what still works, what does not any more. */
export function revokedFilter<R>(reference: string): ListFilter<R> {
  return {
    name: "state",
    label: declared("State"),
    options: () => [
      { value: "active", label: t("Active") },
      { value: "revoked", label: t("Revoked") },
    ],
    apply: (query, value) => query.where(sql.ref(reference), value === "revoked" ? "is not" : "is", null),
  };
}

const periods = ["today", "week", "last_week", "month", "last_month", "year"] as const;
type Period = (typeof periods)[number];

function periodLabel(period: Period): string {
  if (period === "today") return t("Today");
  if (period === "week") return t("This week");
  if (period === "last_week") return t("Last week");
  if (period === "month") return t("This month");
  return period === "last_month" ? t("Last month") : t("This year");
}

/** The half-open days of a period that a day lies in; weeks begin on Monday. */
export function daysOf(period: Period, today: string): { start: string; end: string } {
  const day = Temporal.PlainDate.from(today);
  const monday = day.subtract({ days: day.dayOfWeek - 1 });
  const first = day.with({ day: 1 });
  const [start, end] = {
    today: [day, day.add({ days: 1 })],
    week: [monday, monday.add({ days: 7 })],
    last_week: [monday.subtract({ days: 7 }), monday],
    month: [first, first.add({ months: 1 })],
    last_month: [first.subtract({ months: 1 }), first],
    year: [day.with({ month: 1, day: 1 }), day.with({ month: 1, day: 1 }).add({ years: 1 })],
  }[period] as [Temporal.PlainDate, Temporal.PlainDate];
  return { start: start.toString(), end: end.toString() };
}

/** When something was: today, this week, last month … */
export function periodFilter<R>(
  name: string,
  label: string,
  reference: string,
  kind: "date" | "instant",
): ListFilter<R> {
  return {
    name,
    label,
    options: () => periods.map((value) => ({ value, label: periodLabel(value) })),
    apply: (query, value, ctx) => {
      const period = periods.find((one) => one === value);
      if (period === undefined) return query.where(sql<boolean>`1 = 0`);
      // Today is where whoever looks is: there they write down what they do "today", too.
      const { start, end } = daysOf(period, dateIn(ctx.tenant.zone, ctx.app.clock.now()));
      const at = (date: string): string => (kind === "date" ? date : midnight(date, ctx));
      return query.where(sql.ref(reference), ">=", at(start)).where(sql.ref(reference), "<", at(end));
    },
  };
}

/** From one day to another, both included: as a date is written, or in the reader's time zone. What is no day leaves the list as it is. */
export function dayFilters<R>(reference: string, kind: "date" | "instant"): ListFilter<R>[] {
  const bounded =
    (sign: ">=" | "<", days: number): ListFilter<R>["apply"] =>
    (query, value, ctx) => {
      const bound = kind === "date" ? dayAfter(value, days) : startOfDay(value, ctx, days);
      return bound === null ? query : query.where(sql.ref(reference), sign, bound);
    };
  return [
    { name: "from", label: declared("From"), is_date: true, options: () => [], apply: bounded(">=", 0) },
    { name: "to", label: declared("Until"), is_date: true, options: () => [], apply: bounded("<", 1) },
  ];
}

/** The instant at which a day that was asked for begins, or one some days after it; null when it is none that can be stored. */
export function startOfDay(date: string, ctx: Ctx, days = 0): string | null {
  const day = dayAfter(date, days);
  const instant = day === null ? null : midnight(day, ctx);
  return instant !== null && isOfFormat("instant", instant) ? instant : null;
}

/** A day that was asked for, or one some days after it; null when it is none that can be stored. */
function dayAfter(date: string, days: number): string | null {
  const day = isOfFormat("date", date) ? Temporal.PlainDate.from(date).add({ days }).toString() : "";
  return isOfFormat("date", day) ? day : null;
}

/** The instant at which a day begins where the reader is. */
function midnight(date: string, ctx: Ctx): string {
  const { epochMilliseconds } = Temporal.PlainDate.from(date).toZonedDateTime(ctx.tenant.zone);
  return plus("1970-01-01T00:00:00.000Z", epochMilliseconds);
}
