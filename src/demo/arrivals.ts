import { type Calendar, dayAt, millisecondsAt, type Moment } from "./calendar.ts";
import type { Random } from "./random.ts";

/** How much comes in from each hour on, between eight and half past five. */
const hours: readonly (readonly [number, number])[] = [
  [8, 8],
  [14, 9],
  [13, 10],
  [11, 11],
  [6, 12],
  [9, 13],
  [11, 14],
  [10, 15],
  [8, 16],
  [3, 17],
];

/** When tickets come in, oldest first: by season and weekday, in office hours, and none in the future. */
export function arrivals(random: Random, calendar: Calendar, count: number): Moment[] {
  const { today, now } = calendar;
  const past = calendar.days.slice(0, today + 1);
  const passed = Math.floor((now - dayAt(calendar.days, today).midnight) / 60_000);
  // Of today only what has passed of it counts.
  const share = Math.min(1, Math.max(0, (passed - 480) / 570));
  const weights = past.map((day, index) => (index === today ? day.weight * share : day.weight));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const moments: Moment[] = [];
  let day = 0;
  let before = 0;
  for (let index = 0; index < count; index += 1) {
    const wanted = ((index + random.next()) / count) * total;
    while (day < today && before + (weights[day] ?? 0) <= wanted) {
      before += weights[day] ?? 0;
      day += 1;
    }
    const minute = Math.min(random.weighted(hours) * 60 + random.between(0, 59), 17 * 60 + 29);
    moments.push({
      day,
      minute: day === today ? Math.min(minute, Math.max(0, passed - 1 - random.between(0, 30))) : minute,
    });
  }
  return moments.toSorted((a, b) => millisecondsAt(calendar, a) - millisecondsAt(calendar, b));
}
