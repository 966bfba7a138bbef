import { find, reach } from "../../platform/access/reach.ts";
import type { AnyAction } from "../../platform/action.ts";
import type { Ctx } from "../../platform/context.ts";
import { notFound } from "../../platform/errors.ts";
import { button, cell, empty, facts } from "../../platform/http/pages/cells.ts";
import { section } from "../../platform/http/pages/section.ts";
import { field, formModel } from "../../platform/http/forms/model.ts";
import { buttonRoute, formRoutes } from "../../platform/http/forms/page.ts";
import { listAnswer } from "../../platform/http/lists/list.ts";
import type { RecordPageModel } from "../../platform/http/models/pages.ts";
import { type Answer, page, redirect, type Route } from "../../platform/http/route.ts";
import type { CellModel } from "../../platform/http/models/lists.ts";
import type { SectionModel } from "../../platform/http/models/partials.ts";
import { t } from "../../platform/language/index.ts";
import { dropEventDelivery, retentionInput, retryDeadDeliveries, retryEventDelivery, setRetention } from "./actions.ts";
import { eventDoc, typeWords } from "./catalog.ts";
import { deadHandlers, deadList, eventList } from "./list.ts";
import { deliveryState, eventName, stateTones, stateWords } from "./words.ts";

const manage = "settings.manage";
const crumbs = [
  { label: "Settings", href: "/settings" },
  { label: "Events", href: "/settings/events" },
];

/** A table of cells alone. */
function plainSection(
  id: string,
  title: string,
  columns: readonly string[],
  rows: CellModel[][],
  nothing: string,
): SectionModel {
  return section({ id, title, columns, rows: rows.map((cells) => ({ cells })), empty: empty("check", nothing, "") });
}

async function showEvent(ctx: Ctx, id: string): Promise<Answer> {
  const event = await find(ctx, "events", id);
  const deliveries = await reach(ctx, "event_deliveries")
    .selectAll()
    .where("event_id", "=", event.id)
    .orderBy("handler")
    .execute();
  const { tenant } = ctx;
  const now = ctx.app.clock.now();
  const open = deliveries.filter((one) => one.succeeded_at === null && one.dropped_at === null);
  const failed = deliveries.filter((one) => one.last_error !== "" && one.succeeded_at === null);
  const model: RecordPageModel = {
    header: {
      title: eventName(event.event_name),
      subtitle: "",
      breadcrumbs: crumbs,
      badges: [],
      actions: open.flatMap((one) => [
        button(
          t("Try {handler} now", { handler: eventName(one.handler) }),
          `/settings/event-deliveries/${one.id}/retry`,
          "refresh",
        ),
        ...(one.dead_at === null
          ? []
          : [
              button(
                t("Drop {handler}", { handler: eventName(one.handler) }),
                `/settings/event-deliveries/${one.id}/drop`,
                "trash",
                "danger",
                t("It will not be tried again. Who dropped it stands in the audit log."),
              ),
            ]),
      ]),
    },
    stats: [],
    tabs: [],
    sections: [
      plainSection(
        "deliveries",
        t("What follows from it"),
        [t("What is to be done"), t("State"), t("Failed attempts"), t("Next attempt"), t("Done")],
        deliveries.map((one) => {
          const state = deliveryState(one);
          return [
            cell.text(eventName(one.handler)),
            cell.badge(stateWords(state), stateTones[state]),
            cell.number(one.attempts),
            state === "waiting" || state === "retrying" ? cell.instant(one.next_attempt_at, tenant, now) : cell.nothing,
            cell.instant(one.succeeded_at, tenant, now),
          ];
        }),
        t("Nothing follows from it"),
      ),
    ],
    facts: [
      facts(t("Event"), [
        [t("Name"), cell.muted(event.event_name)],
        [t("Happened"), cell.instant(event.occurred_at, tenant, now)],
        [t("By"), cell.text(event.actor_name)],
        [t("Id"), cell.muted(event.id)],
      ]),
    ],
    body: {
      title: failed.length === 0 ? t("What it says") : t("What it says, and what went wrong"),
      text: [
        JSON.stringify(event.payload, null, 2),
        ...failed.map((one) => `${eventName(one.handler)}: ${one.last_error}`),
      ].join("\n\n"),
    },
    notes: "",
    attachments: [],
  };
  return page("records/show", model.header.title, model);
}

/** Every event that there is, for those who build on them. */
function showCatalog(ctx: Ctx): Answer {
  const model: RecordPageModel = {
    header: {
      title: t("Event catalog"),
      subtitle: t("Every event that Purser tells. Public ones can be sent to other systems by webhooks."),
      breadcrumbs: crumbs,
      badges: [],
      actions: [],
    },
    stats: [],
    tabs: [],
    sections: [
      plainSection(
        "catalog",
        t("Events"),
        [t("Event"), t("When"), t("Public")],
        [...ctx.app.registry.events.values()].map((type) => [
          cell.strong(type.name, `/settings/events/catalog?event=${type.name}`),
          cell.text(t(type.description)),
          cell.check(type.isPublic),
        ]),
        "",
      ),
    ],
    facts: [],
    notes: "",
    attachments: [],
  };
  return page("records/show", model.header.title, model);
}

