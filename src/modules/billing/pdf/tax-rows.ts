import { t } from "../../../platform/language/index.ts";
import type { InvoicePdfModel } from "./model.ts";
import { shownPercent } from "./words.ts";

/** What an invoice says of tax. */
export type Taxed = Pick<InvoicePdfModel, "taxes" | "is_tax_exempt">;

/** Between subtotal and total: each rate with what it is taken of, or why there is none. The same on paper and on pages. */
export function taxRows(
  { taxes, is_tax_exempt }: Taxed,
  locale: string,
  money: (minor: number) => string,
): { label: string; amount: string }[] {
  const rows = taxes.map(({ name, rate, taxable_amount, tax_amount }) => ({
    label: t("{name} {percent} on {amount}", {
      name,
      percent: shownPercent(rate, locale),
      amount: money(taxable_amount),
    }),
    amount: money(tax_amount),
  }));
  return is_tax_exempt ? [...rows, { label: t("Tax exempt"), amount: money(0) }] : rows;
}
