import { minutesOf } from "../../../platform/decimal.ts";
import {
  type BillingCycle,
  type BillingPeriod,
  dayAfter,
  isPartial,
  type Period,
  type PeriodTerms,
  periodsWithin,
} from "./periods.ts";
import { prorate } from "./proration.ts";

/** Prepaid hours (PRD 3.8.2 `ContractHourBalance`): a bucket of minutes a period, drawn on in the order of the work. */

const billingFrequencies = ["one_time", "monthly", "quarterly", "annually"] as const;
export type BillingFrequency = (typeof billingFrequencies)[number];

/** What of a contract line decides its prepaid hours. */
export interface PrepaidTerms {
  id: string;
  name: string;
  billing_frequency: BillingFrequency;
  /** The only work type that these hours are good for; null: any. */
  work_type_id: string | null;
  /** Decimal hours a period, for the line as a whole (not times its quantity); null or zero: no prepaid hours. */
  included_hours: string | null;
  overage_rate: string | null;
  sort_order: number;
}

/** The prepaid minutes of one contract line in one of its periods. */
export interface Bucket extends Period {
  contract_item_id: string;
  name: string;
  work_type_id: string | null;
  overage_rate: string | null;
  included_minutes: number;
  /** Minutes brought over from earlier periods. */
  rollover_minutes: number;
  /** Minutes already drawn by work that has been billed. */
  used_minutes: number;
}

/**
 * The buckets of a contract's lines that share a day with [from, to), nothing used yet: by line in their order, then by
 * period. A line's hours come afresh each of *its* periods, also where the contract is billed in longer ones; one-time
 * hours last as long as the contract. In a period that the contract covers in part, hours are prorated like the fee.
 */
export function bucketsWithin(terms: PeriodTerms, items: readonly PrepaidTerms[], from: string, to: string): Bucket[] {
  return items
    .toSorted((a, b) => a.sort_order - b.sort_order)
    .flatMap((item) => {
      const minutes = item.included_hours === null ? 0 : minutesOf(item.included_hours);
      if (minutes <= 0) return [];
      return itemPeriods(terms, item.billing_frequency, from, to).map((period) => bucket(item, minutes, period));
    });
}

function bucket(item: PrepaidTerms, minutes: number, period: BillingPeriod): Bucket {
  return {
    contract_item_id: item.id,
    name: item.name,
    work_type_id: item.work_type_id,
    overage_rate: item.overage_rate,
    start: period.start,
    end: period.end,
    included_minutes: isPartial(period) ? prorate(minutes, period) : minutes,
    rollover_minutes: 0,
    used_minutes: 0,
  };
}

/** The periods of one contract line that share a day with [from, to). A one-time line has a single one, the contract. */
export function itemPeriods(
  terms: PeriodTerms,
  frequency: BillingFrequency,
  from: string,
  to: string,
): BillingPeriod[] {
  if (frequency !== "one_time") {
    const cycle: BillingCycle = frequency;
    return periodsWithin({ ...terms, billing_cycle: cycle }, from, to);
  }
  const whole = { start: terms.start_date, end: terms.end_date === null ? "9999-12-31" : dayAfter(terms.end_date) };
  return whole.start < to && from < whole.end && whole.start < whole.end ? [{ ...whole, full: whole }] : [];
}

/** Minutes still to be had from a bucket; never negative. */
export function minutesLeft(bucket: Bucket): number {
  return Math.max(0, bucket.included_minutes + bucket.rollover_minutes - bucket.used_minutes);
}

/** What of a time entry decides which prepaid minutes it uses. */
export interface Drawing {
  id: string;
  date: string;
  created_at: string;
  work_type_id: string;
  duration_minutes: number;
}

/** Minutes of one entry: taken from buckets, and left over. `covered_minutes + overage_minutes` is its duration. */
export interface Drawn<E extends Drawing = Drawing> {
  entry: E;
  covered_minutes: number;
  overage_minutes: number;
  taken: { contract_item_id: string; name: string; period_start: string; minutes: number }[];
  /** The bucket of this work, used up or not, whose overage rate further minutes cost; null where none has one. */
  overage_of: Bucket | null;
}

/**
 * Draws time from buckets: entries in order of date, then of being written, then of id, so that the same work always
 * gives the same invoice. An entry takes from the buckets of its date and work type, in the order given, until they are
 * empty; an entry across the border is split. The buckets themselves are not changed.
 */
export function drawDown<E extends Drawing>(entries: readonly E[], buckets: readonly Bucket[]): Drawn<E>[] {
  const left = new Map(buckets.map((bucket) => [bucket, minutesLeft(bucket)]));
  return entries.toSorted(inOrder).map((entry) => {
    const fitting = buckets.filter((bucket) => fits(bucket, entry));
    const taken: Drawn["taken"] = [];
    let open = entry.duration_minutes;
    for (const bucket of fitting) {
      const minutes = Math.min(open, left.get(bucket) ?? 0);
      if (minutes === 0) continue;
      left.set(bucket, (left.get(bucket) ?? 0) - minutes);
      open -= minutes;
      const { contract_item_id, name, start } = bucket;
      taken.push({ contract_item_id, name, period_start: start, minutes });
    }
    const covered_minutes = entry.duration_minutes - open;
    const overage_of = fitting.find((bucket) => bucket.overage_rate !== null) ?? null;
    return { entry, covered_minutes, overage_minutes: open, taken, overage_of };
  });
}

function fits(bucket: Bucket, entry: Drawing): boolean {
  const isInTime = bucket.start <= entry.date && entry.date < bucket.end;
  return isInTime && (bucket.work_type_id === null || bucket.work_type_id === entry.work_type_id);
}

function inOrder(a: Drawing, b: Drawing): number {
  return compare(a.date, b.date) || compare(a.created_at, b.created_at) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
