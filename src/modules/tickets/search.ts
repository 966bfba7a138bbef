import type { Work } from "../../platform/context.ts";
import type { SearchFacet } from "../../platform/database/search.ts";
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
  more: async (work: Work, row) => {
    const notes = await work.db
      .selectFrom("ticket_notes")
      .select("content")
      .where("ticket_id", "=", String(row["id"]))
      .orderBy("created_at", "desc")
      .limit(mostNotes)
      .execute();
    return notes.map((note) => htmlToText(note.content)).join(" ");
  },
  hit: (row) => ({
    title: `#${String(row["ticket_number"])} ${String(row["title"])}`,
    detail: row["closed_at"] === null ? t("Open") : t("Closed"),
    href: `/tickets/${String(row["id"])}`,
  }),
};
