import { companyTarget } from "./companies.ts";
import { contactTarget } from "./contacts.ts";
import type { Target } from "./field.ts";

/** What can be imported, by name. */
export const importTargets: Record<Target["name"], Target> = { companies: companyTarget, contacts: contactTarget };

export { type CompanyParts, companyParts } from "./companies.ts";
export { type ContactParts, contactParts } from "./contacts.ts";
export {
  customOf,
  type Field,
  field,
  type Lookups,
  type Parsed,
  type Target,
  type Value,
  type Values,
} from "./field.ts";
export {
  guessTarget,
  type HeaderMatch,
  type ImportProduct,
  type Mapping,
  matchHeaders,
  missingFields,
  type TargetGuess,
} from "./headers.ts";
export { splitPersonName } from "./person-name.ts";
export { type ImportMode, importModes, planRow, type RowPlan } from "./plan.ts";
export { type ReadRow, type ReadRows, readRow, readRows } from "./rows.ts";
