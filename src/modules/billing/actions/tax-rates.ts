import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import type { NewRow, Patch, RowOf } from "../../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput } from "../../../platform/database/edge.ts";
import { insert, remove, update } from "../../../platform/database/records.ts";
import { canonicalDecimal, compareDecimals } from "../../../platform/decimal.ts";
import { invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { taxRates } from "../schema.ts";

type TaxRateRow = RowOf<typeof taxRates>;

/** Adds a tax rate. The standard one is what new invoices are taxed by; there is one at most. */
export const createTaxRate = action({
  name: "billing.create_tax_rate",
  permission: "billing.write",
  input: newInput(taxRates),
  run: async (work: Work, input: Record<string, unknown>): Promise<TaxRateRow> => {
    const values = checked(fromEdge(taxRates, input, work.tenant.currency));
    if (values.is_default === true) await demoteOthers(work, null);
    return insert(work, taxRates, values as NewRow<typeof taxRates>);
  },
});

/** Changes a tax rate. Invoices that are approved keep the per cent they were approved with; drafts follow when they change. */
export const updateTaxRate = action({
  name: "billing.update_tax_rate",
  permission: "billing.write",
  input: patchInput(taxRates),
  run: async (work: Work, input: PatchInput): Promise<TaxRateRow> => {
    const values = checked(fromEdge(taxRates, input, work.tenant.currency));
    const before = await find(work, "tax_rates", input.id);
    if (values.is_default === true && !before.is_default) await demoteOthers(work, before.id);
    return update(work, taxRates, before.id, values, input.version);
  },
});

/** Deletes a tax rate that no invoice names. */
export const deleteTaxRate = action({
  name: "billing.delete_tax_rate",
  permission: "billing.write",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: (work: Work, input: PatchInput): Promise<void> => remove(work, taxRates, input.id, input.version),
});

function checked(values: Patch<typeof taxRates>): Patch<typeof taxRates> {
  if (values.rate === undefined) return values;
  if (compareDecimals(values.rate, "0") < 0 || compareDecimals(values.rate, "100") > 0) {
    throw invalidField("rate", t("A tax rate lies between 0 and 100 per cent."), "out_of_range");
  }
  return { ...values, rate: canonicalDecimal(values.rate) };
}

async function demoteOthers(work: Work, except: string | null): Promise<void> {
  const present = await work.db.selectFrom("tax_rates").select("id").where("is_default", "=", true).execute();
  for (const { id } of present.filter((rate) => rate.id !== except))
    await update(work, taxRates, id, { is_default: false });
}
