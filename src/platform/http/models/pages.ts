import type { FieldModel, FormModel } from "./forms.ts";
import type { TableModel } from "./lists.ts";
import type {
  ActionLink,
  AlertModel,
  AttachmentModel,
  BadgeModel,
  EmptyModel,
  FactsModel,
  JournalModel,
  PageHeaderModel,
  SectionModel,
  StatModel,
  TabModel,
  WhenModel,
} from "./partials.ts";

/** What came of trying something at another server: their words, line by line, stand in `answer`. */
export interface TrialResult {
  is_ok: boolean;
  title: string;
  answer: string;
}

/** `setup/wizard`. */
export interface SetupPageModel {
  steps: { label: string; href: string; state: "done" | "current" | "todo" }[];
  /** "Step 2 of 7" */
  position: string;
  title: string;
  text: string;
  /** Null on the last page, which says what has been made. */
  form: FormModel | null;
  /** The step before, or empty where one cannot go back. */
  back_url: string;
  /** A second button that tries the fields without saving them. */
  test: { url: string; label: string; result: TrialResult | null } | null;
  done: { facts: FactsModel; action: ActionLink } | null;
}

/** `setup/closed`: why one does not get on, and what opens the way, if anything does. */
export interface SetupClosedModel {
  title: string;
  text: string;
  actions: ActionLink[];
}

/** `errors/error`: what happened, and what to do. */
export interface ErrorPageModel {
  status: string;
  title: string;
  text: string;
  actions: ActionLink[];
  /** What to name when asking for help (request id), or empty. */
  reference: string;
}

/** `dashboard/index`. */
export interface DashboardModel {
  greeting: string;
  date_text: string;
  actions: ActionLink[];
  /** Null when everything is done or was dismissed. */
  checklist: {
    title: string;
    done_count: number;
    total_count: number;
    items: { title: string; text: string; href: string; is_done: boolean }[];
  } | null;
  stats: StatModel[];
  sections: SectionModel[];
}

/** `forms/index`. */
export interface FormPageModel {
  header: PageHeaderModel;
  form: FormModel;
}

/** `settings/tried`: a form with a second button that tries what is typed without saving it, and what has come of it. */
export interface TriedFormModel {
  header: PageHeaderModel;
  form: FormModel;
  test: NonNullable<SetupPageModel["test"]>;
  sections: SectionModel[];
}

export interface SearchHit {
  href: string;
  icon: string;
  title: string;
  detail: string;
  /** Since when it is there; behind the detail. */
  when?: WhenModel;
  badge: BadgeModel | null;
}

/** `search/results` (a page) and `search/_suggest` (what drops down from the search box). */
export interface SearchModel {
  query: string;
  /** "12 results", or empty before anything was asked. */
  total_text: string;
  groups: { label: string; hits: SearchHit[]; more_url: string }[];
  empty: EmptyModel;
  all_url: string;
}

/** `records/show`, and `companies/show` and `contacts/show` by it: a record with its facts at the side. */
export interface RecordPageModel {
  header: PageHeaderModel;
  /** What has to be known before anything is done. */
  alerts?: AlertModel[];
  stats: StatModel[];
  tabs: TabModel[];
  sections: SectionModel[];
  /** A long plain text that the page is about, such as a mail; line breaks are kept. */
  body?: { title: string; text: string };
  /** What happened with a client; absent for other records. */
  journal?: JournalModel | null;
  /** Sections below it. */
  sections_after?: SectionModel[];
  facts: FactsModel[];
  /** Plain text about the record; line breaks are kept. Empty when there is none. */
  notes: string;
  attachments: AttachmentModel[];
}

/** One entry of a conversation (`tickets/_note`). */
export interface NoteModel {
  id: string;
  author: string;
  initials: string;
  /** `event` is a line such as "Status changed to Waiting". */
  kind: "public" | "internal" | "resolution" | "event";
  /** Written by the client's side. */
  is_client: boolean;
  /** "Internal note", "by mail" …; empty for an ordinary reply. */
  label: string;
  at_text: string;
  at_hint: string;
  at: string;
  /** Sanitized HTML. */
  content_html: string;
  /** "25 min · Remote support", or empty. */
  time_text: string;
  attachments: AttachmentModel[];
}

/** Where a note is written (`tickets/_composer`, `portal/_reply`). */
export interface ComposerModel {
  action: string;
  csrf: string;
  version: string;
  kind: "public" | "internal";
  body: string;
  /** Problem with the text itself, or empty. */
  error: string;
  /** Where the colleagues are asked for whom an @ can tell; absent in the portal. */
  mentions_url?: string;
  /** Who gets a reply, named before it is sent. */
  recipients: string;
  /** Time and status fields, in the same submit; empty in the portal. */
  fields: FieldModel[];
  /** "up to 25 MB each", or empty when files cannot be added. */
  file_hint: string;
  submit_label: string;
}

/** `tickets/new`: a form whose contacts follow the company. */
export interface NewTicketPageModel {
  header: PageHeaderModel;
  form: FormModel;
  /** "up to 50 MB each". */
  file_hint: string;
  /** What is wrong with the files, or empty. */
  file_error: string;
}

