import { t } from "../../../platform/language/index.ts";
import { noId } from "../../../platform/ids.ts";
import { nameKey } from "../../companies/index.ts";
import { joinExtension } from "./companies.ts";
import {
  field,
  type Field,
  type FieldProblem,
  type Identity,
  type Lookups,
  type Target,
  textOf,
  type Values,
} from "./field.ts";
import { createKey } from "./create.ts";
import { splitPersonName } from "./person-name.ts";
import { email, multiLine, oneOf, phone, quoted, singleLine, tags } from "./values.ts";

const fields: readonly Field[] = [
  field("external_id", "External ID", singleLine(100), "id contactid userid"),
  field("full_name", "Full name", singleLine(200), "name contactname displayname contact"),
  field("first_name", "First name", singleLine(100), "first givenname vorname"),
  field("last_name", "Last name", singleLine(100), "last surname familyname nachname"),
  field("email", "E-mail", email, "emailaddress mail primaryemail"),
  field("phone", "Phone", phone, "phonenumber telephone tel officephone workphone businessphone telefon telefonnummer"),
  field("extension", "Extension", singleLine(10), "ext officeextension"),
  field("mobile", "Mobile", phone, "mobilephone cell cellphone mobil handy mobiltelefon"),
  field("title", "Job title", singleLine(120), "position stelle funktion"),
  field("department", "Department", singleLine(120), "departmentname dept abteilung"),
  field(
    "contact_type",
    "Type",
    oneOf({ primary: ["main"], technical: ["tech", "it"], billing: ["accounting", "finance"], other: [] }),
    "contacttype",
  ),
  field(
    "company_name",
    "Company",
    singleLine(200),
    "client clientname customer customername businessname organization organizationname organizationidorname organisation account accountname firma firmenname kunde kundenname unternehmen",
  ),
  field(
    "company_external_id",
    "Company's external ID",
    singleLine(100),
    "customerid companyid clientid organizationid accountid",
  ),
  field("site_name", "Site", singleLine(200), "location locationname officelocation standort"),
  field("notes", "Notes", multiLine(20_000), "note comments comment description notiz notizen bemerkung bemerkungen"),
  field("tags", "Tags", tags, "labels"),
];

/** Rows that become contacts of companies that are already there. */
export const contactTarget: Target = {
  name: "contacts",
  label: "Contacts",
  fields,
  sections: ["contact", "user"],
  required: [
    ["full_name", "first_name", "last_name"],
    ["company_name", "company_external_id"],
  ],
  complete: (values, lookups) => [
    ...completeName(values),
    ...completeCompany(values, lookups),
    ...joinExtension(values, "phone", "extension"),
  ],
  identities,
};

function completeName(values: Values): FieldProblem[] {
  const full = textOf(values, "full_name");
  delete values.full_name;
  if (values.first_name === undefined && values.last_name === undefined && full !== null) {
    const { first_name, last_name } = splitPersonName(full);
    values.first_name = first_name;
    if (last_name !== "") values.last_name = last_name;
  }
  if (values.first_name === undefined && values.last_name !== undefined) {
    values.first_name = values.last_name;
    delete values.last_name;
  }
  if (values.first_name !== undefined) return [];
  return [{ severity: "error", field: "full_name", code: "missing_name", message: t("The contact has no name.") }];
}

/** Sets `company_id` and `site_id` where the lookups know them. */
function completeCompany(values: Values, lookups: Lookups): FieldProblem[] {
  const name = textOf(values, "company_name");
  const external = textOf(values, "company_external_id");
  if (name === null && external === null) {
    if (lookups.default_company_id !== undefined) {
      values.company_id = lookups.default_company_id;
      return completeSite(values, lookups);
    }
    const message = t("The row does not say which company the contact belongs to.");
    return [{ severity: "error", field: "company_name", code: "missing_company", message }];
  }
  if (!lookups.companyId) return [];
  const id = lookups.companyId({ name, external_id: external });
  if (id === null && name !== null && lookups.isCreated?.("company_name", name) === true) {
    values.company_id = noId;
    values[createKey("company_name")] = name;
    return [];
  }
  if (id === null) {
    const message =
      name === null
        ? t("There is no company with the external ID {text}. Import the companies first, or correct it.", {
            text: quoted(external ?? ""),
          })
        : t("There is no company named {text}. Import the companies first, or correct it.", { text: quoted(name) });
    return [
      {
        severity: "error",
        field: name === null ? "company_external_id" : "company_name",
        code: "unknown_company",
        message,
      },
    ];
  }
  values.company_id = id;
  const isShared = external === null && name !== null && lookups.isCompanyShared?.(name) === true;
  return [...(isShared ? [sharedCompany(name)] : []), ...completeSite(values, lookups)];
}

const sharedCompany = (name: string): FieldProblem => ({
  severity: "warning",
  field: "company_name",
  code: "ambiguous",
  message: t(
    "There are several companies named {text}. The one that was there first is taken; its external ID would say which.",
    { text: quoted(name) },
  ),
});

function completeSite(values: Values, lookups: Lookups): FieldProblem[] {
  const name = textOf(values, "site_name");
  const company = textOf(values, "company_id");
  if (name === null || company === null || !lookups.siteId) return [];
  const id = lookups.siteId(company, name);
  if (id !== null) {
    values.site_id = id;
    return [];
  }
  const message = t("The company has no site named {text}. The contact comes in without one.", {
    text: quoted(name),
  });
  return [{ severity: "warning", field: "site_name", code: "unknown_site", message }];
}

/** By e-mail; two people of one name are two people, unless neither has an address to tell them apart by. */
function identities(values: Values): Identity[] {
  const external = textOf(values, "external_id");
  const address = textOf(values, "email");
  const found: Identity[] = [];
  if (external !== null) found.push({ key: `id:${external}`, field: "external_id", noun: t("external ID") });
  if (address !== null) found.push({ key: `email:${address}`, field: "email", noun: t("e-mail address") });
  if (found.length > 0) return found;
  const company =
    textOf(values, "company_id") ??
    nameKey(textOf(values, "company_name") ?? textOf(values, "company_external_id") ?? "");
  const person = nameKey(`${textOf(values, "first_name") ?? ""} ${textOf(values, "last_name") ?? ""}`);
  return person === "" ? [] : [{ key: `name:${company}:${person}`, field: "full_name", noun: "name" }];
}

/** One row of a contact file as records. */
export interface ContactParts {
  /** Columns of `contacts`, with `company_id` and `site_id` where they were looked up. */
  contact: Record<string, unknown>;
  tags: string[] | null;
  external_id: string | null;
}

const contactColumns =
  "company_id site_id first_name last_name email phone mobile title department contact_type notes".split(" ");

/** Takes the values of one row apart; blank columns are absent. */
export function contactParts(values: Values): ContactParts {
  const contact: Record<string, unknown> = {};
  for (const key of contactColumns) if (values[key] !== undefined) contact[key] = values[key];
  const tagList = values.tags;
  return { contact, tags: Array.isArray(tagList) ? tagList : null, external_id: textOf(values, "external_id") };
}
