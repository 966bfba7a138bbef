import type { AnyAction } from "../../platform/action.ts";
import { labelOf, type Table } from "../../platform/database/columns.ts";
import { files } from "../../platform/files/files.ts";
import { sweepJob } from "../../platform/files/sweep.ts";
import { declared, t } from "../../platform/language/index.ts";
import { defineModule, type Panel } from "../../platform/module.ts";
import { resource } from "../../platform/resource.ts";
import { optionalModules } from "../../platform/switches.ts";
import { mails } from "../../platform/mail/queue.ts";
import { mailSettings, organizations } from "../../platform/tenants.ts";
import { retryMail, setLogo, updateMailSettings, updateOrganization } from "./actions.ts";
import { brandRoutes } from "./branding.ts";
import { defaultApi, defaultPages, setDefaults } from "./defaults.ts";
import { moduleApi, modulePages, setModules } from "./modules.ts";
import { settingsApi } from "./api.ts";
import { settingsPages } from "./pages.ts";

export { updateMailSettings, updateOrganization } from "./actions.ts";
export { letterheadSections, localitySections, mailSections, urlSections } from "./forms.ts";
export { takeLogo } from "./logo.ts";
export { type MailTest, tryMail } from "./mail-test.ts";

/** The labels of columns, which are what people look for among settings. */
const labels = (table: Table, ...names: string[]): string[] =>
  names.map((name) => labelOf(name, table.columns[name] ?? { label: "" }));

const cards: [group: string, title: string, text: string, href: string, icon: string, words?: string[]][] = [
  [
    declared("Organization"),
    declared("Organization and letterhead"),
    declared("Name, address, tax ID, bank details and logo, as clients read them."),
    "/settings/organization",
    "building",
    labels(organizations, "name", "email", "phone", "website", "address", "tax_id", "bank_details", "logo_file_id"),
  ],
  [
    declared("Organization"),
    declared("Branding"),
    declared("Colour and words of welcome of the portal, its door and the mails."),
    "/settings/branding",
    "eye",
    labels(organizations, "brand_color", "portal_welcome"),
  ],
  [
    declared("Organization"),
    declared("Public address"),
    declared("What links in mails begin with."),
    "/settings/address",
    "globe",
  ],
  [
    declared("Organization"),
    declared("Time zone and currency"),
    declared("In which zone dates are meant, and how numbers are written."),
    "/settings/locale",
    "clock",
    labels(organizations, "timezone", "locale", "currency", "payment_terms"),
  ],
  [
    declared("Mail"),
    declared("Outgoing mail"),
    declared("The SMTP server, with a test."),
    "/settings/mail",
    "mail",
    labels(mailSettings, "host", "port", "security", "username", "from_name", "from_address"),
  ],
  [
    declared("Mail"),
    declared("Sent mail"),
    declared("What was written, what arrived, what failed."),
    "/settings/mails",
    "send",
  ],
  [
    declared("Data"),
    declared("Defaults"),
    declared("What new companies, contacts, tickets and contracts start with."),
    "/settings/defaults",
    "pencil",
  ],
  [
    declared("Organization"),
    declared("Modules"),
    declared("Which parts of Purser are in use."),
    "/settings/modules",
    "layers",
  ],
  [
    declared("Money"),
    declared("Invoices"),
    declared("Numbers, payment terms, footer."),
    "/settings/invoicing",
    "invoice",
    labels(organizations, "invoice_prefix", "payment_terms", "invoice_footer"),
  ],
];

/** What an organization decides about itself (PRD 3.17). */
export const settingsModule = defineModule({
  name: "settings",
  tables: [organizations, mailSettings, files, mails],
  permissions: { "settings.manage": "Change the organization's settings" },
  actions: [
    updateOrganization,
    setLogo,
    updateMailSettings,
    retryMail,
    setModules,
    setDefaults,
  ] as unknown as AnyAction[],
  jobs: [sweepJob],
  // What a mail says is between its sender and its reader, and links in it are secrets.
  resources: [
    resource({
      type: "mails",
      table: mails,
      permission: "settings.manage",
      hidden: new Set(["text_body", "html_body", "claim_token"]),
      sort: "-created_at",
    }),
  ],
  routes: [
    ...brandRoutes,
    ...modulePages,
    ...defaultPages,
    ...defaultApi,
    ...moduleApi,
    ...settingsPages,
    ...settingsApi,
  ],
  nav: [
    {
      label: "Settings",
      href: "/settings",
      icon: "settings",
      group: "System",
      order: 90,
      permission: { panels: "settings" },
    },
  ],
  panels: [
    ...cards.map(([group, title, text, href, icon, words = []], index): Panel => ({
      page: "settings",
      order: index,
      permission: "settings.manage",
      load: async (ctx) => ({
        kind: "card",
        group: t(group),
        title: t(title),
        text: t(text),
        href,
        icon,
        words: [
          ...words.map((word) => t(word)),
          ...(href === "/settings/modules"
            ? optionalModules(ctx.app.registry).map(({ optional }) => t(optional.title))
            : []),
        ],
      }),
    })),
    {
      page: "dashboard",
      order: 15,
      permission: "settings.manage",
      load: async (ctx) => {
        const mail = await ctx.db.selectFrom("mail_settings").select("id").executeTakeFirst();
        return {
          kind: "step",
          title: t("Connect your mail server"),
          text: t("Replies, invitations and invoices go out by it."),
          href: "/settings/mail",
          is_done: mail !== undefined,
        };
      },
    },
  ],
});