/** `tickets/show`: details, conversation, insights. */
export interface TicketPageModel {
  number: string;
  title: string;
  /** What has to be known of the client before anything is done. */
  alerts?: AlertModel[];
  badges: BadgeModel[];
  back: { label: string; href: string };
  previous_url: string;
  next_url: string;
  actions: ActionLink[];
  /** Fields of the ticket; each saves when changed. Null for those who may only read: they get `read_details`. */
  details: FormModel | null;
  read_details?: FactsModel;
  facts: FactsModel[];
  sla: {
    label: string;
    text: string;
    tone: "success" | "warning" | "error" | "neutral";
    icon: string;
    percent: number;
  }[];
  notes: NoteModel[];
  /** What tells that there is something new, and where the conversation is fetched again. */
  live?: { topic: string; url: string };
  composer: ComposerModel | null;
  /** What the contract says about work on this ticket. */
  coverage: {
    title: string;
    href: string;
    badge: BadgeModel;
    text: string;
    /** Used and granted hours for the bar, or null when there is nothing to count. */
    hours: { used: number; total: number } | null;
  } | null;
  related: { title: string; hits: SearchHit[]; empty: string }[];
  attachments: AttachmentModel[];
}

/** `invoices/show`. */
export interface InvoicePageModel {
  header: PageHeaderModel;
  /** What stands in the way, and what to do about it. */
  notices?: { kind: "error" | "warning"; text: string; actions: ActionLink[] }[];
  facts: FactsModel[];
  lines: TableModel;
  /** In the place of lines and totals while there are none. */
  lines_empty?: EmptyModel;
  totals: { label: string; amount: string; is_strong: boolean }[];
  timeline: { label: string; text: string; state: "done" | "current" | "todo" | "failed" }[];
  /** Payments, and what the lines were made from (time entries, counts). */
  sections: SectionModel[];
  notes: string;
}

/** `billing/run`: what a month would bill, or what a run has made. */
export interface BillingRunModel {
  header: PageHeaderModel;
  stats: StatModel[];
  sections: SectionModel[];
  /** Null when there is nothing to make. */
  form: FormModel | null;
}

/** `billing/review`: invoices that wait to be approved or sent. */
export interface InvoiceReviewModel {
  header: PageHeaderModel;
  /** Those that need somebody first, and those to tick. */
  sections: SectionModel[];
  /** What is done with those that are ticked; null when nothing is ready. */
  form: { count: number; can_send: boolean } | null;
}

/** `imports/preview`: what would happen, before it does. */
export interface ImportPreviewModel {
  header: PageHeaderModel;
  action: string;
  csrf: string;
  /** What happens to records that are there already. */
  mode: FieldModel;
  stats: StatModel[];
  columns: {
    source: string;
    sample: string;
    /** The select that says which field it goes to. */
    field: FieldModel;
    is_matched: boolean;
  }[];
  /** Texts of the file that mean nothing yet, each with a choice of ours. */
  values: { source: string; sample: string; field: FieldModel; is_matched: boolean }[];
  problems: SectionModel;
  sample: SectionModel;
  /** Null while something stands in the way. */
  submit_label: string | null;
  blocked_text: string;
  /** When a file that is not applied goes by itself. */
  goes_text: string;
  cancel_url: string;
}

/** `imports/result`: what has become of a file; while it is being worked on, the page follows. */
export interface ImportResultModel extends RecordPageModel {
  live: { topic: string; url: string } | null;
  progress: { done: number; total: number; text: string } | null;
  /** What has ended the work before its time, as sentences; empty when nothing has. */
  failure: string;
}

/** `tenants/link`: something secret, shown once and copied. */
export interface OneTimePageModel {
  header: PageHeaderModel;
  text: string;
  label: string;
  /** Empty when there is none. */
  url: string;
  next: { label: string; href: string };
}

/** `portal/home`: what is happening with mine, how many hours are left, what do I owe. */
export interface PortalHomeModel {
  greeting: string;
  text: string;
  actions: ActionLink[];
  hours: { title: string; value: string; hint: string; tone: string; used: number; total: number; href: string }[];
  balance: {
    value: string;
    hint: string;
    tone: "" | "success" | "warning" | "error";
    pay: ActionLink | null;
    href: string;
  } | null;
  tickets: { href: string; number: string; title: string; status: BadgeModel; last: WhenModel }[];
  tickets_url: string;
  tickets_empty: EmptyModel;
  invoices: {
    href: string;
    number: string;
    amount: string;
    status: BadgeModel;
    detail: string;
    pay: ActionLink | null;
  }[];
  invoices_url: string;
}

/** `portal/ticket`. */
export interface PortalTicketModel {
  number: string;
  title: string;
  status: BadgeModel;
  back: { label: string; href: string };
  facts: FactsModel[];
  notes: NoteModel[];
  /** What the page follows while somebody looks at it, and where it is fetched again. */
  live: { topic: string; url: string };
  composer: ComposerModel | null;
  actions: ActionLink[];
}
