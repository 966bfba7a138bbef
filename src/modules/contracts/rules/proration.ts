import { allocate } from "../../../platform/money.ts";
import { type BillingPeriod, daysIn, type Period } from "./periods.ts";

/** Proration is by calendar days, and by largest remainder: the parts of a period add up to its whole fee. */

/**
 * A total divided over consecutive parts of a period in proportion to their days. The parts come in order and together
 * make up the period; the amounts add up to the total.
 */
export function divideByDays(total: number, parts: readonly Period[]): number[] {
  return allocate(total, parts.map(daysIn));
}

/**
 * The share of a full period's total (an amount in minor units, or minutes) that falls on the days the contract covers.
 * The days before and after it get the rest, so nothing is charged twice or lost when another contract bills them.
 */
export function prorate(fullTotal: number, period: BillingPeriod): number {
  const { full } = period;
  const parts = [
    { start: full.start, end: period.start },
    { start: period.start, end: period.end },
    { start: period.end, end: full.end },
  ];
  return divideByDays(fullTotal, parts)[1] ?? 0;
}
