import type { SearchFacet } from "../../platform/database/search.ts";
import { t } from "../../platform/language/index.ts";
import { formatMoney } from "../../platform/money.ts";
import { stateLabel } from "./labels.ts";
import type { InvoiceStatus } from "./rules/states.ts";

const texts = (...values: unknown[]): string =>
  values.filter((value) => typeof value === "string" && value !== "").join(" ");

export const invoiceSearch: SearchFacet = {
  table: "invoices",
  label: "Invoices",
  icon: "invoice",
  document: (row) => ({
    title: texts(row["invoice_number"]),
    body: texts(row["po_number"], row["notes"], row["internal_notes"]),
  }),
  hit: (row, { tenant }) => ({
    title: texts(row["invoice_number"]) || t("Draft invoice"),
    detail: `${stateLabel(row["status"] as InvoiceStatus)}, ${formatMoney(Number(row["total"]), String(row["currency"]), tenant.locale)}`,
    href: `/invoices/${String(row["id"])}`,
  }),
};
