import { reach } from "../../platform/access/reach.ts";
import { eventDeliveries, events } from "../../platform/events/outbox.ts";
import { cell, empty, link } from "../../platform/http/pages/cells.ts";
import type { List, ListQuery } from "../../platform/http/lists/list.ts";
import { t } from "../../platform/language/index.ts";
import { deliveryStates, eventName, stateTones, stateWords } from "./words.ts";

interface EventRow {
  id: string;
  event_name: string;
  actor_name: string;
  occurred_at: string;
  waiting: number;
  dead: number;
}

/** Narrows the events to those with a delivery in a state. */
function inState(query: ListQuery<EventRow>, state: string): ListQuery<EventRow> {
  return query.where((eb) =>
    eb.exists(
      (() => {
        const some = eb
          .selectFrom("event_deliveries")
          .select("event_deliveries.id")
          .whereRef("event_deliveries.event_id", "=", "events.id");
        if (state === "done") return some.where("event_deliveries.succeeded_at", "is not", null);
        if (state === "dropped") return some.where("event_deliveries.dropped_at", "is not", null);
        const open = some
          .where("event_deliveries.succeeded_at", "is", null)
          .where("event_deliveries.dropped_at", "is", null);
        if (state === "dead") return open.where("event_deliveries.dead_at", "is not", null);
        return open
          .where("event_deliveries.dead_at", "is", null)
          .where("event_deliveries.attempts", state === "waiting" ? "=" : ">", 0);
      })(),
    ),
  );
}

export const eventList: List<EventRow> = {
  title: "Events",
  subtitle: "What happened, and what follows from it. What fails is tried ten times over eight hours.",
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  url: "/settings/events",
  table: "events",
  query: (ctx) =>
    reach(ctx, "events").select((eb) => [
      "events.id",
      "events.event_name",
      "events.actor_name",
      "events.occurred_at",
      eb
        .selectFrom("event_deliveries")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .whereRef("event_deliveries.event_id", "=", "events.id")
        .where("event_deliveries.succeeded_at", "is", null)
        .where("event_deliveries.dead_at", "is", null)
        .as("waiting"),
      eb
        .selectFrom("event_deliveries")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .whereRef("event_deliveries.event_id", "=", "events.id")
        .where("event_deliveries.dead_at", "is not", null)
        .where("event_deliveries.dropped_at", "is", null)
        .as("dead"),
    ]) as unknown as ListQuery<EventRow>,
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
      cell: (row) => cell.strong(eventName(row.event_name), `/settings/events/${row.id}`),
    },
    { key: "actor_name", label: "By", is_secondary: true, cell: (row) => cell.text(row.actor_name) },
    {
      key: "state",
      label: "State",
      cell: (row) => {
        const state = Number(row.dead) > 0 ? "dead" : Number(row.waiting) > 0 ? "waiting" : "done";
        return cell.badge(stateWords(state), stateTones[state]);
      },
    },
  ],
  filters: [
    {
      name: "state",
      label: "State",
      options: () => deliveryStates.map((value) => ({ value, label: stateWords(value) })),
      apply: (query, value) => ((deliveryStates as readonly string[]).includes(value) ? inState(query, value) : query),
    },
    {
      name: "event",
      label: "Event",
      options: (ctx) => [...ctx.app.registry.events.keys()].map((value) => ({ value, label: eventName(value) })),
      apply: (query, value) => query.where("events.event_name", "=", value),
    },
    {
      name: "since",
      label: "Since",
      is_date: true,
      options: () => [],
      apply: (query, value) =>
        /^\d{4}-\d{2}-\d{2}$/.test(value) ? query.where("events.occurred_at", ">=", `${value}T00:00:00.000Z`) : query,
    },
  ],
  sort: "-occurred_at",
  href: (row) => `/settings/events/${row.id}`,
  actions: () => [
    link(t("Given up"), "/settings/events/dead", "alert"),
    link(t("Catalog"), "/settings/events/catalog", "book"),
    link(t("How long they are kept"), "/settings/events/retention", "clock"),
  ],
  empty: () => empty("check", t("Nothing has happened yet"), t("Each change that others should know of appears here.")),
};

interface DeadRow {
  id: string;
  event_id: string;
  handler: string;
  event_name: string;
  last_error: string;
  dead_at: string;
}

/** What was given up, by handler, to try all of one handler's again. */
export const deadList: List<DeadRow> = {
  title: "Given up",
  subtitle: "Failed ten times in a row. Fix the cause, then retry.",
  breadcrumbs: [
    { label: "Settings", href: "/settings" },
    { label: "Events", href: "/settings/events" },
  ],
  url: "/settings/events/dead",
  table: "event_deliveries",
  query: (ctx) =>
    reach(ctx, "event_deliveries")
      .innerJoin("events", "events.id", "event_deliveries.event_id")
      .select([
        "event_deliveries.id",
        "event_deliveries.event_id",
        "event_deliveries.handler",
        "event_deliveries.last_error",
        "event_deliveries.dead_at",
        "events.event_name",
      ])
      .where("event_deliveries.dead_at", "is not", null)
      .where("event_deliveries.dropped_at", "is", null) as unknown as ListQuery<DeadRow>,
  columns: [
    {
      key: "dead_at",
      label: "Given up",
      sort: { reference: "event_deliveries.dead_at", column: eventDeliveries.columns.dead_at },
      cell: (row, ctx) => cell.instant(row.dead_at, ctx.tenant, ctx.app.clock.now()),
    },
    {
      key: "event_name",
      label: "Event",
      cell: (row) => cell.strong(eventName(row.event_name), `/settings/events/${row.event_id}`),
    },
    { key: "handler", label: "What was to be done", cell: (row) => cell.text(eventName(row.handler)) },
    { key: "last_error", label: "Problem", is_secondary: true, cell: (row) => cell.muted(row.last_error) },
  ],
  filters: [
    {
      name: "handler",
      label: "What was to be done",
      options: async (ctx) =>
        (
          await reach(ctx, "event_deliveries")
            .select("handler")
            .distinct()
            .where("dead_at", "is not", null)
            .where("dropped_at", "is", null)
            .orderBy("handler")
            .execute()
        ).map(({ handler }) => ({ value: handler, label: eventName(handler) })),
      apply: (query, value) => query.where("event_deliveries.handler", "=", value),
    },
  ],
  sort: "-dead_at",
  href: (row) => `/settings/events/${row.event_id}`,
  empty: () =>
    empty(
      "check",
      t("Nothing has failed"),
      t("What follows from an event is tried ten times over eight hours; what still fails then stands here."),
    ),
};
