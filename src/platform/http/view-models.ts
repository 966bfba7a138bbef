/**
 * The shapes that the shared partials in `views/partials` take. A page builds these from rows; a template only lays out.
 */

/** How the reader likes every page; absent: as the device says, comfortable. */
export interface LookModel {
  /** A theme of the styles, where the reader has chosen one. */
  theme?: "purser-light" | "purser-dark";
  density?: "compact";
  /** Single-key shortcuts are switched off. */
  no_shortcuts?: boolean;
}

/** The frame around every staff page (`layouts/app`) and portal page (`layouts/portal`). */
export interface LayoutModel extends BrandModel, LookModel {
  title: string;
  organization: string;
  /** The page's inner HTML, already rendered. */
  content: string;
  csrf: string;
  asset_version: string;
  user: { name: string; initials: string; email: string } | null;
  nav: NavGroup[];
  flash: Flash | null;
  /** What stands in the global search box. */
  search_query: string;
  /** The running timer beside the search box, or null. */
  timer: TimerModel | null;
  show_search: boolean;
  sign_out_url: string;
  /** Pages of the signed-in person (account, security …), above "Sign out". */
  user_menu?: NavLink[];
  /** The bell with what is unread, in the staff frame. */
  bell?: BellModel;
  /** Keys that lead somewhere, for the staff's frame. */
  keymap?: { keys: string; href: string; label: string }[];
  /** What the "New" button of the staff frame offers. */
  create?: NavLink[];
}

/** The frame of pages without navigation: sign-in, setup, errors (`layouts/plain`). */
export interface PlainLayoutModel extends BrandModel, LookModel {
  title: string;
  organization: string;
  content: string;
  /** Empty when nobody has a session yet and no form of the page posts. */
  csrf: string;
  asset_version: string;
  flash: Flash | null;
}

/** The organization's own look. */
export interface BrandModel {
  /** Address of the style sheet with its colour, or empty. */
  brand_css: string;
  /** Address of its logo, or empty: then Purser's mark stands in its place. */
  logo_url: string;
}

/** The bell (`notifications/_bell`): how many are unread, empty for none, and what it is called. */
export interface BellModel {
  count: string;
  label: string;
}

export interface NavLink {
  label: string;
  href: string;
  /** A name of `icons.ts`. */
  icon: string;
}

export interface NavGroup {
  label: string;
  /** `count` is a small number behind the label, e.g. of unassigned tickets. */
  items: { label: string; href: string; icon: string; is_current: boolean; count?: string }[];
}

export const flashKinds = ["success", "info", "warning", "error"] as const;

/**
 * What is said once on the next page. Its kind is what became of what was asked: `success` it was done, `info` nothing was
 * to be done (or it goes on by itself), `warning` only a part was done or somebody has to look, `error` it was refused.
 */
export interface Flash {
  kind: (typeof flashKinds)[number];
  text: string;
  /** The offer to take back what was done; absent where it cannot be. */
  undo?: string;
}

export interface TimerModel {
  /** ISO instant the timer was started at; the browser counts from it. */
  started_at: string;
  label: string;
  href: string;
  stop_url: string;
}

/** One input of a form (`partials/field`). */
export interface FieldModel {
  name: string;
  /** Id of the input element; labels and errors refer to it. */
  id: string;
  label: string;
  kind:
    | "text"
    | "email"
    | "password"
    | "tel"
    | "url"
    | "number"
    | "decimal"
    | "date"
    | "datetime"
    | "color"
    | "textarea"
    | "checkbox"
    | "select"
    | "radio"
    | "file"
    | "hidden"
    | "checkboxes";
  value: string;
  is_checked: boolean;
  options: OptionModel[];
  /** The options under headings, where they have them: then these are shown. */
  groups?: { title: string; options: (OptionModel & { index: number })[] }[];
  /** Many check boxes: a field to narrow them down, with a script. */
  is_narrowable?: boolean;
  is_required: boolean;
  is_disabled: boolean;
  hint: string;
  /** The problem in words, or empty. */
  error: string;
  placeholder: string;
  autocomplete: string;
  max_length: number | null;
  /** Text before the input, e.g. a currency. */
  prefix: string;
  /** How wide in a grid of six: 2, 3 or 6. */
  span: 2 | 3 | 6;
  rows: number;
  /** Check boxes that also say when none of them is ticked: an empty value goes along. */
  has_blank?: boolean;
}

export interface OptionModel {
  value: string;
  label: string;
  is_selected: boolean;
  hint: string;
  /** The heading that it stands under; options of one stand together. */
  group?: string;
}

