import { exact, text } from "../../platform/decimal.ts";
import { minorDigits } from "../../platform/money.ts";

/**
 * How Stripe counts money (docs.stripe.com/currencies): most currencies in hundredths, some in whole units, a few in
 * thousandths whose last digit must be zero. ISO 4217 says otherwise for some of them (króna, shilling, ariary).
 */
const wholeUnits = new Set("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" "));
const thousandths = new Set("BHD JOD KWD OMR TND".split(" "));

function stripeDigits(currency: string): number {
  if (wholeUnits.has(currency)) return 0;
  return thousandths.has(currency) ? 3 : 2;
}

/**
 * An amount in our minor units as Stripe's: `(1500, "USD")` → 1500, `(1500, "ISK")` → 150000.
 *
 * @throws RangeError when Stripe cannot charge this amount exactly
 */
export function toStripeAmount(minor: number, currency: string): number {
  const amount = scaled(minor, stripeDigits(currency) - minorDigits(currency));
  if (thousandths.has(currency) && amount % 10 !== 0) {
    throw new RangeError(`Cards are charged in ${currency} without the third place after the point.`);
  }
  return amount;
}

/**
 * An amount as Stripe counts it in our minor units; the mirror of `toStripeAmount`.
 *
 * @throws RangeError when our minor unit cannot hold it
 */
export function fromStripeAmount(amount: number, currency: string): number {
  return scaled(amount, minorDigits(currency) - stripeDigits(currency));
}

function scaled(amount: number, places: number): number {
  const factor = exact(10 ** Math.abs(places));
  const result = places < 0 ? exact(amount).div(factor) : exact(amount).times(factor);
  const minor = Number(text(result));
  if (!Number.isSafeInteger(minor)) throw new RangeError("The amount cannot be charged exactly.");
  return minor;
}

const secretKeyPattern = /^(?:sk|rk)_(test|live)_[A-Za-z0-9_]{4,}$/;

/** Which of Stripe's two worlds a secret or restricted key belongs to; null when it is no such key. */
export function modeOfKey(key: string): "test" | "live" | null {
  return (secretKeyPattern.exec(key)?.[1] as "test" | "live" | undefined) ?? null;
}

/** What is shown of a secret: just enough to tell two apart. */
export function hintOf(secret: string | null): string | null {
  return secret === null ? null : `…${secret.slice(-4)}`;
}
