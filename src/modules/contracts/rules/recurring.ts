import type { BillingCycle } from "./periods.ts";

/** How often each cycle comes in a year; what is charged once does not recur. */
export const timesAYear: Record<BillingCycle | "one_time", number> = {
  monthly: 12,
  quarterly: 4,
  annually: 1,
  one_time: 0,
};

/**
 * What a contract comes to in an average month before tax, in minor units: its flat fee and its items, each by how often it
 * is charged. Time comes on top, and what is charged once is left out.
 *
 * @param terms the flat fee of a billing cycle, and what the items come to in a year
 */
export function perMonth(terms: {
  billing_amount: number | null;
  billing_cycle: BillingCycle;
  items_a_year: number;
}): number {
  return Math.round(((terms.billing_amount ?? 0) * timesAYear[terms.billing_cycle] + terms.items_a_year) / 12);
}
