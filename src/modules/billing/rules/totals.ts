import { allocate, percentOf } from "../../../platform/money.ts";

/** The arithmetic of an invoice (PRD 3.10.2): amounts are minor units of the invoice's currency. */

const lineTypes = ["service", "product", "time_entry", "adjustment", "tax", "discount"] as const;
export type LineType = (typeof lineTypes)[number];

export interface TaxRate {
  id: string;
  name: string;
  /** Per cent as a decimal: `"8.25"` is eight and a quarter per cent. */
  rate: string;
}

export interface AmountLine {
  line_type: LineType;
  total: number;
  /** The rate that the line is taxed at; null: not taxed. */
  tax_rate_id: string | null;
}

export interface AmountsInput {
  lines: readonly AmountLine[];
  tax_rates: readonly TaxRate[];
  /** Whether the company pays no tax at all. */
  is_tax_exempt: boolean;
  /** A discount on the whole invoice, as a positive amount. */
  discount_amount: number;
}

/** The tax of one rate: on the sum of its lines after discounts, rounded once. */
export interface TaxShare {
  tax_rate_id: string;
  name: string;
  rate: string;
  taxable_amount: number;
  tax_amount: number;
}

export interface Amounts {
  /** Sum of the lines before discounts and tax. */
  subtotal: number;
  /** All that was taken off: the discount on the whole and the discount lines, as a positive amount. */
  discount_amount: number;
  tax_amount: number;
  total: number;
  /** One for each rate in use, in the order in which the lines name them; empty for an exempt company. */
  taxes: TaxShare[];
}

/**
 * `total = subtotal - discount_amount + tax_amount`.
 *
 * A discount on the whole invoice lowers the lines in proportion to their amounts, by largest remainder, before tax;
 * lines that are not positive bear nothing of it. A discount line lowers the rate it names. Tax is taken for each rate on
 * the sum of its lines, half up, so that cents do not depend on how the work is divided into lines. Lines of type `tax`
 * are the outcome of this function and do not enter it.
 *
 * @throws RangeError when a line names a tax rate that is not among those given
 */
export function amountsOf({ lines, tax_rates, is_tax_exempt, discount_amount }: AmountsInput): Amounts {
  const priced = lines.filter((line) => line.line_type !== "tax");
  const weights = priced.map((line) => (line.line_type === "discount" ? 0 : Math.max(0, line.total)));
  const lowered = priced.length === 0 ? [] : allocate(discount_amount, weights);
  const taxable = new Map<string, number>();
  priced.forEach((line, index) => {
    if (line.tax_rate_id === null || is_tax_exempt) return;
    const net = line.total - (lowered[index] ?? 0);
    taxable.set(line.tax_rate_id, (taxable.get(line.tax_rate_id) ?? 0) + net);
  });
  const taxes = [...taxable].map(([id, amount]) => taxShare(id, amount, tax_rates));
  const discountLines = sum(priced.filter((line) => line.line_type === "discount"));
  const subtotal = sum(priced) - discountLines;
  const discount = discount_amount - discountLines;
  const tax_amount = taxes.reduce((total, share) => total + share.tax_amount, 0);
  return { subtotal, discount_amount: discount, tax_amount, total: subtotal - discount + tax_amount, taxes };
}

function taxShare(id: string, taxable_amount: number, rates: readonly TaxRate[]): TaxShare {
  const rate = rates.find((one) => one.id === id);
  if (rate === undefined) throw new RangeError(`there is no tax rate ${id}`);
  return {
    tax_rate_id: id,
    name: rate.name,
    rate: rate.rate,
    taxable_amount,
    tax_amount: percentOf(taxable_amount, rate.rate),
  };
}

function sum(lines: readonly AmountLine[]): number {
  return lines.reduce((total, line) => total + line.total, 0);
}
