import { find, reach } from "../../platform/access/reach.ts";
import { type AnyAction, perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import { button, cell, empty, facts, words } from "../../platform/http/cells.ts";
import { formFailure, formModel, type FormValues, rowValues } from "../../platform/http/form-model.ts";
import { buttonRoute, readInput } from "../../platform/http/form-page.ts";
import { type List, listAnswer } from "../../platform/http/list.ts";
import { words as wordsOf } from "../../platform/database/search.ts";
import type { PanelModel } from "../../platform/module.ts";
import type { FormPageModel, TriedFormModel } from "../../platform/http/page-models.ts";
import type { SettingsPageModel } from "../../platform/http/settings-models.ts";
import { ofKind, panelsOf } from "../../platform/http/panels.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../platform/http/route.ts";
import type { FieldModel } from "../../platform/http/form-models.ts";
import type { CellModel } from "../../platform/http/list-models.ts";
import { declared, t } from "../../platform/language/index.ts";
import { mailSettings, organizations } from "../../platform/tenants.ts";
import { mails } from "../../platform/mail/queue.ts";
import { retryMail, updateMailSettings, updateOrganization } from "./actions.ts";
import {
  brandingSections,
  invoicingSections,
  letterheadSections,
  localitySections,
  mailSections,
  urlSections,
} from "./forms.ts";
import { takeLogo } from "./logo.ts";
import { type MailTest, tryMail } from "./mail-test.ts";

const mailPath = (incoming: Incoming): string => `/settings/mails/${incoming.params["id"] ?? ""}`;

type Sections = { title: string; hint?: string; fields: FieldModel[] }[];

const crumbs = [{ label: "Settings", href: "/settings" }];

/** A settings page over columns of the organization. */
function organizationPage(path: string, title: string, sections: () => Sections): Route[] {
  const show = async (ctx: Ctx, typed: FormValues | null, failure: Failure | null): Promise<Answer> => {
    const row = await ctx.db.selectFrom("organizations").selectAll().executeTakeFirstOrThrow();
    const model: FormPageModel = {
      header: { title: t(title), subtitle: "", breadcrumbs: crumbs, badges: [], actions: [] },
      form: formModel({
        action: path,
        values: typed ?? rowValues(organizations, row),
        version: row.version,
        failure,
        submit_label: t("Save"),
        cancel_url: "/settings",
        sections: sections(),
      }),
    };
    return page("forms/index", model.header.title, model, failure?.status ?? 200);
  };
  return [
    { method: "GET", path, door: "staff", permission: "settings.manage", handle: (ctx) => show(ctx, null, null) },
    {
      method: "POST",
      path,
      door: "staff",
      permission: "settings.manage",
      maxBytes: 4 * 1024 * 1024,
      handle: async (ctx, incoming) => {
        const form = await incoming.form();
        try {
          await perform(ctx, updateOrganization, readInput(updateOrganization.input, form.fields));
          await takeLogo(ctx, form);
          return redirect(path, t("Settings saved."));
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => show(reader, form.fields, failure));
        }
      },
    },
  ];
}

async function mailPage(
  ctx: Ctx,
  typed: FormValues | null,
  failure: Failure | null,
  result: MailTest | null,
): Promise<Answer> {
  const row = await ctx.db.selectFrom("mail_settings").selectAll().executeTakeFirst();
  const values =
    typed ??
    (row === undefined
      ? { port: 587, security: "starttls", from_name: ctx.tenant.name, is_certificate_checked: true }
      : rowValues(mailSettings, row));
  const model: TriedFormModel = {
    header: {
      title: t("Outgoing mail"),
      subtitle: t("The SMTP server that sends your mail. Try it before you save: you see the server's own answer."),
      breadcrumbs: crumbs,
      badges: [],
      actions: [],
    },
    form: formModel({
      action: "/settings/mail",
      values,
      version: row?.version ?? null,
      failure,
      submit_label: t("Save"),
      cancel_url: "/settings",
      sections: mailSections(row?.password_sealed != null),
    }),
    test: { url: "/settings/mail/test", label: t("Send a test mail"), result },
  };
  return page("settings/tried", t("Outgoing mail"), model, failure?.status ?? 200);
}

interface MailRow {
  id: string;
  to_address: string;
  subject: string;
  mail_status: string;
  last_error: string;
  created_at: string;
}

const mailTones: Record<string, string> = {
  sent: "success",
  queued: "info",
  sending: "info",
  failed: "error",
  uncertain: "warning",
};

const mailList: List<MailRow> = {
  title: "Sent mail",
  subtitle: "Every mail that Purser has written, and what became of it.",
  breadcrumbs: crumbs,
  url: "/settings/mails",
  table: "mails",
  query: (ctx) =>
    reach(ctx, "mails").select([
      "mails.id",
      "mails.to_address",
      "mails.subject",
      "mails.mail_status",
      "mails.last_error",
      "mails.created_at",
    ]),
  columns: [
    {
      key: "created_at",
      label: "Written",
      sort: { reference: "mails.created_at", column: mails.columns.created_at },
      cell: (row, ctx) => cell.instant(row.created_at, ctx.tenant, ctx.app.clock.now()),
    },
    { key: "to_address", label: "To", cell: (row) => cell.text(row.to_address) },
    { key: "subject", label: "Subject", cell: (row) => cell.strong(row.subject, `/settings/mails/${row.id}`) },
    {
      key: "mail_status",
      label: "State",
      cell: (row) => cell.badge(words(row.mail_status), mailTones[row.mail_status] ?? "neutral"),
    },
    { key: "last_error", label: "Problem", is_secondary: true, cell: (row) => cell.muted(row.last_error) },
  ],
  filters: [
    {
      name: "state",
      label: "State",
      options: () => mails.columns.mail_status.values.map((value) => ({ value, label: words(value) })),
      apply: (query, value) => query.where("mails.mail_status", "=", value),
    },
  ],
  sort: "-created_at",
  href: (row) => `/settings/mails/${row.id}`,
  empty: () => empty("mail", t("No mail yet"), t("Mails to clients and colleagues appear here.")),
};