function showType(ctx: Ctx, name: string): Answer {
  const type = ctx.app.registry.events.get(name);
  if (type === undefined) throw notFound(t("This event"));
  const doc = eventDoc(type);
  const model: RecordPageModel = {
    header: {
      title: type.name,
      subtitle: t(type.description),
      breadcrumbs: [...crumbs, { label: t("Event catalog"), href: "/settings/events/catalog" }],
      badges: [
        { text: type.isPublic ? t("Public") : t("Inside Purser only"), tone: type.isPublic ? "info" : "neutral" },
      ],
      actions: [],
    },
    stats: [],
    tabs: [],
    sections: [
      plainSection(
        "payload",
        t("What it says"),
        [t("Member"), t("Type"), t("Meaning")],
        Object.entries(type.payload.properties).map(([member, schema]) => [
          cell.text(member),
          cell.muted(typeWords(schema)),
          cell.text(schema.description ?? ""),
        ]),
        "",
      ),
    ],
    facts: [facts(t("About"), [[t("Record"), cell.text(doc.record_type)]])],
    body: { title: t("Example"), text: JSON.stringify(doc.example, null, 2) },
    notes: "",
    attachments: [],
  };
  return page("records/show", type.name, model);
}

const toEvent = (_: unknown, result: unknown, text: string): Answer =>
  redirect(`/settings/events/${(result as { event_id: string }).event_id}`, text);

const triedAgain = (count: number): Answer =>
  redirect(
    "/settings/events/dead",
    t(
      "{count, plural, =0 {Nothing was left to try again.} one {# is tried again now.} other {# are tried again now.}}",
      {
        count,
      },
    ),
    count === 0 ? "info" : "success",
  );

export const eventPages: Route[] = [
  {
    method: "GET",
    path: "/settings/events",
    door: "staff",
    permission: manage,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, eventList),
  },
  {
    method: "GET",
    path: "/settings/events/dead",
    door: "staff",
    permission: manage,
    handle: async (ctx, incoming) => {
      const chosen = incoming.url.searchParams.get("handler") ?? "";
      const handlers = (await deadHandlers(ctx)).filter((handler) => chosen === "" || handler === chosen);
      return listAnswer(ctx, incoming, {
        ...deadList,
        actions: () =>
          handlers.map((handler) =>
            button(
              t("Try all of {handler} again", { handler: eventName(handler) }),
              `/settings/events/dead/${handler}/retry`,
              "refresh",
              handlers.length === 1 ? "primary" : "ghost",
            ),
          ),
      });
    },
  },
  buttonRoute("/settings/events/dead/:handler/retry", retryDeadDeliveries as AnyAction, (_, result) =>
    triedAgain((result as { retried: number }).retried),
  ),
  {
    method: "GET",
    path: "/settings/events/catalog",
    door: "staff",
    permission: manage,
    handle: async (ctx, incoming) => {
      const name = incoming.url.searchParams.get("event");
      return name === null ? showCatalog(ctx) : showType(ctx, name);
    },
  },
  ...formRoutes({
    path: "/settings/events/retention",
    permission: manage,
    action: setRetention as unknown as AnyAction,
    title: () => t("How long events are kept"),
    breadcrumbs: crumbs,
    form: async (ctx, _, typed, failure) => {
      const row = await ctx.db.selectFrom("organizations").select("events_kept_days").executeTakeFirstOrThrow();
      return formModel({
        action: "/settings/events/retention",
        values: typed ?? row,
        failure,
        version: null,
        submit_label: t("Save"),
        cancel_url: "/settings/events",
        sections: [
          {
            title: "",
            fields: [
              field("events_kept_days", String(retentionInput.properties.events_kept_days.title), {
                kind: "number",
                is_required: true,
                hint: t("Events that are done, sent webhooks and read notifications are deleted after this many days."),
              }),
            ],
          },
        ],
      });
    },
    done: () => redirect("/settings/events", t("Settings saved.")),
  }),
  {
    method: "GET",
    path: "/settings/events/:id",
    door: "staff",
    permission: manage,
    handle: (ctx, incoming) => showEvent(ctx, incoming.params["id"] ?? ""),
  },
  buttonRoute("/settings/event-deliveries/:id/retry", retryEventDelivery as AnyAction, (incoming, result) =>
    toEvent(incoming, result, t("It is tried again now.")),
  ),
  buttonRoute("/settings/event-deliveries/:id/drop", dropEventDelivery as AnyAction, (incoming, result) =>
    toEvent(incoming, result, t("Dropped.")),
  ),
];
