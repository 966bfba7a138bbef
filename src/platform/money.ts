import { canonicalDecimal, type Exact, exact, text } from "./decimal.ts";
import { t } from "./language/index.ts";

/**
 * Money. Totals are whole minor units (cents) in a number beside a currency; rates and unit prices are exact decimals.
 * There is one rounding rule: half up in magnitude, so 0.5 cent becomes 1 and -0.5 cent becomes -1, and a credit is the
 * mirror image of its charge. What is divided is divided by `allocate`, so that parts add up to the whole.
 */

const digitsByCurrency = new Map<string, number>();

/**
 * Places after the point that a currency has: USD 2, JPY 0, BHD 3 (ISO 4217, as `Intl` knows it).
 *
 * @throws RangeError when the code has not the form of a currency code
 */
export function minorDigits(currency: string): number {
  const known = digitsByCurrency.get(currency);
  if (known !== undefined) return known;
  const { maximumFractionDigits } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
  const digits = maximumFractionDigits ?? 2;
  digitsByCurrency.set(currency, digits);
  return digits;
}

/**
 * A decimal string of the edge as whole minor units: `("150.00", "USD")` → 15000. Zeros beyond the currency's places are
 * harmless; other digits there are refused, never rounded away.
 *
 * @throws RangeError with a sentence for people
 */
export function toMinor(amount: string, currency: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(amount))
    throw new RangeError(t('"{amount}" is not an amount such as {sample}.', { amount, sample: sample(currency) }));
  const minor = shifted(exact(amount), minorDigits(currency));
  if (!minor.eq(minor.round(0, 0))) {
    throw new RangeError(
      t("{amount} has more places than {currency} has; write it like {sample}.", {
        amount,
        currency,
        sample: sample(currency),
      }),
    );
  }
  return safe(minor);
}

/** Whole minor units as the decimal string of the edge, always with the currency's places: 15000 → `"150.00"`. */
export function fromMinor(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  const amount = shifted(exact(minor), -digits);
  return (amount.eq(0) ? exact(0) : amount).toFixed(digits);
}

/** `quantity × unit price` in minor units, rounded once. Both are exact decimals. */
export function amountOf(quantity: string, unitPrice: string, currency: string): number {
  return rounded(shifted(exact(quantity).times(exact(unitPrice)), minorDigits(currency)));
}

/** `minutes × hourly rate ÷ 60` in minor units, rounded once: there is no detour over hours with a rounding of their own. */
export function amountForMinutes(minutes: number, hourlyRate: string, currency: string): number {
  return rounded(shifted(exact(minutes).times(exact(hourlyRate)), minorDigits(currency)).div(60));
}

/** `percent` of an amount in minor units, rounded once; `"8.25"` is eight and a quarter per cent. */
export function percentOf(minor: number, percent: string): number {
  return rounded(exact(minor).times(exact(percent)).div(100));
}

/**
 * Divides a total into parts in proportion to the weights, by largest remainder: each part is the exact share cut to a
 * whole unit, and the units left over go one each to the largest remainders, the earlier part first when they are equal.
 * The parts always add up to the total. A negative total gives the mirror image of the positive one. When all weights
 * are zero the total is divided evenly, because an amount must not vanish.
 *
 * @throws RangeError for a negative or fractional weight, and for a total other than zero without any part to carry it
 */
export function allocate(totalMinor: number, weights: readonly number[]): number[] {
  if (weights.some((weight) => !Number.isSafeInteger(weight) || weight < 0)) {
    throw new RangeError(t("weights are whole numbers that are not negative"));
  }
  if (weights.length === 0 && totalMinor !== 0) throw new RangeError(t("there is no part to carry the total"));
  if (totalMinor < 0) return allocate(-totalMinor, weights).map((part) => (part === 0 ? 0 : -part));
  const even = weights.every((weight) => weight === 0);
  const shares = weights.map((weight) => BigInt(even ? 1 : weight));
  const sum = shares.reduce((a, b) => a + b, 0n);
  const total = BigInt(totalMinor);
  const parts = shares.map((share) => Number((total * share) / sum));
  const left = totalMinor - parts.reduce((a, b) => a + b, 0);
  const remainders = shares.map((share, index) => ({ index, remainder: (total * share) % sum }));
  remainders.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of remainders.slice(0, left)) parts[index] = (parts[index] ?? 0) + 1;
  return parts;
}

/** An amount for reading, in the ways of a locale: `(123450, "USD", "en-US")` → `$1,234.50`. */
export function formatMoney(minor: number, currency: string, locale: string): string {
  return formatter(currency, locale).format(fromMinor(minor, currency) as Intl.StringNumericLiteral);
}

/** A unit price or rate for reading: the currency's places, and more only where the price has more (`$0.0035`). */
export function formatPrice(price: string, currency: string, locale: string): string {
  const places = canonicalDecimal(price).split(".")[1]?.length ?? 0;
  return formatter(currency, locale, places).format(canonicalDecimal(price) as Intl.StringNumericLiteral);
}

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(currency: string, locale: string, places = 0): Intl.NumberFormat {
  const digits = minorDigits(currency);
  const key = `${locale} ${currency} ${places}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: Math.max(digits, places),
  });
  formatters.set(key, made);
  return made;
}

/** An example of the currency's form, for messages: `150.00`, `150`, `150.000`. */
function sample(currency: string): string {
  return exact(150).toFixed(minorDigits(currency));
}

function shifted(value: Exact, places: number): Exact {
  const factor = exact(10 ** Math.abs(places));
  return places < 0 ? value.div(factor) : value.times(factor);
}

function rounded(value: Exact): number {
  return safe(value.round(0, 1));
}

function safe(value: Exact): number {
  const minor = Number(text(value));
  if (!Number.isSafeInteger(minor)) throw new RangeError(t("The amount is too large."));
  return minor;
}
