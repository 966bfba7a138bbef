import { Type } from "@sinclair/typebox";
import { edgeSchema } from "../../../platform/database/edge.ts";
import { words } from "../../../platform/http/pages/cells.ts";
import { invoiceLines } from "../schema.ts";

/** The kinds of lines that people write; time and tax come from elsewhere. */
export const writtenTypes = ["service", "product", "adjustment", "discount"] as const;

/** The same as choices, in the reader's language. */
export const writtenTypeOptions = (): { value: string; label: string }[] =>
  writtenTypes.map((value) => ({ value, label: words(value) }));

const { columns } = invoiceLines;

/** A line as it is written at the edge; quantity 1 and taxable unless told. */
export const lineFields = {
  line_type: Type.Optional(Type.Union(writtenTypes.map((type) => Type.Literal(type)))),
  description: edgeSchema(columns.description),
  quantity: Type.Optional(edgeSchema(columns.quantity)),
  unit_price: edgeSchema(columns.unit_price),
  is_taxable: Type.Optional(Type.Boolean()),
};
