import { addressLine } from "../../platform/address.ts";
import type { Address } from "../../platform/database/columns.ts";
import { newestTexts, type SearchFacet } from "../../platform/database/search.ts";
import { contactName } from "./rules.ts";

const mostNotes = 100;

const texts = (...values: unknown[]): string =>
  values.filter((value) => typeof value === "string" && value !== "").join(" ");

export const companySearch: SearchFacet = {
  table: "companies",
  label: "Companies",
  icon: "building",
  document: (row) => ({
    title: texts(row["name"]),
    body: texts(
      row["industry"],
      row["website"],
      row["phone"],
      row["tax_id"],
      ...Object.values((row["address"] ?? {}) as Address),
      row["notes"],
    ),
  }),
  more: (work, ids) => newestTexts(work, "record_notes", "company_id", ids, mostNotes),
  hit: (row) => ({
    title: String(row["name"]),
    detail: texts(row["industry"]),
    href: `/companies/${String(row["id"])}`,
  }),
};

export const contactSearch: SearchFacet = {
  table: "contacts",
  label: "Contacts",
  icon: "user",
  document: (row) => ({
    title: texts(row["first_name"], row["last_name"]),
    body: texts(row["email"], row["phone"], row["mobile"], row["title"], row["department"], row["notes"]),
  }),
  more: (work, ids) => newestTexts(work, "record_notes", "contact_id", ids, mostNotes),
  hit: (row) => ({
    title: contactName(row as { first_name: string; last_name: string }),
    detail: texts(row["email"]),
    href: `/contacts/${String(row["id"])}`,
  }),
};

export const siteSearch: SearchFacet = {
  table: "sites",
  label: "Sites",
  icon: "pin",
  document: (row) => ({
    title: texts(row["name"]),
    body: texts(...Object.values((row["address"] ?? {}) as Address), row["phone"], row["notes"]),
  }),
  more: (work, ids) => newestTexts(work, "record_notes", "site_id", ids, mostNotes),
  hit: (row) => ({
    title: String(row["name"]),
    detail: addressLine((row["address"] ?? {}) as Address),
    href: `/sites/${String(row["id"])}`,
  }),
};
