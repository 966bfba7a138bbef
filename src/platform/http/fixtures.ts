import { conversation, invoice, newTicket, ticket } from "./fixtures/desk.ts";
import { customFields, duplicates, journalNotes, journalTimeline, merge } from "./fixtures/clients.ts";
import { dashboard, emptyList, ticketList } from "./fixtures/lists.ts";
import { apiChangelog, apiGuide, apiIndex, apiOperation } from "./fixtures/reference.ts";
import * as outside from "./fixtures/outside.ts";
import * as signIn from "./fixtures/sign-in.ts";
import { header } from "./fixtures/parts.ts";
import { portalHome, portalTicket } from "./fixtures/portal.ts";
import { record, search } from "./fixtures/record.ts";
import type { LayoutModel } from "./layout-models.ts";

/** A realistic model for every page template, typed by what the template takes; the test renders each. */
export const fixtures: Record<string, { layout: "app" | "portal" | "plain"; title: string; model: object }> = {
  "account/key": {
    layout: "app",
    title: "New key",
    model: {
      header: header("Your new API key"),
      key: "pk_live_6f1c0a4e",
      hint: "Send it in this header: Authorization: Bearer …",
      next: "/account/api-keys",
    },
  },
  "account/apps": { layout: "app", title: "Apps", model: signIn.allowedApps },
  "account/access": {
    layout: "app",
    title: "Access",
    model: {
      header: header("What Ana may do"),
      notice: "",
      ask: {
        url: "/account/access",
        key_id: "",
        record: "1042",
        error: "",
        answer: {
          is_seen: true,
          title: "Yes, this person sees it",
          text: "The ticket is assigned to this person.",
          href: "",
          actions: [{ label: "Read tickets", detail: "tickets.update", is_allowed: true }],
        },
      },
      tabs: [{ label: "Person", href: "/account/access", is_current: true, count: "" }],
      sections: [
        {
          title: "Tickets",
          count: "1 of 1",
          permissions: [
            { label: "Read tickets", name: "tickets.read", is_allowed: true, detail: "Through Technician" },
          ],
        },
      ],
    },
  },
  "account/person": {
    layout: "app",
    title: "Sign-in",
    model: {
      header: header("How Ana signs in"),
      two_step: signIn.security.two_step,
      sessions: signIn.security.sessions.flatMap((session) =>
        session.revoke === null ? [] : [{ ...session, revoke: session.revoke }],
      ),
    },
  },
  "account/security": { layout: "app", title: "Security", model: signIn.security },
  "tenants/link": {
    layout: "app",
    title: "Setup link",
    model: {
      header: header("Harbor IT"),
      text: "Whoever opens this link becomes the first administrator.",
      label: "Setup link",
      url: "https://desk.example.com/setup/start/pu_1",
      next: { label: "To the organization", href: "/tenants" },
    },
  },
  "auth/forgot": { layout: "plain", title: "Forgot", model: outside.forgot },
  "auth/invite": {
    layout: "plain",
    title: "Welcome",
    model: {
      ...outside.signIn,
      title: "Welcome to Harbor IT",
      text: "Choose a password, and you are in.",
      providers: [],
      links: [],
    },
  },
  "auth/reset": {
    layout: "plain",
    title: "New password",
    model: { ...outside.signIn, title: "Choose a new password", providers: [], links: [] },
  },
  "auth/recovery-codes": { layout: "app", title: "Recovery codes", model: signIn.codes },
  "auth/sign-in": { layout: "plain", title: "Sign in", model: outside.signIn },
  "auth/two-step": { layout: "plain", title: "Two steps", model: signIn.twoStep },
  "billing/run": {
    layout: "app",
    title: "Billing run",
    model: {
      header: header("Billing run"),
      stats: record.stats,
      sections: invoice.sections,
      form: outside.formPage.form,
    },
  },
  "companies/duplicates": { layout: "app", title: "Duplicates", model: duplicates },
  "companies/merge": { layout: "app", title: "Merge", model: merge },
  "companies/show": { layout: "app", title: "Nordwind Logistics", model: record },
  "contacts/show": {
    layout: "app",
    title: "Annika Petersen",
    model: { ...record, stats: [], notes: "", attachments: [] },
  },
  "custom_fields/index": { layout: "app", title: "Custom fields", model: customFields },
  "dashboard/index": { layout: "app", title: "Dashboard", model: dashboard },
  "errors/error": { layout: "plain", title: "Not found", model: outside.failure },
  "forms/index": { layout: "app", title: "New company", model: outside.formPage },
  "imports/preview": { layout: "app", title: "Import", model: outside.importPreview },
  "invoices/show": { layout: "app", title: "INV-2026-0124", model: invoice },
  "lists/columns": {
    layout: "app",
    title: "Columns",
    model: {
      title: "Columns",
      list: "/tickets",
      back: "/tickets?sort=title",
      columns: [
        { key: "number", label: "Number", is_shown: true },
        { key: "contact", label: "Contact", is_shown: false },
      ],
    },
  },
  "journal/notes": { layout: "app", title: "Notes", model: journalNotes },
  "journal/timeline": { layout: "app", title: "Activity", model: journalTimeline },
  "lists/run": {
    layout: "app",
    title: "Assign",
    model: {
      header: header("Tickets: Assign"),
      poll_url: "",
      progress: { done: 3, total: 3, text: "2 done, 1 skipped, 0 failed" },
      sections: invoice.sections,
    },
  },
  "lists/index": { layout: "app", title: "Tickets", model: ticketList },
  "portal/home": { layout: "portal", title: "Home", model: portalHome },
  "portal/ticket": { layout: "portal", title: "T-1042", model: portalTicket },
  "oauth/consent": { layout: "plain", title: "Allow", model: signIn.consent },
  "imports/result": {
    layout: "app",
    title: "clients.csv",
    model: {
      ...record,
      live: { topic: "import_batches/1", url: "/imports/1" },
      progress: { done: 500, total: 30_000, text: "500 of 30,000 rows" },
    },
  },
  "records/show": { layout: "app", title: "Nordwind Logistics", model: record },
  "reference/changelog": { layout: "app", title: "Changes of the API", model: apiChangelog },
  "reference/guide": { layout: "app", title: "Guide", model: apiGuide },
  "reference/index": { layout: "app", title: "API", model: apiIndex },
  "reference/show": { layout: "app", title: "GET /api/v1/companies", model: apiOperation },
  "search/results": { layout: "app", title: "Search", model: search },
  "settings/index": { layout: "app", title: "Settings", model: outside.settings },
  "settings/standard-list": { layout: "app", title: "Categories", model: outside.standardList },
  "settings/tried": { layout: "app", title: "Outgoing mail", model: outside.tried },
  "setup/closed": { layout: "plain", title: "Setup", model: outside.setupClosed },
  "setup/wizard": { layout: "plain", title: "Setup", model: outside.setup },
  "tickets/new": { layout: "app", title: "New ticket", model: newTicket },
  "tickets/show": { layout: "app", title: "T-1042", model: ticket },
};