async function showMail(ctx: Ctx, id: string): Promise<Answer> {
  const mail = await find(ctx, "mails", id);
  const state = [{ text: words(mail.mail_status), tone: mailTones[mail.mail_status] ?? "neutral" }];
  const shown = (text: string): CellModel => (text === "" ? cell.nothing : cell.text(text));
  return page("records/show", mail.subject, {
    header: {
      title: mail.subject,
      subtitle: "",
      breadcrumbs: [...crumbs, { label: t("Sent mail"), href: "/settings/mails" }],
      badges: state,
      actions:
        mail.mail_status === "failed" || mail.mail_status === "uncertain"
          ? [button(t("Send again"), `/settings/mails/${mail.id}/retry`, "send", "primary")]
          : [],
    },
    stats: [],
    tabs: [],
    sections: [],
    body: { title: t("Text"), text: withoutLinks(mail.text_body) },
    facts: [
      facts(t("Delivery"), [
        [t("To"), shown(mail.to_name)],
        [t("Address"), cell.mail(mail.to_address)],
        [t("Written"), cell.instant(mail.created_at, ctx.tenant, ctx.app.clock.now())],
        [t("Server"), shown(mail.server_answer)],
        [t("Problem"), shown(mail.last_error)],
        [t("Message-ID"), cell.muted(mail.message_id)],
      ]),
    ],
    notes: "",
    attachments: [],
  });
}

/** One-time links in old mails are nobody's business but the recipient's. */
function withoutLinks(text: string): string {
  return text.replace(/(\/(?:invite|reset)\/)[\w-]+/g, "$1…");
}

const manage = "settings.manage";

/** What is set once stands first, what operators look into stands last; a group that is not named comes before it. */
const groupOrder = [
  declared("Organization"),
  declared("People"),
  declared("Security"),
  declared("Service desk"),
  declared("Money"),
  declared("Mail"),
  declared("Data"),
  "",
  declared("Integrations"),
];
/** Whether a settings page is what somebody looks for: each word begins one of its title, its text or its fields. */
function isMeant(card: Extract<PanelModel, { kind: "card" }>, query: string): boolean {
  const offered = wordsOf(
    [card.group, card.title, card.text, ...(card.words ?? [])].join(" "),
    Number.POSITIVE_INFINITY,
  );
  return wordsOf(query).every((word) => offered.some((one) => one.startsWith(word)));
}

const placeOf = (group: string): number => {
  const order = groupOrder.map((one) => t(one));
  return order.indexOf(order.includes(group) ? group : "");
};

export const settingsPages: Route[] = [
  {
    method: "GET",
    path: "/settings",
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) => {
      const query = (incoming.url.searchParams.get("q") ?? "").trim();
      const cards = ofKind(await panelsOf(ctx, "settings", { id: "" }), "card").filter((card) => isMeant(card, query));
      const groups = [...new Set(cards.map((card) => card.group))].toSorted(
        (one, other) => placeOf(one) - placeOf(other),
      );
      const model: SettingsPageModel = {
        header: { title: t("Settings"), subtitle: "", breadcrumbs: [], badges: [], actions: [] },
        query,
        empty: empty("search", t("Nothing matches"), t("No setting has these words. Try another one.")),
        groups: groups.map((title) => ({
          title,
          cards: cards
            .filter((card) => card.group === title)
            .map((card) => ({ title: card.title, text: card.text, href: card.href, icon: card.icon, badge: null })),
        })),
      };
      return page("settings/index", t("Settings"), model);
    },
  },
  ...organizationPage("/settings/organization", declared("Organization and letterhead"), letterheadSections),
  ...organizationPage("/settings/branding", declared("Branding"), brandingSections),
  ...organizationPage("/settings/address", declared("Public address"), urlSections),
  ...organizationPage("/settings/locale", declared("Time zone and currency"), localitySections),
  ...organizationPage("/settings/invoicing", declared("Invoices"), invoicingSections),
  {
    method: "GET",
    path: "/settings/mail",
    door: "staff",
    permission: manage,
    handle: (ctx) => mailPage(ctx, null, null, null),
  },
  {
    method: "POST",
    path: "/settings/mail",
    door: "staff",
    permission: manage,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      try {
        await perform(ctx, updateMailSettings as AnyAction, readInput(updateMailSettings.input, fields));
        return redirect("/settings/mail", t("Mail settings saved."));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => mailPage(reader, fields, failure, null));
      }
    },
  },
  {
    method: "POST",
    path: "/settings/mail/test",
    door: "staff",
    permission: manage,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      try {
        const result = await tryMail(ctx, fields);
        return await reading(ctx, (reader) => mailPage(reader, fields, null, result));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => mailPage(reader, fields, failure, null));
      }
    },
  },
  {
    method: "GET",
    path: "/settings/mails",
    door: "staff",
    permission: manage,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, mailList),
  },
  {
    method: "GET",
    path: "/settings/mails/:id",
    door: "staff",
    permission: manage,
    handle: (ctx, incoming) => showMail(ctx, incoming.params["id"] ?? ""),
  },
  buttonRoute(
    "/settings/mails/:id/retry",
    retryMail,
    (incoming) => redirect(mailPath(incoming), t("The mail is queued again.")),
    mailPath,
  ),
];
