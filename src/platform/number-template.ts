import { t } from "./language/index.ts";

/** Numbers of documents, as an organization writes them. */

const placeholders = /\{(number|year|month)(?::(\d{1,2}))?\}/g;

/**
 * The number of an invoice from a template and its place in the sequence. `{number}` or `{number:6}` (zeros in front),
 * `{year}` and `{month}` of the invoice's date are filled in; a template without `{number}` is a prefix that six digits
 * follow: `("INV-", 123)` → `INV-000123`.
 */
export function invoiceNumber(template: string, sequence: number, invoiceDate: string): string {
  const values: Record<string, string> = {
    number: String(sequence),
    year: invoiceDate.slice(0, 4),
    month: invoiceDate.slice(5, 7),
  };
  const whole = /\{number(:\d{1,2})?\}/.test(template) ? template : `${template}{number:6}`;
  return whole.replace(placeholders, (_, name: string, width: string | undefined) =>
    (values[name] ?? "").padStart(Number(width ?? 0), "0"),
  );
}

/** What is wrong with a template of numbers, as a sentence, or null. */
export function numberTemplateProblem(template: string): string | null {
  const rest = template.replace(placeholders, "");
  if (/[{}]/.test(rest))
    return t("Use {braces} and {last}; other braces are not known.", {
      braces: "{number}, {number:6}, {year}",
      last: "{month}",
    });
  if (!/^[\p{L}\p{N} ._/#-]*$/u.test(rest))
    return t("Use letters, digits, spaces and . _ / # - around the placeholders.");
  if (invoiceNumber(template, 999_999_999, "2026-01-01").length > 50)
    return t("The number would be longer than 50 characters.");
  return null;
}