/** Other states of the same pages: nothing there, all done, nothing found. */
export const variants: { name: string; model: object }[] = [
  { name: "lists/index", model: emptyList },
  { name: "setup/wizard", model: outside.setupDone },
  { name: "auth/forgot", model: { ...outside.forgot, done_text: "" } },
  { name: "search/results", model: { ...search, query: "", total_text: "", groups: [] } },
  { name: "dashboard/index", model: { ...dashboard, checklist: null, sections: [] } },
  {
    name: "tickets/show",
    model: {
      ...ticket,
      sla: [],
      composer: null,
      coverage: null,
      related: [],
      attachments: [],
      previous_url: "",
      next_url: "",
    },
  },
  { name: "tickets/new", model: { ...newTicket, file_error: "" } },
  { name: "portal/home", model: { ...portalHome, hours: [], tickets: [], invoices: [] } },
  { name: "errors/_error", model: outside.failure },
  { name: "lists/_region", model: ticketList },
  { name: "notifications/_bell", model: { count: "3", label: "3 new notifications" } },
  {
    name: "notifications/_latest",
    model: {
      items: [
        {
          href: "/notifications/1/open",
          subject: "Ticket #7 is yours",
          body: "Printer",
          at_text: "1 h ago",
          is_new: true,
        },
      ],
      has_new: true,
    },
  },
  { name: "search/_suggest", model: search },
  { name: "tickets/_note", model: conversation[0] ?? {} },
];

/** The frame that the pages are rendered in. */
export const frame: Omit<LayoutModel, "content" | "title"> = {
  organization: "Harbor IT",
  csrf: "token-of-a-session",
  asset_version: "0",
  brand_css: "/brand.css?v=0b5e87",
  logo_url: "/brand/logo?v=1",
  user: { name: "Mara Lindqvist", initials: "ML", email: "mara@harbor-it.example" },
  nav: [
    {
      label: "",
      items: [
        { label: "Dashboard", href: "/", icon: "home", is_current: false },
        { label: "Tickets", href: "/tickets", icon: "ticket", is_current: true, count: "23" },
        { label: "Calendar", href: "/calendar", icon: "calendar", is_current: false },
        { label: "Time", href: "/time", icon: "clock", is_current: false },
      ],
    },
    {
      label: "Clients",
      items: [
        { label: "Companies", href: "/companies", icon: "building", is_current: false },
        { label: "Contacts", href: "/contacts", icon: "users", is_current: false },
        { label: "Assets", href: "/assets", icon: "server", is_current: false },
      ],
    },
    {
      label: "Money",
      items: [
        { label: "Contracts", href: "/contracts", icon: "contract", is_current: false },
        { label: "Invoices", href: "/invoices", icon: "invoice", is_current: false },
        { label: "Payments", href: "/payments", icon: "card", is_current: false },
      ],
    },
    {
      label: "Organization",
      items: [
        { label: "Knowledge base", href: "/articles", icon: "book", is_current: false },
        { label: "Settings", href: "/settings", icon: "settings", is_current: false },
      ],
    },
  ],
  flash: null,
  search_query: "",
  timer: {
    started_at: "2026-11-21T06:54:09.123Z",
    label: "T-1042 Outlook",
    href: "/tickets/1042",
    stop_url: "/timer/stop",
  },
  show_search: true,
  sign_out_url: "/sign-out",
  user_menu: [{ label: "Your account", href: "/account", icon: "user" }],
  create: [
    { label: "Ticket", href: "/tickets/new", icon: "ticket" },
    { label: "Company", href: "/companies/new", icon: "building" },
  ],
};

/** The portal has a navigation of its own. */
export const portalFrame: typeof frame = {
  ...frame,
  user: { name: "Annika Petersen", initials: "AP", email: "a.petersen@nordwind.example" },
  nav: [
    {
      label: "",
      items: [
        { label: "Home", href: "/portal", icon: "home", is_current: true },
        { label: "Requests", href: "/portal/tickets", icon: "ticket", is_current: false },
        { label: "Invoices", href: "/portal/invoices", icon: "invoice", is_current: false },
      ],
    },
  ],
};
