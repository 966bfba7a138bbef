import { companyTarget } from "./companies.ts";
import { contactTarget } from "./contacts.ts";

/** What has rules of its own; everything else follows from its table. */
export const importTargets = { companies: companyTarget, contacts: contactTarget };

export { type CompanyParts, companyParts } from "./companies.ts";
export { type ContactParts, contactParts } from "./contacts.ts";
export { type Field, field, type Lookups, type Target, textOf, type Value, type Values } from "./field.ts";
export {
  guessTarget,
  type HeaderMatch,
  type ImportProduct,
  type Mapping,
  matchHeaders,
  missingFields,
  type TargetGuess,
} from "./headers.ts";
export { productNames, type ProductName, products } from "./products.ts";
export { splitPersonName } from "./person-name.ts";
export { type ImportMode, importModes, planRow, type RowPlan } from "./plan.ts";
export { readEach, type ReadRow, type ReadRows, readRow, readRows } from "./rows.ts";
