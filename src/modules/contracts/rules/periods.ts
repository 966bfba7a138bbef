import { dateFormat } from "../../../platform/language/formats.ts";
import { currentLocale } from "../../../platform/language/index.ts";
/** Billing periods of a contract (PRD 3.8.2 `start_date`, `end_date`, `billing_cycle`). Dates are `YYYY-MM-DD`. */

export const billingCycles = ["monthly", "quarterly", "annually"] as const;
export type BillingCycle = (typeof billingCycles)[number];

/** A half-open stretch of days: `start` belongs to it, `end` is the first day after it. */
export interface Period {
  start: string;
  end: string;
}

/** What decides a contract's periods. */
export interface PeriodTerms {
  start_date: string;
  /** The last day of the contract, itself included; null while it is open. */
  end_date: string | null;
  billing_cycle: BillingCycle;
  /**
   * Day of the month (1-31) on which periods begin; null or absent: the day of `start_date`. With another day than that
   * of the start, the first period is a short one. In shorter months a late day is the last day of the month, and the
   * months after are not affected: 31 January, 28 February, 31 March.
   */
  billing_day?: number | null;
}

/** A period of a contract, with the full period that it would be if the contract covered all of it. */
export interface BillingPeriod extends Period {
  full: Period;
}

const monthsOf: Record<BillingCycle, number> = { monthly: 1, quarterly: 3, annually: 12 };

/** The period that holds a date, or null before the contract's start and after its end. */
export function periodContaining(terms: PeriodTerms, date: string): BillingPeriod | null {
  const course = courseOf(terms);
  const period = periodAt(course, indexAt(course, date));
  return period !== null && period.start <= date && date < period.end ? period : null;
}

/** The contract's first period, or null when it ends before it starts. */
export function firstPeriod(terms: PeriodTerms): BillingPeriod | null {
  return periodContaining(terms, terms.start_date);
}

/** The period after the given one, or null when the contract has ended. */
export function nextPeriod(terms: PeriodTerms, period: Period): BillingPeriod | null {
  return periodContaining(terms, period.end);
}

/** All periods that share at least a day with [from, to), in order. */
export function periodsWithin(terms: PeriodTerms, from: string, to: string): BillingPeriod[] {
  const course = courseOf(terms);
  const found: BillingPeriod[] = [];
  const first = indexAt(course, from < terms.start_date ? terms.start_date : from);
  for (let index = first; ; index += 1) {
    const period = periodAt(course, index);
    if (period === null || period.start >= to) return found;
    if (from < period.end) found.push(period);
  }
}

/** Whether the contract covers only a part of the period, at its start or at its end. */
export function isPartial(period: BillingPeriod): boolean {
  return period.start !== period.full.start || period.end !== period.full.end;
}

/**
 * The text that stands for a period where a unique key keeps it from being billed twice: `2026-11-01/2026-12-01`. It is
 * the full period, so that a contract whose end is moved while the period runs is not billed a second time for it.
 */
export function periodKey(period: BillingPeriod): string {
  return `${period.full.start}/${period.full.end}`;
}

/**
 * The last day of a contract that is renewed by some months, as often as it takes to cover a day. What ends whole months after
 * its start goes on by the start's day, so clamped days do not drift: from 31 January to 27 February, to 30 March. Else the day
 * after the end is what is counted on from, and a month's last day stays a month's last day.
 */
export function renewedEnd(start: string, end: string, months: number, covered: string): string {
  const over = dayAfter(end);
  const apart = monthOf(over) - monthOf(start);
  const [anchor, before] = plusMonths(start, apart) === over ? [start, apart] : [over, 0];
  let times = 1;
  while (plusMonths(anchor, before + times * months) <= covered) times += 1;
  return dayBefore(plusMonths(anchor, before + times * months));
}

/** Days in a half-open period. */
export function daysIn(period: Period): number {
  return Temporal.PlainDate.from(period.start).until(period.end, { largestUnit: "days" }).days;
}

/**
 * The period as an invoice names it: `November 2026` for a whole calendar month, else `15 Nov 2026 – 14 Dec 2026`, for Americans
 * `Nov 15, 2026 – Dec 14, 2026`, for Germans `15.11.2026 – 14.12.2026`.
 */
export function shownPeriod(period: Period): string {
  const isWholeMonth = period.start.endsWith("-01") && period.end === plusMonths(period.start, 1);
  if (isWholeMonth) return shownBy({ month: "long", year: "numeric" }, period.start);
  const last = dayBefore(period.end);
  return last === period.start ? shownDate(last) : `${shownDate(period.start)} – ${shownDate(last)}`;
}

function shownDate(date: string): string {
  return shownBy({ dateStyle: "medium" }, date);
}

/** As its reader writes dates: the other dates of the same invoice are written so, too. */
function shownBy(parts: Intl.DateTimeFormatOptions, date: string): string {
  const locale = currentLocale() ?? "en-GB";
  return dateFormat(locale, { ...parts, timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
}

/** How the boundaries of a contract's periods lie. */
interface Course {
  terms: PeriodTerms;
  /** The month of the first boundary at or after the start: that of the start itself, unless its billing day is past by then. */
  first: number;
  months: number;
  day: number;
  /** The first day after the contract, or null while it is open. */
  stop: string | null;
}

function courseOf(terms: PeriodTerms): Course {
  const month = monthOf(terms.start_date);
  const day = terms.billing_day ?? Number(terms.start_date.slice(8));
  return {
    terms,
    first: dayOfMonth(month, day) >= terms.start_date ? month : month + 1,
    months: monthsOf[terms.billing_cycle],
    day,
    stop: terms.end_date === null ? null : dayAfter(terms.end_date),
  };
}

/** Which period a date lies in. The month tells it up to one: whether the boundary's day has come decides. */
function indexAt(course: Course, date: string): number {
  const index = Math.floor((monthOf(date) - course.first) / course.months);
  return boundary(course, index) > date ? index - 1 : index;
}

/** The day on which period `index` begins. Counted from the first boundary each time, so clamped days do not drift. */
function boundary({ first, months, day }: Course, index: number): string {
  return dayOfMonth(first + index * months, day);
}

function periodAt(course: Course, index: number): BillingPeriod | null {
  const { terms, stop } = course;
  const full = { start: boundary(course, index), end: boundary(course, index + 1) };
  const start = full.start < terms.start_date ? terms.start_date : full.start;
  const end = stop !== null && stop < full.end ? stop : full.end;
  return start < end ? { start, end, full } : null;
}

/** Days of the months from January on; February's leap day is added where there is one. */
const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A day of a month, the last one where the month is shorter. Reckoned by hand: a page asks for dozens of boundaries. */
function dayOfMonth(month: number, day: number): string {
  const year = Math.floor(month / 12);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = (daysOfMonth[month % 12] ?? 31) + (month % 12 === 1 && isLeap ? 1 : 0);
  const digits = (value: number, count: number): string => String(value).padStart(count, "0");
  return `${digits(year, 4)}-${digits((month % 12) + 1, 2)}-${digits(Math.min(day, last), 2)}`;
}

function plusMonths(date: string, months: number): string {
  return Temporal.PlainDate.from(date).add({ months }).toString();
}

/** The day after a date. */
export function dayAfter(date: string): string {
  return Temporal.PlainDate.from(date).add({ days: 1 }).toString();
}

function dayBefore(date: string): string {
  return Temporal.PlainDate.from(date).subtract({ days: 1 }).toString();
}

/** Months since the year 0, so that they can be counted on. */
const monthOf = (date: string): number => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
