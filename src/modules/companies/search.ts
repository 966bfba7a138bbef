import type { Work } from "../../platform/context.ts";
import type { Address } from "../../platform/database/columns.ts";
import type { SearchFacet } from "../../platform/database/search.ts";
import { htmlToText } from "../../platform/html.ts";
import { addressLine } from "../../platform/http/pages/cells.ts";
import { contactName } from "./rules.ts";

const mostNotes = 100;

/** What the team wrote down about a company or a contact. */
async function notesOf(work: Work, column: "company_id" | "contact_id", id: unknown): Promise<string> {
  const notes = await work.db
    .selectFrom("record_notes")
    .select("content")
    .where(column, "=", String(id))
    .orderBy("created_at", "desc")
    .limit(mostNotes)
    .execute();
  return notes.map((note) => htmlToText(note.content)).join(" ");
}

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
      addressLine((row["address"] ?? {}) as Address),
      row["notes"],
    ),
  }),
  more: (work, row) => notesOf(work, "company_id", row["id"]),
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
  more: (work, row) => notesOf(work, "contact_id", row["id"]),
  hit: (row) => ({
    title: contactName(row as { first_name: string; last_name: string }),
    detail: texts(row["email"]),
    href: `/contacts/${String(row["id"])}`,
  }),
};
