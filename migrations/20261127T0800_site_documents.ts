import { sql } from "kysely";
import type { Migration } from "../src/platform/database/migrator.ts";
import { storedDocument } from "../src/platform/database/search.ts";
import { htmlToText } from "../src/platform/html.ts";

interface Site {
  tenant_id: string;
  id: string;
  name: string;
  address: string | Record<string, string> | null;
  phone: string | null;
  notes: string | null;
}

/** Sites are found by words as companies and contacts are: those that are there already get their documents. */
export const migration: Migration = {
  up: async ({ db }) => {
    const sites = await sql<Site>`select tenant_id, id, name, address, phone, notes from sites
      where merged_into_id is null`.execute(db);
    const notes = await sql<{ site_id: string; content: string }>`select site_id, content from record_notes
      where site_id is not null order by created_at desc`.execute(db);
    const written = Map.groupBy(notes.rows, ({ site_id }) => site_id);
    for (const { tenant_id, id, name, address, phone, notes: more } of sites.rows) {
      const parts = typeof address === "string" ? (JSON.parse(address) as Record<string, string>) : (address ?? {});
      const texts = (written.get(id) ?? []).map(({ content }) => htmlToText(content));
      const document = storedDocument(name, [...Object.values(parts), phone, more, ...texts].join(" "));
      await sql`insert into search_documents (tenant_id, entity_type, entity_id, title, body)
        values (${tenant_id}, 'sites', ${id}, ${document.title}, ${document.body})`.execute(db);
    }
  },
};
