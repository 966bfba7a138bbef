import { col, link, table } from "../../database/columns.ts";
import type { TableType } from "../../database/tables.ts";

/** How a person likes one of the lists: which columns, in which order, and what stands there when it is opened. */
export const listSettings = table(
  "list_settings",
  {
    ...link,
    user_id: col.ref("users"),
    /** The list's address: "/tickets". */
    list_key: col.text({ maxLength: 100 }),
    /** Keys of the columns, in order; null: as the list comes. */
    shown_columns: col.maybe.json<string[]>(),
    /** The view that a bare address shows: a built-in view's key or a saved view's id; null: the list's own. */
    default_view: col.maybe.text({ maxLength: 100 }),
  },
  { isAudited: false },
);

declare module "../../database/tables.ts" {
  interface Tables {
    list_settings: TableType<typeof listSettings>;
  }
}
