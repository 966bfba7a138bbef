import { labelOf, type Table } from "./database/columns.ts";
import { invalidField } from "./errors.ts";
import { t } from "./language/index.ts";

const first = "2000-01-01";
const last = "2099-12-31";

/**
 * Refuses a day on which nothing of the business can have been or be: one far off is a slip of the keyboard.
 *
 * @param given a date, or an instant as rows hold it; nothing given passes
 */
export function checkBusinessDay(table: Table, name: string, given: string | null | undefined): void {
  if (given == null) return;
  const day = given.slice(0, 10);
  const column = table.columns[name];
  if (column === undefined) throw new Error(`${table.name} has no column ${name}`);
  if (day < first || day > last)
    throw invalidField(
      name,
      t("{name} must lie between 2000 and 2099.", { name: labelOf(name, column) }),
      "out_of_range",
    );
}
