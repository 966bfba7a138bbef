import { canonicalDecimal, fixedDecimal } from "../../platform/decimal.ts";
import { formatDecimal } from "../../platform/http/pages/cells.ts";
import { t } from "../../platform/language/index.ts";
import type { InvoiceLineRow } from "./schema.ts";

/** How much a line bills, as the PDF says it: hours with two places, anything else with as many as it has. */
export function quantityText(line: Pick<InvoiceLineRow, "line_type" | "quantity">): string {
  return line.line_type === "time_entry"
    ? t("{hours} h", { hours: formatDecimal(fixedDecimal(line.quantity, 2)) })
    : formatDecimal(canonicalDecimal(line.quantity));
}
