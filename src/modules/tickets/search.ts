import { newestTexts, type SearchFacet } from "../../platform/database/search.ts";
import { htmlToText } from "../../platform/html.ts";
import { t } from "../../platform/language/index.ts";

const mostNotes = 200;

/** Tickets by number, title, description and all that was written on them; search is for staff, so internal notes count. */
export const ticketSearch: SearchFacet = {
  table: "tickets",
  label: "Tickets",
  icon: "ticket",
  document: (row) => ({
    title: `${String(row["ticket_number"])} ${String(row["title"])}`,
    body: htmlToText(String(row["description"])),
  }),
  more: (work, ids) => newestTexts(work, "ticket_notes", "ticket_id", ids, mostNotes),
  hit: (row) => ({
    title: `#${String(row["ticket_number"])} ${String(row["title"])}`,
    detail: row["closed_at"] === null ? t("Open") : t("Closed"),
    since: String(row["created_at"]),
    href: `/tickets/${String(row["id"])}`,
  }),
};
