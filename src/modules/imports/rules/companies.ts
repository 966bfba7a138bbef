import type { Address } from "../../../platform/database/columns.ts";
import { t } from "../../../platform/language/index.ts";
import { nameKey } from "../../companies/index.ts";
import { field, type Field, type FieldProblem, type Identity, type Target, textOf, type Values } from "./field.ts";
import { splitPersonName } from "./person-name.ts";
import {
  amount,
  currency,
  email,
  instant,
  multiLine,
  oneOf,
  paymentTerms,
  phone,
  singleLine,
  tags,
  website,
  yesOrNo,
} from "./values.ts";

/**
 * A company, with the primary site and primary contact that ITFlow and Syncro keep in the same row. `hourly_rate`,
 * `referral_source` and `abbreviation` are no columns of a company: they are handed over beside it (`extra`).
 */
const fields: readonly Field[] = [
  field("external_id", "External ID", singleLine(100), "id customerid companyid clientid organizationid accountid"),
  field(
    "name",
    "Name",
    singleLine(200),
    "clientname client company companyname businessname business customer customername organization organizationname organisation organisationname account accountname firma firmenname kunde kundenname unternehmen",
  ),
  field(
    "company_type",
    "Type",
    oneOf({
      client: ["customer", "clients", "customers"],
      prospect: ["lead", "potential"],
      vendor: ["supplier"],
      partner: [],
    }),
    "companytype clienttype customertype",
  ),
  field(
    "status",
    "Status",
    oneOf({ active: ["enabled"], inactive: ["disabled", "archived", "former"], prospect: ["lead"] }),
    "companystatus clientstatus",
  ),
  field("is_disabled", "Disabled", yesOrNo, "disabled inactive isinactive archived"),
  field("industry", "Industry", singleLine(120), "sector market branch branche"),
  field("website", "Website", website, "web url webaddress homepage domain webseite internet internetadresse"),
  field(
    "phone",
    "Phone",
    phone,
    "phonenumber telephone tel locationphone mainphone companyphone businessphone telefon telefonnummer",
  ),
  field(
    "address_line1",
    "Address",
    multiLine(400),
    "address1 addressline1 line1 street streetaddress locationaddress strasse anschrift adresse",
  ),
  field("address_line2", "Address line 2", multiLine(400), "address2 line2 suite"),
  field("city", "City", singleLine(100), "town ort stadt"),
  field("region", "State or region", singleLine(100), "region state province county stateprovince bundesland"),
  field("postal_code", "Postal code", singleLine(20), "zip zipcode postcode zippostalcode plz postleitzahl"),
  field("country", "Country", singleLine(100), "countryname land"),
  field("site_name", "Site", singleLine(200), "primarylocationname locationname location primarysite sfname standort"),
  field(
    "tax_id",
    "Tax ID",
    singleLine(60),
    "taxidentifier taxnumber vat vatid vatnumber ein ustid ustidnr steuernummer",
  ),
  field("currency", "Currency", currency, "currencycode waehrung wahrung"),
  field("payment_terms", "Payment terms", paymentTerms, "terms billingterms netterms zahlungsziel"),
  field("is_tax_exempt", "Tax exempt", yesOrNo, "taxfree exempt"),
  field("hourly_rate", "Hourly rate", amount, "rate"),
  field("abbreviation", "Abbreviation", singleLine(60), "shortname identifier companyidentifier code"),
  field("referral_source", "Referral", singleLine(120), "referredby source leadsource"),
  field("notes", "Notes", multiLine(20_000), "note comments comment description notiz notizen bemerkung bemerkungen"),
  field("tags", "Tags", tags, "labels"),
  field("created_at", "Created", instant, "createddate createdate datecreated customersince"),
  field("contact_name", "Primary contact", singleLine(200), "primarycontactname contact contactperson ansprechpartner"),
  field("contact_first_name", "Contact's first name", singleLine(100), "firstname first givenname vorname"),
  field("contact_last_name", "Contact's last name", singleLine(100), "lastname last surname familyname nachname"),
  field("contact_title", "Contact's job title", singleLine(120), "title jobtitle contactjobtitle"),
  field("contact_email", "Contact's e-mail", email, "email emailaddress mail primaryemail contactemailaddress"),
  field("contact_phone", "Contact's phone", phone, "contactphonenumber"),
  field("contact_extension", "Contact's extension", singleLine(10), "extension ext"),
  field("contact_mobile", "Contact's mobile", phone, "mobile mobilephone cell cellphone mobil handy mobiltelefon"),
];

/** Rows that become companies. Syncro's private customers have no business name: they are called like the person. */
export const companyTarget: Target = {
  name: "companies",
  label: "Companies",
  fields,
  sections: ["organization", "company", "client", "sf"],
  required: [["name", "contact_first_name", "contact_last_name"]],
  complete,
  identities,
};

