import { pricesRead } from "../../platform/access/prices.ts";
import { minutesOf } from "../../platform/decimal.ts";
import { cell, words } from "../../platform/http/pages/cells.ts";
import type { List } from "../../platform/http/lists/list.ts";
import { t } from "../../platform/language/index.ts";
import { formatPrice } from "../../platform/money.ts";
import type { timesAYear } from "./rules/recurring.ts";

export interface ItemListRow {
  id: string;
  name: string;
  description: string;
  item_type: string;
  quantity: string;
  unit_price: string;
  total_price: number;
  currency: string;
  billing_frequency: keyof typeof timesAYear;
  included_hours: string | null;
  work_type: string | null;
}

/** The lines of a contract; they have no list page of their own. */
export function itemColumns(isEditable: boolean): Pick<List<ItemListRow>, "columns" | "href" | "title" | "table"> {
  const href = (row: ItemListRow): string => (isEditable ? `/contract-items/${row.id}/edit` : "");
  return {
    title: t("Items"),
    table: "contract_items",
    href,
    columns: [
      {
        key: "name",
        label: t("Item"),
        cell: (row) => (isEditable ? cell.strong(row.name, href(row)) : cell.text(row.name)),
      },
      { key: "item_type", label: t("Type"), is_secondary: true, cell: (row) => cell.text(words(row.item_type)) },
      {
        key: "included_hours",
        label: t("Hours"),
        is_numeric: true,
        cell: (row) =>
          row.included_hours === null
            ? cell.nothing
            : {
                ...cell.duration(minutesOf(row.included_hours)),
                hint: row.work_type ?? t("Any work type"),
              },
      },
      {
        key: "quantity",
        label: t("Quantity"),
        is_numeric: true,
        is_secondary: true,
        cell: (row) => cell.number(row.quantity),
      },
      {
        key: "unit_price",
        label: t("Unit price"),
        is_numeric: true,
        is_secondary: true,
        permission: pricesRead,
        cell: (row, ctx) => cell.number(formatPrice(row.unit_price, row.currency, ctx.tenant.locale)),
      },
      {
        key: "total_price",
        label: t("Price"),
        is_numeric: true,
        permission: pricesRead,
        cell: (row, ctx) => cell.money(row.total_price, row.currency, ctx.tenant),
      },
      {
        key: "billing_frequency",
        label: t("Billed"),
        is_secondary: true,
        cell: (row) => cell.text(words(row.billing_frequency)),
      },
    ],
  };
}
