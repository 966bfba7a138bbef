import { reach } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import { button, cell, empty, formatAgo, link } from "../../platform/http/pages/cells.ts";
import { field, formFailure, formModel, type FormValues } from "../../platform/http/forms/model.ts";
import { type List, listAnswer } from "../../platform/http/lists/list.ts";
import { type Answer, fragment, page, redirect, type Route } from "../../platform/http/route.ts";
import type { FieldModel } from "../../platform/http/models/forms.ts";
import type { BellModel } from "../../platform/http/models/layouts.ts";
import { t } from "../../platform/language/index.ts";
import { markAllRead, markRead } from "./actions.ts";
import { offeredEvents, preferencesOf, setPreferences } from "./preferences.ts";
import { latest, unreadCount } from "./queries.ts";
import { type ChannelType, notifications } from "./schema.ts";

interface Row {
  id: string;
  subject: string;
  body: string;
  read_at: string | null;
  created_at: string;
}

const openUrl = ({ id }: { id: string }): string => `/notifications/${id}/open`;

const list: List<Row> = {
  title: "Notifications",
  subtitle: "Tickets, answers and alerts that concern you.",
  url: "/notifications",
  table: "notifications",
  query: (ctx) =>
    reach(ctx, "notifications")
      .select([
        "notifications.id",
        "notifications.subject",
        "notifications.body",
        "notifications.read_at",
        "notifications.created_at",
      ])
      .where("notifications.channel_type", "=", "in_app"),
  columns: [
    { key: "subject", label: "What", is_main: true, cell: (row) => cell.link(row.subject, openUrl(row)) },
    { key: "body", label: "About", is_secondary: true, cell: (row) => cell.muted(row.body) },
    {
      key: "state",
      label: "State",
      cell: (row) => (row.read_at === null ? cell.badge(t("New"), "info") : cell.muted(t("Read"))),
    },
    {
      key: "created_at",
      label: "When",
      sort: { reference: "notifications.created_at", column: notifications.columns.created_at },
      cell: (row, ctx) => cell.instant(row.created_at, ctx.tenant, ctx.app.clock.now()),
    },
  ],
  filters: [
    {
      name: "state",
      label: "State",
      options: () => [
        { value: "unread", label: t("New") },
        { value: "read", label: t("Read") },
      ],
      apply: (query, value) => query.where("notifications.read_at", value === "unread" ? "is" : "is not", null),
    },
  ],
  sort: "-created_at",
  href: openUrl,
  isBold: (row) => row.read_at === null,
  actions: () => [
    button(t("Mark all as read"), "/notifications/read-all", "check"),
    link(t("Notifications I get"), "/account/notifications", "settings"),
  ],
  empty: () => empty("bell", t("Nothing new"), t("Tickets that become yours and answers of clients appear here.")),
};

/** The bell of the frame. */
export async function bellModel(ctx: Ctx): Promise<BellModel> {
  const count = await unreadCount(ctx);
  return {
    count: count === 0 ? "" : count > 99 ? "99+" : String(count),
    label:
      count === 0
        ? t("Notifications")
        : t("{count, plural, one {# new notification} other {# new notifications}}", { count }),
  };
}

async function latestFragment(ctx: Ctx): Promise<Answer> {
  const now = ctx.app.clock.now();
  const rows = await latest(ctx, 8);
  return fragment("notifications/_latest", {
    items: rows.map((row) => ({
      href: openUrl(row),
      subject: row.subject,
      body: row.body,
      at_text: formatAgo(row.created_at, ctx.tenant, now),
      is_new: row.read_at === null,
    })),
    has_new: rows.some((row) => row.read_at === null),
  });
}

const name = (channel: ChannelType): string => `${channel}_events`;

async function preferencesPage(ctx: Ctx, typed: FormValues | null, failure: Failure | null): Promise<Answer> {
  const chosen = await preferencesOf(ctx, ctx.actor.user_id ?? "");
  const boxes = (channel: ChannelType, label: string): FieldModel => {
    const ticked =
      typed === null
        ? chosen.filter((one) => one.is_enabled && one.channel_types.includes(channel)).map((one) => one.event_type)
        : ([typed[name(channel)] ?? []].flat() as string[]);
    return {
      ...field(name(channel), label, { kind: "checkboxes", span: 6 }),
      options: offeredEvents(ctx)
        .filter((one) => one.channels.includes(channel))
        .map(({ event_type, title }) => ({
          value: event_type,
          label: t(title),
          hint: "",
          is_selected: ticked.includes(event_type),
        })),
    };
  };
  const title = t("Notifications I get");
  return page(
    "forms/index",
    title,
    {
      header: {
        title,
        subtitle: "",
        breadcrumbs: [{ label: t("Your account"), href: "/account" }],
        badges: [],
        actions: [],
      },
      form: formModel({
        action: "/account/notifications",
        values: {
          [name("in_app")]: boxes("in_app", "").options.flatMap((one) => (one.is_selected ? [one.value] : [])),
          [name("email")]: boxes("email", "").options.flatMap((one) => (one.is_selected ? [one.value] : [])),
        },
        failure,
        submit_label: t("Save"),
        cancel_url: "/notifications",
        sections: [{ title: "", fields: [boxes("in_app", t("In the app")), boxes("email", t("By mail"))] }],
      }),
    },
    failure?.status ?? 200,
  );
}

export const notificationPages: Route[] = [
  {
    method: "GET",
    path: "/notifications",
    door: "staff",
    permission: null,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, list),
  },
  {
    method: "GET",
    path: "/notifications/latest",
    door: "staff",
    permission: null,
    handle: (ctx) => latestFragment(ctx),
  },
  {
    method: "GET",
    path: "/notifications/bell",
    door: "staff",
    permission: null,
    handle: async (ctx) => fragment("notifications/_bell", await bellModel(ctx)),
  },
  {
    method: "GET",
    path: "/notifications/:id/open",
    door: "staff",
    permission: null,
    // Opening one is having read it; nothing else is changed, whoever made the browser come here.
    isOutsideRead: true,
    handle: async (ctx, incoming) => {
      const { link_path } = await perform(ctx, markRead, { id: incoming.params["id"] ?? "" });
      return redirect(link_path === "" ? "/notifications" : link_path);
    },
  },
  {
    method: "POST",
    path: "/notifications/read-all",
    door: "staff",
    permission: null,
    handle: async (ctx) => {
      await perform(ctx, markAllRead, {});
      return redirect("/notifications", t("All are marked as read."));
    },
  },
  {
    method: "GET",
    path: "/account/notifications",
    door: "staff",
    permission: null,
    handle: (ctx) => preferencesPage(ctx, null, null),
  },
  {
    method: "POST",
    path: "/account/notifications",
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      const ticked = (channel: ChannelType): string[] => [fields[name(channel)] ?? []].flat() as string[];
      try {
        await perform(ctx, setPreferences, {
          user_id: ctx.actor.user_id,
          preferences: offeredEvents(ctx).map(({ event_type, channels }) => ({
            event_type,
            channel_types: channels.filter((channel) => ticked(channel).includes(event_type)),
            is_enabled: channels.some((channel) => ticked(channel).includes(event_type)),
          })),
        });
        return redirect("/account/notifications", t("Saved."));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => preferencesPage(reader, fields, failure));
      }
    },
  },
];
