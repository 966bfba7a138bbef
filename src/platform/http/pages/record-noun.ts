import { tableNamed } from "../../database/columns.ts";
import { declared, t } from "../../language/index.ts";
import { words } from "./cells.ts";

/** Beside each other, kinds of records have names of their own although each is called the same where it stands alone. */
const apart: Readonly<Record<string, string>> = {
  ticket_notes: declared("Ticket note"),
  ticket_attachments: declared("Ticket attachment"),
};

/** What a kind of record is called, with a capital letter: "Time entry". */
export function recordNoun(entityType: string): string {
  const table = tableNamed(entityType);
  if (table === undefined) return words(entityType);
  const own = apart[entityType];
  if (own !== undefined) return t(own);
  const noun = t(table.noun);
  return noun.charAt(0).toUpperCase() + noun.slice(1);
}
