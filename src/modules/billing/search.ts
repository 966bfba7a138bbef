import type { SearchFacet } from "../../platform/database/search.ts";
import { words } from "../../platform/http/pages/cells.ts";
import { t } from "../../platform/language/index.ts";
import { fromMinor } from "../../platform/money.ts";

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
  hit: (row) => ({
    title: texts(row["invoice_number"]) || t("Draft invoice"),
    detail: `${words(String(row["status"]))}, ${fromMinor(Number(row["total"]), String(row["currency"]))} ${String(row["currency"])}`,
    href: `/invoices/${String(row["id"])}`,
  }),
};
