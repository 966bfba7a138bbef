import { find, reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { button, cell, empty, facts, words } from "../../../platform/http/pages/cells.ts";
import { buttonRoute } from "../../../platform/http/forms/page.ts";
import type { CellModel } from "../../../platform/http/models/lists.ts";
import { type List, listAnswer } from "../../../platform/http/lists/list.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { withoutLinks } from "../../../platform/mail/links.ts";
import { mails } from "../../../platform/mail/queue.ts";
import { retryMail } from "../actions.ts";

/** What was written, and what became of it. */

const crumbs = [{ label: "Settings", href: "/settings" }];

const permission = "settings.manage";

const mailPath = (incoming: Incoming): string => `/settings/mails/${incoming.params["id"] ?? ""}`;

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
    { key: "to_address", label: "Sent to", cell: (row) => cell.text(row.to_address) },
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
        [t("Sent to"), shown(mail.to_name)],
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

export const sentMailPages: Route[] = [
  {
    method: "GET",
    path: "/settings/mails",
    door: "staff",
    permission,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, mailList),
  },
  {
    method: "GET",
    path: "/settings/mails/:id",
    door: "staff",
    permission,
    handle: (ctx, incoming) => showMail(ctx, incoming.params["id"] ?? ""),
  },
  buttonRoute(
    "/settings/mails/:id/retry",
    retryMail,
    (incoming) => redirect(mailPath(incoming), t("The mail is queued again.")),
    mailPath,
  ),
];
