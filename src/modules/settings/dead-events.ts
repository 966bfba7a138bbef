import { Type } from "@sinclair/typebox";
import { find, reach } from "../../platform/access/reach.ts";
import { action, type AnyAction } from "../../platform/action.ts";
import type { Ctx, Work } from "../../platform/context.ts";
import { events } from "../../platform/events/outbox.ts";
import { replayDelivery } from "../../platform/events/replay.ts";
import { button, cell, empty, facts, words } from "../../platform/http/cells.ts";
import { buttonRoute } from "../../platform/http/form-page.ts";
import { type List, listAnswer } from "../../platform/http/list.ts";
import type { RecordPageModel } from "../../platform/http/page-models.ts";
import { type Answer, page, redirect, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";

interface Delivery {
  id: string;
  handler: string;
}

/** Lets a handler that had given an event up try it again; the event's other handlers are left alone. */
export const replayEvent = action({
  name: "settings.replay_event",
  permission: "settings.manage",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), handler: Type.String({ maxLength: 200 }) },
    { additionalProperties: false },
  ),
  run: (work: Work, { id, handler }: Delivery) => replayDelivery(work, id, handler),
});

interface EventRow {
  id: string;
  event_name: string;
  actor_name: string;
  occurred_at: string;
}

const deadList: List<EventRow> = {
  title: "Failed events",
  subtitle: "Something happened, and a part of Purser could not do what follows from it, ten times in a row.",
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  url: "/settings/events",
  table: "events",
  query: (ctx) =>
    reach(ctx, "events")
      .select(["events.id", "events.event_name", "events.actor_name", "events.occurred_at"])
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom("event_deliveries")
            .select("event_deliveries.handler")
            .whereRef("event_deliveries.event_id", "=", "events.id")
            .where("event_deliveries.dead_at", "is not", null),
        ),
      ),
  columns: [
    {
      key: "occurred_at",
      label: "Happened",
      sort: { reference: "events.occurred_at", column: events.columns.occurred_at },
      cell: (row, ctx) => cell.instant(row.occurred_at, ctx.tenant, ctx.app.clock.now()),
    },
    {
      key: "event_name",
      label: "Event",
      cell: (row) => cell.strong(nameOf(row.event_name), `/settings/events/${row.id}`),
    },
    { key: "actor_name", label: "By", is_secondary: true, cell: (row) => cell.text(row.actor_name) },
  ],
  sort: "-occurred_at",
  href: (row) => `/settings/events/${row.id}`,
  empty: () =>
    empty(
      "check",
      t("Nothing has failed"),
      t("What follows from an event is tried ten times over eight hours; what still fails then stands here."),
    ),
};

/** `invoices.paid` as "Invoices: paid". */
function nameOf(name: string): string {
  const [module = "", what = ""] = name.split(".");
  return `${words(module)}: ${words(what).toLowerCase()}`;
}

function stateOf(delivery: { succeeded_at: string | null; dead_at: string | null; attempts: number }): string {
  if (delivery.succeeded_at !== null) return "Done";
  return delivery.dead_at === null ? `Waiting, after ${delivery.attempts} failed attempts` : "Given up";
}

async function showEvent(ctx: Ctx, id: string): Promise<Answer> {
  const event = await find(ctx, "events", id);
  const deliveries = await reach(ctx, "event_deliveries")
    .selectAll()
    .where("event_id", "=", event.id)
    .orderBy("handler")
    .execute();
  const dead = deliveries.filter((delivery) => delivery.dead_at !== null);
  const model: RecordPageModel = {
    header: {
      title: nameOf(event.event_name),
      subtitle: "",
      breadcrumbs: [
        { label: t("Settings"), href: "/settings" },
        { label: t("Failed events"), href: "/settings/events" },
      ],
      badges: [],
      actions: dead.map(({ handler }) =>
        button(
          t("Try {nameOf} again", { nameOf: nameOf(handler) }),
          `/settings/events/${event.id}/replay/${handler}`,
          "refresh",
        ),
      ),
    },
    stats: [],
    tabs: [],
    sections: [],
    facts: [
      facts(t("Event"), [
        [t("Happened"), cell.instant(event.occurred_at, ctx.tenant, ctx.app.clock.now())],
        [t("By"), cell.text(event.actor_name)],
      ]),
      facts(
        t("What follows from it"),
        deliveries.map((delivery) => [nameOf(delivery.handler), cell.text(stateOf(delivery))] as const),
      ),
    ],
    ...(dead.length === 0
      ? {}
      : {
          body: {
            title: t("What went wrong"),
            text: dead.map((delivery) => `${nameOf(delivery.handler)}: ${delivery.last_error}`).join("\n"),
          },
        }),
    notes: "",
    attachments: [],
  };
  return page("records/show", model.header.title, model);
}

const manage = "settings.manage";

/** What was given up: to read, and to try again. */
export const deadEventPages: Route[] = [
  {
    method: "GET",
    path: "/settings/events",
    door: "staff",
    permission: manage,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, deadList),
  },
  {
    method: "GET",
    path: "/settings/events/:id",
    door: "staff",
    permission: manage,
    handle: (ctx, incoming) => showEvent(ctx, incoming.params["id"] ?? ""),
  },
  buttonRoute("/settings/events/:id/replay/:handler", replayEvent as AnyAction, (incoming) =>
    redirect(`/settings/events/${incoming.params["id"] ?? ""}`, t("It is tried again now.")),
  ),
];
