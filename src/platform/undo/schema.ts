import { col, defaulted, link, readOnly, table } from "../database/columns.ts";
import type { TableType } from "../database/tables.ts";

/** What a person may take back: written with the change itself, good once and for a while. */
export const undoOffers = table(
  "undo_offers",
  {
    ...link,
    id: defaulted(readOnly(col.id()), ""),
    user_id: col.ref("users"),
    /** The action that takes it back, and its input: with the version that the change has left. */
    action_name: col.text(),
    action_input: col.json<Record<string, unknown>>(),
    /** Tags as the change has left them, where it changed tags: a tag that is renamed or merged changes no version of the records. */
    expected_tags: col.maybe.json<ExpectedTags>(),
    created_at: col.instant(),
    expires_at: col.instant(),
    used_at: col.maybe.instant(),
  },
  { isAudited: false, readPermission: "nobody" },
);

export interface ExpectedTags {
  entity_type: string;
  id: string;
  tags: string[];
}

declare module "../database/tables.ts" {
  interface Tables {
    undo_offers: TableType<typeof undoOffers>;
  }
}
