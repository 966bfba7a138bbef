import type { AnyAction } from "../../platform/action.ts";
import type { App } from "../../platform/context.ts";
import { labelOf, type Table } from "../../platform/database/columns.ts";
import { files } from "../../platform/files/files.ts";
import { sweepJob } from "../../platform/files/sweep.ts";
import { declared, t } from "../../platform/language/index.ts";
import { defineModule, type Panel } from "../../platform/module.ts";
import { resource } from "../../platform/resource.ts";
import { isModuleOn, optionalModules } from "../../platform/switches.ts";
import { mails } from "../../platform/mail/queue.ts";
import { mailSettings, organizations } from "../../platform/tenants.ts";
import { retryMail, setLogo, updateMailSettings, updateOrganization } from "./actions.ts";
import { brandRoutes } from "./branding.ts";
import { defaultApi, defaultPages, setDefaults } from "./defaults.ts";
import { moduleApi, modulePages, setModules } from "./modules.ts";
import { settingsApi } from "./api.ts";
import { logoApi } from "./logo-api.ts";
import { settingsPages } from "./pages/index.ts";

export { updateMailSettings, updateOrganization } from "./actions.ts";
export { letterheadSections, localitySections, mailSections, urlSections } from "./forms.ts";
export { cookiesOfAddress, saveOrganization } from "./save.ts";
export { tryMail } from "./mail-test.ts";
export { checkKeptPassword } from "./kept-password.ts";
export { checkServerHost } from "./server-host.ts";

/** The labels of columns, which are what people look for among settings. */
const labels = (table: Table, ...names: string[]): string[] =>
  names.map((name) => labelOf(name, table.columns[name] ?? { label: "" }));

interface Card {
  group: string;
  title: string;
  text: string;
  href: string;
  icon: string;
  /** The module whose records its page is about: when that is switched off, there is no card. */
  needs?: string;
  /** What stands on the page behind it, as somebody may look for it: English texts. */
  words?(app: App): readonly string[];
}

const cards: readonly Card[] = [
  {
    group: declared("Organization"),
    title: declared("Organization and letterhead"),
    text: declared("Name, address, tax ID, bank details and logo, as clients read them."),
    href: "/settings/organization",
    icon: "building",
    words: () =>
      labels(organizations, "name", "email", "phone", "website", "address", "tax_id", "bank_details", "logo_file_id"),
  },
  {
    group: declared("Organization"),
    title: declared("Branding"),
    text: declared("Colour and words of welcome of the portal, its door and the mails."),
    href: "/settings/branding",
    icon: "eye",
    words: () => labels(organizations, "brand_color", "portal_welcome"),
  },
  {
    group: declared("Organization"),
    title: declared("Public address"),
    text: declared("The address that links in mails start with."),
    href: "/settings/address",
    icon: "globe",
  },
  {
    group: declared("Organization"),
    title: declared("Time zone and currency"),
    text: declared("Time zone, currency, language and number format."),
    href: "/settings/locale",
    icon: "clock",
    words: () => labels(organizations, "timezone", "locale", "currency", "payment_terms"),
  },
  {
    group: declared("Mail"),
    title: declared("Outgoing mail"),
    text: declared("The SMTP server, with a test."),
    href: "/settings/mail",
    icon: "mail",
    words: () => labels(mailSettings, "host", "port", "security", "username", "from_name", "from_address"),
  },
  {
    group: declared("Mail"),
    title: declared("Sent mail"),
    text: declared("What was written, what arrived, what failed."),
    href: "/settings/mails",
    icon: "send",
  },
  {
    group: declared("Data"),
    title: declared("Defaults"),
    text: declared("What new companies, contacts, tickets and contracts start with."),
    href: "/settings/defaults",
    icon: "pencil",
  },
  {
    group: declared("Organization"),
    title: declared("Modules"),
    text: declared("Which parts of Purser are in use."),
    href: "/settings/modules",
    icon: "layers",
    words: ({ registry }) => optionalModules(registry).map(({ optional }) => optional.title),
  },
  {
    group: declared("Money"),
    title: declared("Invoices"),
    text: declared("Numbers, payment terms, footer."),
    href: "/settings/invoicing",
    icon: "invoice",
    needs: "billing",
    words: () => labels(organizations, "invoice_prefix", "payment_terms", "invoice_footer"),
  },
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
    ...logoApi,
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
    ...cards.map(({ group, title, text, href, icon, needs, words }, index): Panel => ({
      page: "settings",
      order: index,
      permission: "settings.manage",
      load: async ({ app, tenant }) => {
        if (needs !== undefined && !isModuleOn(app, tenant, needs)) return null;
        return {
          kind: "card",
          group: t(group),
          title: t(title),
          text: t(text),
          href,
          icon,
          words: (words?.(app) ?? []).map((word) => t(word)),
        };
      },
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
