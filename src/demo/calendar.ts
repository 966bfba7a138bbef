import { dateIn } from "../platform/clock.ts";

/** A day of the demo, with what it takes to name an instant on it. */
export interface Day {
  /** `YYYY-MM-DD` */
  date: string;
  /** Midnight as milliseconds since 1970, by the offset of noon: right for all hours of work. */
  midnight: number;
  isWorkday: boolean;
  /** How busy it is, relative to an ordinary day. */
  weight: number;
}

/** A point in working time: a day by its index, and the minute of that day. */
export interface Moment {
  day: number;
  minute: number;
}

export interface Calendar {
  days: readonly Day[];
  /** The index of today. */
  today: number;
  /** The present instant in milliseconds. */
  now: number;
  /** The first day, always the first of a month. */
  start: string;
}

const opens = 8 * 60;
const closes = 17 * 60 + 30;
const ahead = 45;

/** January to December: summer and the end of the year are quiet, spring and autumn are not. */
const season = [1.1, 1.0, 1.05, 1.0, 1.0, 0.95, 0.8, 0.78, 1.15, 1.1, 1.05, 0.8];
/** Monday to Sunday. */
const week = [1.35, 1.1, 1.0, 1.0, 0.85, 0.05, 0.03];

/** The days from the first of a month some months ago until a few weeks ahead, in a time zone. */
export function calendarOf(now: string, timezone: string, months: number): Calendar {
  const today = Temporal.PlainDate.from(dateIn(timezone, now));
  const first = today.with({ day: 1 }).subtract({ months });
  const length = first.until(today, { largestUnit: "days" }).days + 1 + ahead;
  const days = Array.from({ length }, (_, index): Day => {
    const date = first.add({ days: index });
    const noon = date.toZonedDateTime({ timeZone: timezone, plainTime: "12:00" }).epochMilliseconds;
    // A business that grows: a quarter more at the end than at the beginning.
    const growth = 1 + (0.25 * index) / length;
    return {
      date: date.toString(),
      midnight: noon - 12 * 3_600_000,
      isWorkday: date.dayOfWeek <= 5,
      weight: (season[date.month - 1] ?? 1) * (week[date.dayOfWeek - 1] ?? 1) * growth,
    };
  });
  return { days, today: length - 1 - ahead, now: Date.parse(now), start: first.toString() };
}

/** Milliseconds since 1970 of a moment. */
export function millisecondsAt({ days }: Calendar, { day, minute }: Moment): number {
  return dayAt(days, day).midnight + minute * 60_000;
}

/** The date of a moment, `YYYY-MM-DD`. */
export function dateAt({ days }: Calendar, { day }: Moment): string {
  return dayAt(days, day).date;
}

/** Later by minutes of work: nights and weekends do not count. A moment outside working hours begins with the next of them. */
export function workedOn(calendar: Calendar, from: Moment, minutes: number): Moment {
  let { day } = from;
  let minute = Math.max(from.minute, opens);
  let left = minutes;
  while (day < calendar.days.length - 1) {
    const isOpen = dayAt(calendar.days, day).isWorkday && minute < closes;
    if (isOpen && minute + left < closes) return { day, minute: minute + left };
    if (isOpen) left -= closes - minute;
    day += 1;
    minute = opens;
  }
  return { day, minute: closes };
}

/** Index of the first workday on or after a date; the last day of the calendar when there is none. */
export function workdayFrom(calendar: Calendar, date: string, after = 0): number {
  const last = calendar.days.length - 1;
  const found = calendar.days.findIndex((day) => day.date >= date);
  let index = Math.min(last, (found === -1 ? last : found) + after);
  while (index < last && !dayAt(calendar.days, index).isWorkday) index += 1;
  return index;
}

export function dayAt(days: readonly Day[], index: number): Day {
  const day = days[index];
  if (day === undefined) throw new Error(`the calendar has no day ${index}`);
  return day;
}

/** `HH:MM` of a minute of the day. */
export function clockTime(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
