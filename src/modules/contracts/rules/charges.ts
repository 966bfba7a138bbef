import { canonicalDecimal, multiplyDecimals } from "../../../platform/decimal.ts";
import { t } from "../../../platform/language/index.ts";
import { amountOf, fromMinor } from "../../../platform/money.ts";
import {
  type BillingPeriod,
  daysIn,
  isPartial,
  type Period,
  type PeriodTerms,
  periodsWithin,
  shownPeriod,
} from "./periods.ts";
import { itemPeriods, type PrepaidTerms } from "./prepaid.ts";
import { prorate } from "./proration.ts";

/** What a contract costs by itself in a period: its flat fee and its lines (PRD 3.8.2). Time comes on top. */

const itemTypes = ["recurring_service", "block_hours", "retainer", "product"] as const;
export type ItemType = (typeof itemTypes)[number];

export interface ContractTerms extends PeriodTerms {
  id: string;
  name: string;
  /**
   * The flat fee of each billing cycle in minor units, on top of the lines; null or zero: there is none and the lines
   * carry the price.
   */
  billing_amount: number | null;
}

export interface ItemTerms extends PrepaidTerms {
  description: string | null;
  item_type: ItemType;
  quantity: string;
  unit_price: string;
}

/** How the amount of a charge came about. Amounts in minor units. */
export interface ChargeEvidence {
  kind: "flat_fee" | "contract_item";
  contract_id: string;
  contract_item_id: string | null;
  /** The periods charged, half-open. */
  periods: Period[];
  /** For a period that the contract covers in part: its days, those of the full period, and what that would cost. */
  proration: { days: number; full_days: number; full_amount: number } | null;
}

/** A charge, ready to become an invoice line: `total` is always `quantity × unit_price`, rounded once. */
export interface Charge {
  line_type: "service" | "product";
  description: string;
  quantity: string;
  unit_price: string;
  /** Minor units. */
  total: number;
  evidence: ChargeEvidence;
}

/**
 * The charges of one billing period of a contract: the flat fee, then the lines in their order.
 *
 * A line is charged for each of its own periods that begins in the billing period: a monthly line three times on a
 * quarterly invoice, an annual line once a year on monthly ones, a one-time line on the first. A period that the
 * contract covers in part is charged by days, on a line of its own. Prepaid hours without a price are paid for by the
 * flat fee and make no line.
 */
export function contractCharges(
  contract: ContractTerms,
  items: readonly ItemTerms[],
  period: Period,
  currency: string,
): Charge[] {
  const charges: Charge[] = [];
  const fee = contract.billing_amount ?? 0;
  if (fee !== 0) {
    const begun = beginningIn(period, periodsWithin(contract, period.start, period.end));
    const price = canonicalDecimal(fromMinor(fee, currency));
    charges.push(...chargesOf({ contract, item: null, name: contract.name, quantity: "1", price, currency }, begun));
  }
  for (const item of items.toSorted((a, b) => a.sort_order - b.sort_order)) {
    const price = canonicalDecimal(item.unit_price);
    if (price === "0" && item.item_type === "block_hours") continue;
    const begun = beginningIn(period, itemPeriods(contract, item.billing_frequency, period.start, period.end));
    const name = itemText(item);
    charges.push(
      ...chargesOf({ contract, item, name, quantity: canonicalDecimal(item.quantity), price, currency }, begun),
    );
  }
  return charges;
}

interface Priced {
  contract: ContractTerms;
  item: ItemTerms | null;
  name: string;
  quantity: string;
  price: string;
  currency: string;
}

function chargesOf(priced: Priced, periods: readonly BillingPeriod[]): Charge[] {
  const whole = periods.filter((period) => !isPartial(period));
  const partial = periods.filter(isPartial);
  const charges = partial.map((period) => proratedCharge(priced, period));
  if (whole.length > 0) charges.push(wholeCharge(priced, whole));
  return charges.toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
}

const startOf = (charge: Charge): string => charge.evidence.periods[0]?.start ?? "";

function wholeCharge(priced: Priced, periods: readonly BillingPeriod[]): Charge {
  const quantity = multiplyDecimals(priced.quantity, String(periods.length));
  const span = { start: periods[0]?.start ?? "", end: periods.at(-1)?.end ?? "" };
  // A one-time line of a contract belongs to no period that would tell its reader anything.
  const label = priced.item?.billing_frequency === "one_time" ? priced.name : `${priced.name}, ${shownPeriod(span)}`;
  return {
    line_type: lineType(priced.item),
    description: label,
    quantity,
    unit_price: priced.price,
    total: amountOf(quantity, priced.price, priced.currency),
    evidence: evidence(priced, periods, null),
  };
}

function proratedCharge(priced: Priced, period: BillingPeriod): Charge {
  const full_amount = amountOf(priced.quantity, priced.price, priced.currency);
  const total = prorate(full_amount, period);
  const days = daysIn(period);
  const full_days = daysIn(period.full);
  return {
    line_type: lineType(priced.item),
    description: t("{name}, {period} ({days} of {full_days} days)", {
      name: priced.name,
      period: shownPeriod(period),
      days,
      full_days,
    }),
    quantity: "1",
    unit_price: canonicalDecimal(fromMinor(total, priced.currency)),
    total,
    evidence: evidence(priced, [period], { days, full_days, full_amount }),
  };
}

function evidence(
  { contract, item }: Priced,
  periods: readonly BillingPeriod[],
  proration: ChargeEvidence["proration"],
): ChargeEvidence {
  return {
    kind: item === null ? "flat_fee" : "contract_item",
    contract_id: contract.id,
    contract_item_id: item?.id ?? null,
    periods: periods.map(({ start, end }) => ({ start, end })),
    proration,
  };
}

function itemText(item: ItemTerms): string {
  const name = item.description === null || item.description === "" ? item.name : `${item.name}: ${item.description}`;
  const hours = item.included_hours === null ? "0" : canonicalDecimal(item.included_hours);
  return item.item_type === "block_hours" && hours !== "0" ? `${name} (${hours} h)` : name;
}

const lineType = (item: ItemTerms | null): Charge["line_type"] =>
  item?.item_type === "product" ? "product" : "service";

function beginningIn(period: Period, periods: readonly BillingPeriod[]): BillingPeriod[] {
  return periods.filter(({ start }) => period.start <= start && start < period.end);
}
