import { minutesOf } from "../../platform/decimal.ts";
import { t } from "../../platform/language/index.ts";

/** Rules of time: rounding (PRD 3.5.2 `TimeRoundingRule`), the timer, and durations as people type them. All whole minutes. */

export const roundingMethods = ["up", "down", "nearest"] as const;
export type RoundingMethod = (typeof roundingMethods)[number];

/** How worked minutes become billed minutes. Column names of `time_rounding_rules`. */
export interface RoundingRule {
  /** Step in minutes; 1 (or 0) leaves minutes as they are. */
  increment_minutes: number;
  rounding_method: RoundingMethod;
  /** The least that any work at all counts for; 0 for no minimum. */
  minimum_minutes: number;
}

/** The longest single entry, in minutes: one day. */
export const longestEntry = 24 * 60;

/**
 * Worked minutes as the rule counts them: first the step, then the minimum. Exactly half a step rounds up. An entry of
 * zero minutes stays zero: it is logged on purpose and must not become the minimum.
 *
 * @throws RangeError when the minutes are negative or not whole
 */
export function roundMinutes(minutes: number, rule: RoundingRule): number {
  if (!Number.isSafeInteger(minutes) || minutes < 0) throw new RangeError(`${minutes} is not a number of minutes`);
  if (minutes === 0) return 0;
  return Math.max(toStep(minutes, Math.max(1, rule.increment_minutes), rule.rounding_method), rule.minimum_minutes);
}

function toStep(minutes: number, step: number, method: RoundingMethod): number {
  const below = minutes - (minutes % step);
  const over = minutes - below;
  if (over === 0 || method === "down") return below;
  if (method === "up") return below + step;
  return over * 2 >= step ? below + step : below;
}

/**
 * Minutes that a timer has run from one instant to another: every minute begun counts, and a timer that was started at
 * all counts at least one, also when the computer's clock was set back meanwhile.
 */
export function timerMinutes(startedAt: string, stoppedAt: string): number {
  const milliseconds = new Date(stoppedAt).getTime() - new Date(startedAt).getTime();
  return Math.max(1, Math.ceil(milliseconds / 60_000));
}

/** Minutes between two wall-clock times `HH:MM` of one entry; an end before the start lies after midnight. */
export function minutesBetween(startTime: string, endTime: string): number {
  const minutes = minuteOfDay(endTime) - minuteOfDay(startTime);
  return minutes < 0 ? minutes + longestEntry : minutes;
}

function minuteOfDay(time: string): number {
  const [hours = "", minutes = ""] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}

export type ParsedDuration = { ok: true; minutes: number } | { ok: false; message: string };

/**
 * A duration as people type it. Whole numbers without a unit are minutes (`90`), numbers with a fraction are hours
 * (`1.5` or `1,5`), and `1:30`, `:30`, `1h 30m`, `1h30`, `1.5h`, `45m`, `45 min`, `2 hours` say it themselves.
 */
export function parseDuration(typed: string): ParsedDuration {
  const text = typed.trim().toLowerCase();
  if (text === "") return { ok: false, message: t("Enter a duration such as 1:30, 1h 30m, 90 or 1.5h.") };
  const minutes = readMinutes(text);
  if (minutes === null) {
    return {
      ok: false,
      message: t('"{typed}" is not a duration; write 1:30, 1h 30m, 90 (minutes) or 1.5h.', { typed: typed.trim() }),
    };
  }
  if (minutes > longestEntry)
    return { ok: false, message: t("One entry holds at most 24 hours; divide longer work by days.") };
  return { ok: true, minutes };
}

const clock = /^(\d{0,2}):([0-5]\d)$/;
const hours = /^(\d{1,4}(?:[.,]\d{1,4})?) ?(?:h|hrs?|hours?)$/;
const both = /^(\d{1,4}) ?(?:h|hrs?|hours?) ?([0-5]?\d) ?(?:m|mins?|minutes?)?$/;
const minutesOnly = /^(\d{1,4}) ?(?:m|mins?|minutes?)?$/;
const fraction = /^(\d{1,4}[.,]\d{1,4})$/;

function readMinutes(text: string): number | null {
  const parts = clock.exec(text) ?? both.exec(text);
  if (parts !== null) return Number(parts[1]) * 60 + Number(parts[2]);
  const inHours = hours.exec(text) ?? fraction.exec(text);
  if (inHours !== null) return minutesOf((inHours[1] ?? "").replace(",", "."));
  const inMinutes = minutesOnly.exec(text);
  return inMinutes === null ? null : Number(inMinutes[1]);
}

/** Minutes as `1:30`, as a field holds them: short to type over. What is read only is `formatMinutes`. */
export function typedDuration(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}
