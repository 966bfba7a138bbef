import { type Bucket, drawDown, type Drawing } from "./prepaid.ts";
import { findRate, type FoundRate, type RateBook, type WorkType } from "./rates.ts";

/** How a contract treats the time worked under it: what is covered, what is billed, and at which rate. */

const contractTypes = ["managed_services", "block_hours", "time_and_materials", "fixed_price", "warranty"] as const;
export type ContractType = (typeof contractTypes)[number];

/** A billable time entry that no invoice has yet. Column names of `time_entries`. */
export interface UnbilledTime extends Drawing {
  work_type: WorkType;
  ticket_id: string | null;
  project_id: string | null;
  /** The rate set on the entry itself, decimal per hour, and what it is in. */
  hourly_rate: string | null;
  currency: string;
}

/** A time entry with the answer to "who pays for these minutes". */
export interface CoveredTime<E extends UnbilledTime = UnbilledTime> {
  entry: E;
  /** Minutes that cost nothing: taken from prepaid hours, or included in the contract. */
  covered_minutes: number;
  billed_minutes: number;
  covered_by: { contract_item_id: string | null; name: string; period_start: string | null; minutes: number }[];
  /** The hourly rate of the billed minutes; null when there are none. */
  rate: FoundRate | null;
}

export interface TimeTerms {
  /** Null for time without a contract. */
  contract: { name: string; contract_type: ContractType } | null;
  buckets: readonly Bucket[];
  rates: RateBook;
}

/**
 * Coverage and rate of each entry. Under a fixed-price or warranty contract all time is included in its price; under
 * every other one prepaid hours are used first and the rest is billed, at the overage rate where prepaid hours ran out.
 * The answer is in the order in which the hours were drawn.
 */
export function coverTime<E extends UnbilledTime>(entries: readonly E[], terms: TimeTerms): CoveredTime<E>[] {
  const { contract, buckets, rates } = terms;
  if (contract !== null && includesAllTime(contract.contract_type)) {
    return drawDown(entries, []).map(({ entry }) => ({
      entry,
      covered_minutes: entry.duration_minutes,
      billed_minutes: 0,
      covered_by: [
        { contract_item_id: null, name: contract.name, period_start: null, minutes: entry.duration_minutes },
      ],
      rate: null,
    }));
  }
  return drawDown(entries, buckets).map(({ entry, covered_minutes, overage_minutes, taken, overage_of }) => ({
    entry,
    covered_minutes,
    billed_minutes: overage_minutes,
    covered_by: taken,
    rate: overage_minutes === 0 ? null : findRate({ ...rates, work_type: entry.work_type, entry, overage: overage_of }),
  }));
}

/** Whether the price of such a contract includes all time worked under it. */
export function includesAllTime(type: ContractType): boolean {
  return type === "fixed_price" || type === "warranty";
}
