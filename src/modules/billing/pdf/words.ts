import { dateText, numberFormat } from "../../../platform/language/formats.ts";
import { canonicalDecimal, fixedDecimal } from "../../../platform/decimal.ts";
import { formatMoney, formatPrice } from "../../../platform/money.ts";

/** Values in the forms that an invoice prints. */

/** An amount; below zero with a true minus sign, which has the width of a figure. */
export function shownMoney(minor: number, { currency, locale }: Manner): string {
  return formatMoney(minor, currency, locale).replaceAll("-", "−");
}

/** A unit price, with more places than the currency has where it has more. */
export function shownPrice(price: string, { currency, locale }: Manner): string {
  return formatPrice(price, currency, locale).replaceAll("-", "−");
}

/** The currency and locale in which a document speaks. */
export interface Manner {
  currency: string;
  locale: string;
}

/** A date in the ways of the locale: `Nov 21, 2026`. */
export function shownDate(date: string, locale: string): string {
  return dateText("date", locale, "UTC", `${date}T00:00:00Z`);
}

/** A quantity: hours with two places, anything else with as many as it has. */
export function shownQuantity(quantity: string, isHours: boolean, locale: string): string {
  const value = isHours ? fixedDecimal(quantity, 2) : canonicalDecimal(quantity);
  const places = value.split(".")[1]?.length ?? 0;
  const format = numberFormat(locale, { minimumFractionDigits: places, maximumFractionDigits: places });
  return format.format(value as Intl.StringNumericLiteral);
}

/** Per cent in the ways of the locale, without zeros that say nothing: `8.25 %` as `8.25%`. */
export function shownPercent(rate: string, locale: string): string {
  const value = canonicalDecimal(rate);
  const format = numberFormat(locale, { maximumFractionDigits: 10, style: "unit", unit: "percent" });
  return format.format(value as Intl.StringNumericLiteral);
}
