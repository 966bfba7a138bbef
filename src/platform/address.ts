import type { Address } from "./database/columns.ts";
import { currentLocale } from "./language/index.ts";

/** Countries that write the town before the postal code. */
const townFirst = new Set([
  "US",
  "CA",
  "AU",
  "GB",
  "IE",
  "IN",
  "NZ",
  "UNITED STATES",
  "USA",
  "CANADA",
  "AUSTRALIA",
  "UNITED KINGDOM",
]);

/**
 * An address as lines of an envelope; parts that are missing leave no gap, and a country code becomes its name. Where the
 * country is missing, the town is written as in the locale's own.
 */
export function addressLines(address: Address | null, locale: string): string[] {
  if (address === null) return [];
  const { line1, line2, city, region, postal_code, country } = address;
  const isTownFirst = townFirst.has((country?.trim() || (new Intl.Locale(locale).region ?? "")).toUpperCase());
  const town = isTownFirst
    ? joined([joined([city, region], ", "), postal_code], " ")
    : joined([joined([postal_code, city], " "), region], ", ");
  return [line1, line2, town, countryName(country, locale)].filter(isFilled).map((line) => line.trim());
}

/** An address on one line, as whoever reads it writes one. */
export function addressLine(address: Address): string {
  return addressLines(address, currentLocale() ?? "en")
    .join(", ")
    .replace(/\s*\n\s*/g, ", ");
}

/** By locale, of which there are a few: making one takes longer than all else of an address. */
const countryNames = new Map<string, Intl.DisplayNames>();

function countryName(country: string | undefined, locale: string): string | undefined {
  const code = (country ?? "").trim();
  if (!/^[A-Z]{2}$/.test(code)) return country;
  return countryNames.getOrInsertComputed(locale, () => new Intl.DisplayNames(locale, { type: "region" })).of(code);
}

function joined(parts: readonly (string | undefined)[], separator: string): string {
  return parts.filter(isFilled).join(separator);
}

function isFilled(part: string | undefined): part is string {
  return part !== undefined && part.trim() !== "";
}
