import Big from "big.js";

/**
 * Exact decimals: rates, unit prices, quantities and hours. They travel as strings (`"0.0035"`) and are never floats.
 * The canonical form has no exponent, no leading or trailing zeros and no minus before zero.
 */
const Exact = Big();
Exact.RM = 1; // half up in magnitude: 0.5 → 1, -0.5 → -1
Exact.DP = 20;

/** An exact number while it is computed with. Nothing outside `platform/decimal` and `platform/money` keeps one. */
export type Exact = Big;

const pattern = /^-?\d{1,15}(\.\d{1,10})?$/;

/** Whether a text is a decimal as the edge takes it: at most 15 digits before and 10 after the point, no exponent. */
export function isDecimal(text: unknown): text is string {
  return typeof text === "string" && pattern.test(text);
}

/**
 * A decimal ready for computing. Whole numbers (minutes, minor units) may come as numbers, fractions only as strings.
 *
 * @throws RangeError for anything that is not a decimal, and for a number with a fraction
 */
export function exact(value: string | number): Exact {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number`);
  if (typeof value === "string" && !/^-?\d+(\.\d+)?$/.test(value)) throw new RangeError(`"${value}" is not a number`);
  return new Exact(value);
}

/** An exact number in canonical form: `1.50` → `"1.5"`, `-0` → `"0"`. */
export function text(value: Exact): string {
  return value.eq(0) ? "0" : value.toFixed();
}

/**
 * The canonical form of a decimal, so that equal numbers are equal strings: `"007.50"` → `"7.5"`.
 *
 * @throws RangeError for anything that is not a decimal
 */
export function canonicalDecimal(value: string): string {
  return text(exact(value));
}

/** The sign of `a - b`: negative, zero or positive. */
export function compareDecimals(a: string, b: string): number {
  return exact(a).cmp(exact(b));
}

/** `a × b`, exact. */
export function multiplyDecimals(a: string, b: string): string {
  return text(exact(a).times(exact(b)));
}

/** Rounded half up in magnitude, with exactly `places` digits after the point: `("2.345", 2)` → `"2.35"`. */
export function fixedDecimal(value: string, places: number): string {
  const rounded = exact(value).round(places, 1);
  return rounded.eq(0) ? exact(0).toFixed(places) : rounded.toFixed(places);
}

/**
 * Minutes as hours, for quantities: six places, half up (50 minutes → `"0.833333"`). Money is never computed from this:
 * `amountForMinutes` multiplies the minutes, so that nothing is rounded twice.
 */
export function hoursOf(minutes: number): string {
  return text(exact(minutes).div(60).round(6, 1));
}

/** Minutes as an invoice and a spreadsheet count them: hours with two places, `90` → `"1.50"`. People read `formatMinutes`. */
export function shownHours(minutes: number): string {
  return exact(minutes).div(60).round(2, 1).toFixed(2);
}

/**
 * Hours as whole minutes, half up: `"2.5"` → 150.
 *
 * @throws RangeError when the hours are not a decimal
 */
export function minutesOf(hours: string): number {
  return Number(text(exact(hours).times(60).round(0, 1)));
}