export interface FormModel {
  action: string;
  csrf: string;
  /** The record's version shown in this form, or empty for a new one. */
  version: string;
  sections: { title: string; hint: string; fields: FieldModel[] }[];
  /** A problem that belongs to no field, or empty. */
  error: string;
  /** How many fields have a problem; above 1 a summary is shown that links to them. */
  problems: { id: string; label: string; message: string }[];
  submit_label: string;
  cancel_url: string;
  /** What the way out is called; "Cancel" unless told. */
  cancel_label?: string;
  is_multipart: boolean;
  is_destructive: boolean;
}

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
  /** A box before each row, which belongs to the form `bulk-form`. */
  is_choosable?: boolean;
  /** `name` is what the record is called, for the label of its box. */
  rows: { id: string; href: string; is_bold: boolean; name?: string; cells: CellModel[] }[];
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
  tabs: { label: string; href: string; is_current: boolean; count: string }[];
  /** `is_date` asks for a day, which `value` holds, instead of a choice. */
  filters: {
    name: string;
    label: string;
    is_date?: boolean;
    /** Check boxes behind a button, which `text` says the state of. */
    is_multiple?: boolean;
    is_set?: boolean;
    text?: string;
    value?: string;
    options: { value: string; label: string; is_selected: boolean }[];
  }[];
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
  /** The whole list as a file; empty where there is none. */
  export_url?: string;
  table: TableModel;
  /** What one can do with the rows that are ticked; absent or null where that is nothing. */
  bulk?: { list: string; back: string; choices: { key: string; label: string; icon: string }[] } | null;
  next_url: string;
  first_url: string;
  empty: EmptyModel;
}

export interface ActionLink {
  label: string;
  href: string;
  icon: string;
  /** primary, ghost, danger */
  look: "primary" | "ghost" | "danger";
  /** True for a POST button (with CSRF) instead of a link. */
  is_post: boolean;
  /** Question asked before a POST, or empty. */
  confirm: string;
}

/** What a list says when there is nothing in it: why, and what to do. */
export interface EmptyModel {
  icon: string;
  title: string;
  text: string;
  action: ActionLink | null;
}

/** A titled list of facts (`partials/facts`). */
export interface FactsModel {
  title: string;
  facts: { label: string; cell: CellModel }[];
}

/** A state in a word (`partials/badge`); tones as in `CellModel.tone`. */
export interface BadgeModel {
  text: string;
  tone: string;
  /** Of a tag: the list of what else has it. */
  href?: string;
}

/** The top of a page (`partials/page-header`): the one h1, where one is, what can be done. */
export interface PageHeaderModel {
  title: string;
  subtitle: string;
  breadcrumbs: { label: string; href: string }[];
  badges: BadgeModel[];
  actions: ActionLink[];
}

/** One number that matters (`partials/stat`). */
export interface StatModel {
  label: string;
  value: string;
  hint: string;
  /** Empty for plain, else success, warning or error; never the only sign: the hint says it in words. */
  tone: "" | "success" | "warning" | "error";
  href: string;
  icon: string;
}

export interface TabModel {
  label: string;
  href: string;
  is_current: boolean;
  count: string;
}

/** A table with a title of its own inside a page (`partials/section`). */
export interface SectionModel {
  id: string;
  title: string;
  actions: ActionLink[];
  table: TableModel;
  empty: EmptyModel;
  /** Link to the whole list, or empty. */
  more_url: string;
  more_label: string;
}

/** Files that hang on a record (`partials/attachments`). */
export interface AttachmentModel {
  name: string;
  href: string;
  /** In words, e.g. "240 kB". */
  size: string;
  /** Address that a POST removes it by, or empty. */
  remove_url: string;
}

/** A warning at the top of a page (`partials/alerts`). */
export interface AlertModel {
  /** Safe HTML. */
  html: string;
  /** Who said it, and when, in words. */
  detail: string;
  href: string;
}

/** One thing that happened (`partials/timeline`). */
export interface TimelineEntryModel {
  id: string;
  kind: string;
  icon: string;
  actor: string;
  text: string;
  /** Safe HTML, or empty. */
  html: string;
  href: string;
  badge: BadgeModel | null;
  at: string;
  at_text: string;
  at_hint: string;
}

/** Where a call, a meeting or a note is written down in a line (`partials/log`). */
export interface LogModel {
  action: string;
  kinds: { value: string; label: string; icon: string; is_selected: boolean }[];
  subject: string;
  minutes: string;
  contacts: { value: string; label: string; is_selected: boolean }[];
  error: string;
}

/** What happened with a client, newest first, with what was pinned. */
export interface JournalModel {
  log: LogModel | null;
  pinned: { id: string; html: string; detail: string; href: string }[];
  entries: TimelineEntryModel[];
  more_url: string;
}
