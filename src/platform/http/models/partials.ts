import type { CellModel, TableModel } from "./lists.ts";

/**
 * The shapes that the shared partials in `views/partials` take. A page builds these from rows; a template only lays out.
 * Beside them stand those of the frame (`layout-models.ts`), of forms and of lists.
 */

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

/**
 * When something was, in words or a sentence (`partials/when`). `text` says how long ago, `hint` the same by day and hour: that is shown
 * on pointing at it, and printed in its place, for on paper "3 h ago" is soon wrong.
 */
export interface WhenModel {
  text: string;
  hint: string;
  at: string;
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
  /** What can be done about them, below; absent: nothing. */
  actions?: ActionLink[];
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
  breadcrumbs: { label: string; is_own_words?: boolean; href: string }[];
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
  /** Who said it, and when. */
  detail: WhenModel;
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
  pinned: { id: string; html: string; detail: WhenModel; href: string }[];
  entries: TimelineEntryModel[];
  more_url: string;
}
