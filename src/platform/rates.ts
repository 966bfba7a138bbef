import { compareDecimals } from "./decimal.ts";
import { invalidField } from "./errors.ts";
import { t } from "./language/index.ts";

/**
 * The most that an hour costs, in any currency: what is worked at it in years is still an amount that can be counted. Beyond it
 * nothing could be billed any more, and every page with the amount would fail.
 */
export const largestRate = "1000000000";

/** Whether a decimal is a rate an hour that can be billed. */
export const isRate = (rate: string): boolean =>
  compareDecimals(rate, "0") >= 0 && compareDecimals(rate, largestRate) <= 0;

/** Refuses a rate an hour that is below zero, or so high that it cannot be meant. */
export function refuseWrongRate(field: string, rate: string | null | undefined): void {
  if (rate == null || isRate(rate)) return;
  if (compareDecimals(rate, "0") < 0) throw invalidField(field, t("A rate is not negative."), "too_small");
  throw invalidField(field, t("A rate is at most {largest} an hour.", { largest: largestRate }), "too_large");
}
