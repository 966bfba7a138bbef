import type { ActionLink, BadgeModel, EmptyModel, PageHeaderModel, TabModel } from "./partials.ts";

/** What lists and tables take. */

/** One cell of a table. `kind` picks the look; unused members stay empty. */
export interface CellModel {
  kind:
    | "text"
    | "link"
    | "strong_link"
    | "badge"
    | "money"
    | "number"
    | "date"
    | "datetime"
    | "muted"
    | "mail"
    | "tel"
    | "check"
    | "person"
    | "tags";
  text: string;
  href: string;
  /** Colour name of a badge: neutral, info, success, warning, error, accent, or a #rrggbb of reference data. */
  tone: string;
  /** Full text for a title attribute (exact instant behind "2 h ago"), or empty. */
  hint: string;
  /** ISO value for <time datetime>, or empty. */
  datetime: string;
  /** What a file says in place of the text: an amount as a plain number. */
  value?: string;
  /** The chips of a cell of kind `tags`, whose text is their names with commas between. */
  tags?: BadgeModel[];
}

export interface TableModel {
  id: string;
  caption: string;
  columns: {
    label: string;
    /** Link that sorts by this column, or empty when it cannot be sorted by. */
    sort_url: string;
    direction: "ascending" | "descending" | "none";
    is_numeric: boolean;
    /** Columns that give way on a narrow screen. */
    is_secondary: boolean;
    /** The column with the most room, where that is not the bold one. */
    is_main?: boolean;
  }[];
  /** A box before each row: the form that it belongs to, and whether it is ticked from the start. */
  choosing?: { form: string; are_chosen: boolean };
  /** `name` is what the record is called, for the label of its box; `ticked` what the box says: see `tickOf`. */
  rows: {
    id: string;
    version?: number;
    href: string;
    is_bold: boolean;
    name?: string;
    ticked?: string;
    cells: CellModel[];
  }[];
  /** What the columns come to, a row for each currency; cells without a text stay empty. */
  sums?: { cells: CellModel[] }[];
  /** The rows as HTML, where there are so many that they were drawn ahead of the page (`pages/long-tables.ts`). */
  drawn_rows?: string;
}

/** A list page (`partials/list`): title, filters in the URL, table, keyset pager, empty state. */
export interface ListModel {
  title: string;
  subtitle: string;
  /** The way back; none for the lists of the navigation. */
  breadcrumbs?: PageHeaderModel["breadcrumbs"];
  actions: ActionLink[];
  /** The topic that tells of changes: a quiet line then says how many there were. */
  live?: string;
  /** URL of this list without its parameters. */
  url: string;
  search: { name: string; value: string; placeholder: string } | null;
  tabs: TabModel[];
  /** Of a list with views: the key of the tab that says what is shown, or empty where none does; for the rows that come without tabs. */
  tab?: { key: string };
  /** `is_date` asks for a day, which `value` holds, instead of a choice. */
  filters: {
    name: string;
    label: string;
    is_date?: boolean;
    /** Check boxes behind a button, which `text` says the state of. */
    is_multiple?: boolean;
    is_set?: boolean;
    /** Only what is chosen is written, the other choices come on demand. */
    is_long?: boolean;
    text?: string;
    value?: string;
    options: { value: string; label: string; is_selected: boolean }[];
  }[];
  /** Some choices come on demand; without JavaScript a button shows all of them. */
  has_long_choices?: boolean;
  /** The filters that are set, each with the address of the list without it. */
  chips?: { label: string; text: string; remove_url: string }[];
  /** Where the tabs with their counts come from once the page is there; absent or empty when there are none. */
  counts_url?: string;
  /** The menu of views, where one can keep views. */
  views?: {
    items: { label: string; href: string; is_current: boolean; hint: string }[];
    /** Something differs from the view that is shown. */
    is_changed: boolean;
    name: string;
    save_url: string;
    edit_url: string;
    update_url: string;
    default_url: string;
    list: string;
    key: string;
    back: string;
  } | null;
  has_filters: boolean;
  clear_url: string;
  /** Hidden inputs that keep the sort order when filters change. */
  keep: { name: string; value: string }[];
  /** Names of the parameters that the view sets: these stay in the address even when they are blank. */
  view_names?: string;
  /** Where the columns are chosen; absent or empty where they cannot be. */
  columns_url?: string;
  /** The list as a file: what is shown, or all that can be imported again; absent or empty where there is none. */
  files?: { label: string; hint: string; href: string }[];
  table: TableModel;
  /** What one can do with the rows that are ticked; absent or null where that is nothing. */
  bulk?: { list: string; back: string; choices: { key: string; label: string; icon: string }[] } | null;
  next_url: string;
  first_url: string;
  empty: EmptyModel;
}
