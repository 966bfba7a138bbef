import { find, reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { canonicalDecimal } from "../../../platform/decimal.ts";
import type { Failure } from "../../../platform/errors.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import { columnField, formModel, type FormValues, rowValues } from "../../../platform/http/forms/model.ts";
import { recordPages } from "../../../platform/http/forms/record-pages.ts";
import type { List } from "../../../platform/http/lists/list.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import type { FormModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";
import { createTaxRate, deleteTaxRate, updateTaxRate } from "../actions/tax-rates.ts";
import { taxRates } from "../schema.ts";

const permission = "billing.write";
const url = "/settings/tax-rates";
const crumbs = [
  { label: "Settings", href: "/settings" },
  { label: "Tax rates", href: url },
];

interface TaxRateRow {
  id: string;
  name: string;
  rate: string;
  is_default: boolean;
  is_active: boolean;
}

const taxRateList: List<TaxRateRow> = {
  title: "Tax rates",
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  subtitle: "New invoices are taxed by the standard rate, unless the company is exempt.",
  url,
  table: "tax_rates",
  query: (ctx) =>
    reach(ctx, "tax_rates").select([
      "tax_rates.id",
      "tax_rates.name",
      "tax_rates.rate",
      "tax_rates.is_default",
      "tax_rates.is_active",
    ]),
  columns: [
    {
      key: "name",
      label: "Name",
      sort: { reference: "tax_rates.name", column: taxRates.columns.name },
      cell: (row) => cell.strong(row.name, `${url}/${row.id}`),
    },
    { key: "rate", label: "Per cent", is_numeric: true, cell: (row) => cell.number(canonicalDecimal(row.rate)) },
    {
      key: "is_default",
      label: "Standard",
      cell: (row) => (row.is_default ? cell.badge(t("Standard"), "info") : cell.nothing),
    },
    {
      key: "is_active",
      label: "State",
      cell: (row) => (row.is_active ? cell.badge(t("In use"), "success") : cell.badge(t("Not in use"), "neutral")),
    },
  ],
  sort: "name",
  href: (row) => `${url}/${row.id}`,
  actions: () => [link(t("New tax rate"), `${url}/new`, "plus", "primary")],
  empty: () =>
    empty(
      "invoice",
      t("No tax rates"),
      t("Without one, invoices carry no tax."),
      link(t("New tax rate"), `${url}/new`, "plus", "primary"),
    ),
};

async function taxRateForm(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "tax_rates", id);
  return formModel({
    action: `${url}/${id ?? "new"}`,
    values: typed ?? (row === null ? { is_active: true } : rowValues(taxRates, row)),
    version: row?.version ?? null,
    failure,
    submit_label: id === null ? t("Add tax rate") : t("Save changes"),
    cancel_url: url,
    sections: [
      {
        title: "",
        fields: [
          columnField(taxRates, "name", { hint: t("As it is printed on the invoice, such as VAT.") }),
          columnField(taxRates, "rate", { hint: t("For example 8.25") }),
          columnField(taxRates, "is_default", { hint: t("New invoices are taxed by it.") }),
          columnField(taxRates, "is_active"),
        ],
      },
    ],
  });
}

export const taxRatePages: Route[] = recordPages({
  list: taxRateList,
  table: "tax_rates",
  permission,
  breadcrumbs: crumbs,
  form: taxRateForm,
  create: { action: createTaxRate, title: () => t("New tax rate"), done: () => redirect(url, t("Tax rate added.")) },
  update: { action: updateTaxRate, done: () => t("Changes saved.") },
  remove: {
    action: deleteTaxRate,
    label: () => t("Delete"),
    question: () => t("Delete this tax rate?"),
    done: () => t("Tax rate deleted."),
  },
});
