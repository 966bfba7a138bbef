import type { FormModel } from "./forms.ts";
import type {
  AlertModel,
  AttachmentModel,
  BadgeModel,
  EmptyModel,
  LogModel,
  PageHeaderModel,
  TabModel,
  TimelineEntryModel,
  WhenModel,
} from "./partials.ts";

/** Pages of clients: custom fields, timelines, notes, duplicates. */

/** `custom_fields/index`: the fields of one kind of record. */
export interface CustomFieldsPageModel {
  header: PageHeaderModel;
  tabs: TabModel[];
  fields: {
    id: string;
    href: string;
    label: string;
    key: string;
    type: string;
    /** The choices in a few words, or empty. */
    detail: string;
    section: string;
    badges: BadgeModel[];
    move_url: string;
  }[];
  empty: EmptyModel;
}

/** `journal/timeline`: all that happened with a client. */
export interface TimelinePageModel {
  header: PageHeaderModel;
  alerts: AlertModel[];
  tabs: TabModel[];
  filters: TabModel[];
  log: LogModel | null;
  entries: TimelineEntryModel[];
  next_url: string;
  empty: EmptyModel;
}

/** `journal/notes`: what the team wrote down about a record, and the files on it. */
export interface NotesPageModel {
  header: PageHeaderModel;
  tabs: TabModel[];
  notes: {
    id: string;
    /** What it says, or how that begins. */
    html: string;
    /** Where all of it stands, or empty where all is shown. */
    whole_url: string;
    author: string;
    initials: string;
    at: string;
    at_text: string;
    at_hint: string;
    /** By whom and when it was changed, or empty. */
    edited: WhenModel | null;
    /** Where it is changed, or empty for who may only read. */
    edit_url: string;
    badges: BadgeModel[];
    /** Buttons; empty for who may only read. */
    buttons: { label: string; action: string; icon: string; name: string; value: string; confirm: string }[];
  }[];
  notes_pager: { next_url: string; first_url: string };
  empty: EmptyModel;
  /** Null for who may only read. */
  form: {
    action: string;
    mentions_url: string;
    content: string;
    error: string;
    is_pinned: boolean;
    is_alert: boolean;
  } | null;
  upload: { action: string; hint: string; error: string } | null;
  attachments: AttachmentModel[];
  files_pager: { next_url: string; first_url: string };
}

/** `companies/duplicates`: records that are probably the same. */
export interface DuplicatesPageModel {
  header: PageHeaderModel;
  tabs: TabModel[];
  pairs: {
    score: string;
    tone: string;
    reasons: string;
    first: { name: string; detail: string; href: string };
    second: { name: string; detail: string; href: string };
    compare_url: string;
    /** The button that says that they are not the same. */
    dismiss: { action: string; first_id: string; second_id: string };
  }[];
  /** Pairs that were said not to be the same, with the button that takes it back. */
  dismissed: {
    first: { name: string; href: string };
    second: { name: string; href: string };
    detail: WhenModel;
    action: string;
  }[];
  empty: EmptyModel;
}

/** `companies/merge`: two records side by side, and what making them one would do. */
export interface MergePageModel {
  header: PageHeaderModel;
  /** Asks for the other record; null once there is one. */
  choose: FormModel | null;
  /** Null while there is no other record. */
  preview: {
    action: string;
    other_id: string;
    version: string;
    kept: { name: string; detail: string; href: string };
    gone: { name: string; detail: string; href: string };
    swap_url: string;
    /** Sentences; with any of them there is no button. */
    conflicts: string[];
    fields: { name: string; label: string; kept: string; gone: string; is_taken: boolean }[];
    held: { label: string; count: string }[];
    error: string;
    question: string;
  } | null;
}
