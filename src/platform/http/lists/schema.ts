import { col, defaulted, link, readOnly, record, table, texts } from "../../database/columns.ts";
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
    shown_columns: col.maybe.json<string[]>({ shape: texts }),
    /** The view that a bare address shows: a built-in view's key or a saved view's id; null: the list's own. */
    default_view: col.maybe.text({ maxLength: 100 }),
  },
  { isAudited: false, isConfiguration: true, readPermission: "staff" },
);

/** A list as somebody wants to find it again: filters, search, order and columns under a name. */
export const savedViews = table(
  "saved_views",
  {
    ...record,
    /** The list's address: "/tickets". */
    list_key: col.text({ maxLength: 100, label: "List" }),
    name: col.text({ maxLength: 80 }),
    /** The list's parameters, as they would stand in its address. */
    view_query: defaulted(col.text({ maxLength: 4000, label: "Parameters" }), ""),
    user_id: readOnly(col.ref("users")),
    /** Everybody who may open the list has it; each sees in it what is within their own reach. */
    is_shared: defaulted(col.boolean({ label: "Shared" }), false),
    /** Stands as a tab above the list, with its count. */
    is_pinned: defaulted(col.boolean({ label: "Pinned" }), true),
  },
  { noun: "view", isConfiguration: true, readPermission: "staff" },
);

declare module "../../database/tables.ts" {
  interface Tables {
    list_settings: TableType<typeof listSettings>;
    saved_views: TableType<typeof savedViews>;
  }
}
