import type { Ctx } from "../../../platform/context.ts";
import { t } from "../../../platform/language/index.ts";
import { amountsFor, linesOf } from "../drafts/recompute.ts";
import type { InvoicePdfModel } from "../pdf/model.ts";
import { shownPercent } from "../pdf/words.ts";
import type { InvoiceRow } from "../schema.ts";
import type { IssuedDetails } from "./details.ts";

type Taxed = Pick<InvoicePdfModel, "taxes" | "is_tax_exempt">;

/** The tax of an invoice as it was issued; of a draft as it is now. */
export async function taxOf(ctx: Ctx, invoice: InvoiceRow): Promise<Taxed> {
  if (invoice.issued_details === null) return amountsFor(ctx, invoice, await linesOf(ctx, invoice.id));
  return (invoice.issued_details as unknown as IssuedDetails).model;
}

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
