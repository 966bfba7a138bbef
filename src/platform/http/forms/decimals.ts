import { currentLocale } from "../../language/speaking.ts";
import { numberFormat } from "../../language/formats.ts";
import type { UploadedForm } from "./form.ts";

/**
 * Exact decimals in the fields of forms, as the reader writes them: `1234,5` where a comma stands before the fraction. Inside,
 * and at the edge of the API, they have a point. A form names its decimals in `_decimals` (`partials/_field-input`), so that this
 * is one place for all of them, whoever reads the form.
 */

const signs = new Map<string, string>();

/** What stands before the fraction in the reader's locale. */
function decimalSign(): string {
  const locale = currentLocale() ?? "en";
  const known = signs.get(locale);
  if (known !== undefined) return known;
  const sign =
    numberFormat(locale)
      .formatToParts(1.5)
      .find(({ type }) => type === "decimal")?.value ?? ".";
  signs.set(locale, sign);
  return sign;
}

/** How an exact decimal stands in a field; any other text stays. */
export function decimalShown(value: string): string {
  return /^-?\d+\.\d+$/.test(value) ? value.replace(".", decimalSign()) : value;
}

/**
 * A decimal with a point, from what somebody has typed. Where a comma is usual, thousands may be grouped by points or spaces, if a
 * comma shows that they are; a point alone stays what it is everywhere else. What is no number stays as it was typed.
 */
export function decimalTyped(typed: string): string {
  const text = typed.trim();
  if (decimalSign() !== "," || !/^[+-]?(\d+|\d{1,3}([.\s’']\d{3})+),\d+$/.test(text)) return typed;
  return text.replace(/[.\s’']/g, "").replace(",", ".");
}

/** A form's fields with the decimals that it names as they are inside. */
export function withDecimals(form: UploadedForm): UploadedForm {
  const named = form.fields["_decimals"];
  if (named === undefined || decimalSign() === ".") return form;
  const fields = { ...form.fields };
  for (const name of Array.isArray(named) ? named : [named]) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value !== undefined) fields[name] = Array.isArray(value) ? value.map(decimalTyped) : decimalTyped(value);
  }
  return { ...form, fields };
}
