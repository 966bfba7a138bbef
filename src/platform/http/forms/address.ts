import { addressParts, type Table } from "../../database/columns.ts";
import { declared, t } from "../../language/index.ts";
import type { FieldModel } from "../models/forms.ts";
import { columnField } from "./model.ts";

const labels: Record<(typeof addressParts)[number], string> = {
  line1: declared("Street"),
  line2: declared("Street, second line"),
  city: declared("City"),
  region: declared("State or region"),
  postal_code: declared("Postal code"),
  country: declared("Country"),
};

/** The fields of an address column, one for each part: `address.city` and the rest. */
export function addressFields(table: Table, name: string): FieldModel[] {
  return addressParts.map((part) =>
    columnField(table, `${name}.${part}`, {
      label: t(labels[part]),
      span: part === "line1" || part === "line2" ? 6 : 3,
    }),
  );
}
