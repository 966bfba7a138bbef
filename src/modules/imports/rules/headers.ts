import { called, t } from "../../../platform/language/index.ts";
import { companyTarget } from "./companies.ts";
import { contactTarget } from "./contacts.ts";
import type { Field, Target } from "./field.ts";
import { type ProductName, signatures } from "./products.ts";
import { headerKey } from "./values.ts";

/** For each column of the file, by position, the key of the field it fills, or null. */
export type Mapping = readonly (string | null)[];

export interface HeaderMatch {
  mapping: Mapping;
  /** Labels of what no column was found for and no row can do without. */
  missing: string[];
  /** Headers that mean nothing to us; their columns are not imported. */
  unmatched: string[];
  /** Headers whose field an earlier column has already taken. */
  ambiguous: { header: string; field: string; taken_by: string }[];
}

/** Matches headers by name, whatever their order: by key, label and synonyms, without case, marks, spaces and signs. */
export function matchHeaders(headers: readonly string[], target: Target): HeaderMatch {
  const takenBy = new Map<string, string>();
  const unmatched: string[] = [];
  const ambiguous: HeaderMatch["ambiguous"] = [];
  const mapping = headers.map((header): string | null => {
    const [key = "", ...shorter] = keysOf(header, target);
    const field = [key, ...shorter].map((one) => fieldOfKey(target, one)).find((one) => one !== undefined);
    if (key === "" || !field) {
      if (key !== "") unmatched.push(header);
      return null;
    }
    const taken = takenBy.get(field.key);
    if (taken !== undefined) {
      ambiguous.push({ header, field: field.key, taken_by: taken });
      return null;
    }
    takenBy.set(field.key, header);
    return field.key;
  });
  return { mapping, missing: missingFields(mapping, target), unmatched, ambiguous };
}

const fieldOfKey = (target: Target, key: string): Field | undefined =>
  target.fields.find((one) => headerKey(one.key) === key) ??
  target.fields.find(
    (one) => [one.label, called(one)].some((label) => headerKey(label) === key) || one.synonyms.includes(key),
  );

/**
 * How a header may be read, the whole first: Autotask's `Organization: Address 1 [required]` says in front whose column it
 * is and behind whether it is needed, HaloPSA puts `SF-` before the columns of a client's first site.
 */
function keysOf(header: string, target: Target): string[] {
  const bare = withoutRemark(header);
  const [, section = "", rest = ""] = /^([^:]+):(.+)$/.exec(bare) ?? /^(SF)-(.+)$/i.exec(bare) ?? [];
  return [bare, ...(target.sections.includes(headerKey(section)) ? [rest] : [])].map(headerKey);
}

const withoutRemark = (header: string): string =>
  header
    .trim()
    .replace(/[[(](required|update only)[\])]$/i, "")
    .trimEnd();

/** Labels of the required fields that a mapping leaves without a column; also for one that a person has changed. */
export function missingFields(mapping: Mapping, target: Target): string[] {
  return target.required
    .filter((group) => !group.some((key) => mapping.includes(key)))
    .map(([first]) => target.fields.find((one) => one.key === first)?.label ?? "");
}

export type ImportProduct = ProductName | "generic";

export interface TargetGuess {
  /** Null when the headers look like nothing that can be imported. */
  target: Target["name"] | null;
  product: ImportProduct;
  /** What the file seems to be, for people: "ITFlow clients". Set also for lists that cannot be imported yet. */
  label: string;
}

/** Columns that only a list of companies has. */
const companyHints = [
  "industry",
  "website",
  "tax_id",
  "payment_terms",
  "hourly_rate",
  "currency",
  "is_tax_exempt",
  "abbreviation",
];

/** What kind of list the headers belong to, and which product it came from. */
export function guessTarget(headers: readonly string[]): TargetGuess {
  const keys = new Set(headers.map((header) => headerKey(withoutRemark(header))));
  const has = (one: string | readonly string[]): boolean =>
    typeof one === "string" ? keys.has(one) : one.some((key) => keys.has(key));
  const known = signatures.find((signature) => signature.headers.every(has));
  if (known) return { target: known.target, product: known.product, label: known.label };

  const asCompanies = matchHeaders(headers, companyTarget);
  const asContacts = matchHeaders(headers, contactTarget);
  const isCompanyList = companyHints.some((key) => asCompanies.mapping.includes(key));
  const isPeopleList = asContacts.missing.length === 0 && asContacts.mapping.includes("email");
  if (isPeopleList && !isCompanyList) return { target: "contacts", product: "generic", label: t("A list of contacts") };
  if (asCompanies.mapping.includes("name"))
    return { target: "companies", product: "generic", label: t("A list of companies") };
  return { target: null, product: "generic", label: t("An unknown list") };
}