function complete(values: Values): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const person = [textOf(values, "contact_first_name"), textOf(values, "contact_last_name")].filter(
    (part) => part !== null,
  );
  if (values.name === undefined && person.length > 0) values.name = person.join(" ");
  const name = textOf(values, "name");
  if (name === null || nameKey(name) === "") {
    problems.push({ severity: "error", field: "name", code: "missing_name", message: t("The company has no name.") });
  }
  if (values.is_disabled === true) values.status = "inactive";
  delete values.is_disabled;
  const full = textOf(values, "contact_name");
  if (full !== null && person.length === 0) {
    const { first_name, last_name } = splitPersonName(full);
    values.contact_first_name = first_name;
    if (last_name !== "") values.contact_last_name = last_name;
  }
  delete values.contact_name;
  problems.push(...joinExtension(values, "contact_phone", "contact_extension"));
  if (textOf(values, "contact_email") !== null && !isNamed(values)) {
    const message = t("The primary contact has an e-mail address and no name, so no contact is made.");
    problems.push({ severity: "warning", field: "contact_email", code: "contact_without_name", message });
  }
  return problems;
}

const isNamed = (values: Values): boolean =>
  values.contact_first_name !== undefined || values.contact_last_name !== undefined;

/** Puts an extension behind its telephone number, `217-555-0122 ext. 12`; one without a number is left out. */
export function joinExtension(values: Values, phoneKey: string, extensionKey: string): FieldProblem[] {
  const extension = textOf(values, extensionKey);
  const number = textOf(values, phoneKey);
  delete values[extensionKey];
  if (extension === null) return [];
  const joined = `${number} ext. ${extension}`;
  if (number !== null && joined.length <= 50) {
    values[phoneKey] = joined;
    return [];
  }
  const message = t("The extension has no telephone number that it could stand behind. It is left out.");
  return [{ severity: "warning", field: extensionKey, code: "extension_without_phone", message }];
}

function identities(values: Values): Identity[] {
  const external = textOf(values, "external_id");
  const name = textOf(values, "name");
  const found: Identity[] = [];
  if (external !== null) found.push({ key: `id:${external}`, field: "external_id", noun: t("external ID") });
  if (name !== null) found.push({ key: `name:${nameKey(name)}`, field: "name", noun: "name" });
  return found;
}

/** One row of a company file as records. */
export interface CompanyParts {
  /** Columns of `companies`. */
  company: Record<string, unknown>;
  /** Columns of `sites` for the primary site, or null when the row names none. */
  site: Record<string, unknown> | null;
  /** Columns of `contacts` for the primary contact, or null when nobody is named. */
  contact: Record<string, unknown> | null;
  tags: string[] | null;
  external_id: string | null;
  /** What a company has no column for. `hourly_rate` is a decimal in the company's currency: it asks for a rate card. */
  extra: { hourly_rate?: string; referral_source?: string; abbreviation?: string };
}

const companyColumns =
  "name company_type status industry website phone tax_id currency payment_terms is_tax_exempt notes created_at".split(
    " ",
  );

/** Takes the values of one row apart into company, primary site and primary contact. Blank columns are absent. */
export function companyParts(values: Values): CompanyParts {
  const company: Record<string, unknown> = {};
  for (const key of companyColumns) if (values[key] !== undefined) company[key] = values[key];
  const address = addressOf(values);
  if (Object.keys(address).length > 0) company.address = address;
  const extra: CompanyParts["extra"] = {};
  for (const key of ["hourly_rate", "referral_source", "abbreviation"] as const) {
    const text = textOf(values, key);
    if (text !== null) extra[key] = text;
  }
  const tagList = values.tags;
  return {
    company,
    site: siteOf(values, company),
    contact: contactOf(values),
    tags: Array.isArray(tagList) ? tagList : null,
    external_id: textOf(values, "external_id"),
    extra,
  };
}

/** A street of several lines keeps its first as `line1`; the others follow in `line2`, which is one line on every form. */
function addressOf(values: Values): Address {
  const lines = [textOf(values, "address_line1"), textOf(values, "address_line2")]
    .flatMap((text) => text?.split("\n") ?? [])
    .map((line) => line.trim().replace(/,$/, ""))
    .filter((line) => line !== "");
  const address: Address = {};
  if (lines[0] !== undefined) address.line1 = lines[0];
  if (lines.length > 1) address.line2 = lines.slice(1).join(", ");
  for (const key of ["city", "region", "postal_code", "country"] as const) {
    const text = textOf(values, key);
    if (text !== null) address[key] = text;
  }
  return address;
}

function siteOf(values: Values, company: Record<string, unknown>): Record<string, unknown> | null {
  const name = textOf(values, "site_name");
  if (name === null) return null;
  const site: Record<string, unknown> = { name, is_primary: true };
  if (company.address !== undefined) site.address = company.address;
  if (company.phone !== undefined) site.phone = company.phone;
  return site;
}

function contactOf(values: Values): Record<string, unknown> | null {
  if (!isNamed(values)) return null;
  const contact: Record<string, unknown> = { contact_type: "primary" };
  for (const key of ["first_name", "last_name", "title", "email", "phone", "mobile"]) {
    const value = values[`contact_${key}`];
    if (value !== undefined) contact[key] = value;
  }
  // The one name that somebody has stands first, also when the file has it as last name.
  if (contact.first_name === undefined) {
    contact.first_name = contact.last_name;
    delete contact.last_name;
  }
  return contact;
}
