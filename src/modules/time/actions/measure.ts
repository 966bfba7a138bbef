import { checkBusinessDay } from "../../../platform/business-day.ts";
import { invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { longestEntry, minutesBetween, parseDuration } from "../rules.ts";
import { timeEntries } from "../schema.ts";

/** How somebody says how long they worked: minutes, a text such as "1h 30m", or from when till when. */
export interface Measured {
  duration_minutes?: number;
  duration?: string;
  start_time?: string | null;
  end_time?: string | null;
}

/** The minutes that were worked, or undefined when nothing says so. Contradictions are a 422. */
export function workedMinutes(input: Measured): number | undefined {
  const typed = input.duration === undefined || input.duration.trim() === "" ? undefined : typedMinutes(input.duration);
  if (input.duration_minutes !== undefined && input.duration_minutes > longestEntry) {
    throw invalidField(
      "duration_minutes",
      t("One entry holds at most 24 hours; divide longer work by days."),
      "too_large",
    );
  }
  if (typed !== undefined && input.duration_minutes !== undefined && typed !== input.duration_minutes) {
    throw invalidField("duration_minutes", t("The duration is given twice, and differently."));
  }
  const minutes = typed ?? input.duration_minutes;
  if (minutes !== undefined) return minutes;
  if (input.start_time == null || input.end_time == null) return undefined;
  return minutesBetween(input.start_time, input.end_time);
}

function typedMinutes(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw invalidField("duration", parsed.message, "invalid_format");
  return parsed.minutes;
}

/** Refuses more work than fits between start and end; less is fine, there was a break. */
export function checkTimes(startTime: string | null, endTime: string | null, worked: number): void {
  if (endTime === null) return;
  if (startTime === null) throw invalidField("start_time", t("An end needs a start."), "required");
  const between = minutesBetween(startTime, endTime);
  if (worked > between)
    throw invalidField(
      "end_time",
      t("From {startTime} to {endTime} are only {minutes} minutes.", { startTime, endTime, minutes: between }),
    );
}

/** Refuses days that lie ahead, or far back; tomorrow passes, because somebody's day begins before the organization's. */
export function checkDate(date: string, today: string): void {
  checkBusinessDay(timeEntries, "date", date);
  const latest = Temporal.PlainDate.from(today).add({ days: 1 }).toString();
  if (date > latest) throw invalidField("date", t("This day lies in the future."));
}
