import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import { reach } from "../../platform/access/reach.ts";
import { eventDeliveries, events } from "../../platform/events/outbox.ts";
import { cell, empty, link } from "../../platform/http/pages/cells.ts";
import type { Tables } from "../../platform/database/tables.ts";
import type { Ctx } from "../../platform/context.ts";
import { startOfDay } from "../../platform/http/lists/kinds.ts";
import type { List, ListQuery } from "../../platform/http/lists/list.ts";
import { t } from "../../platform/language/index.ts";
import { type DeliveryState, deliveryStates, eventName, stateTones, stateWords } from "./words.ts";

interface EventRow {
  id: string;
  event_name: string;
  actor_name: string;
  occurred_at: string;
  waiting: number;
  retrying: number;
  dead: number;
  dropped: number;
}

type StateCount = Exclude<DeliveryState, "done">;

/** How an event stands as a whole: as the delivery that somebody should know of first. */
function eventState(row: Record<StateCount, number>): DeliveryState {
  const first = (["dead", "retrying", "waiting", "dropped"] as const).find((state) => Number(row[state]) > 0);
  return first ?? "done";
}

/** Whether a delivery is in a state; the same as `deliveryState` says of a row. */
function isInState(eb: ExpressionBuilder<Tables, "event_deliveries">, state: DeliveryState): Expression<SqlBool> {
  if (state === "done") return eb("event_deliveries.succeeded_at", "is not", null);
  const isOpen = eb("event_deliveries.succeeded_at", "is", null);
  if (state === "dropped") return eb.and([isOpen, eb("event_deliveries.dropped_at", "is not", null)]);
  const isKept = eb.and([isOpen, eb("event_deliveries.dropped_at", "is", null)]);
  if (state === "dead") return eb.and([isKept, eb("event_deliveries.dead_at", "is not", null)]);
  const isTried = eb("event_deliveries.attempts", state === "waiting" ? "=" : ">", 0);
  return eb.and([isKept, eb("event_deliveries.dead_at", "is", null), isTried]);
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
      ...(["waiting", "retrying", "dead", "dropped"] as const).map((state) =>
        eb
          .selectFrom("event_deliveries")
          .select(({ fn }) => fn.countAll<number>().as("count"))
          .whereRef("event_deliveries.event_id", "=", "events.id")
          .where((of) => isInState(of, state))
          .as(state),
      ),
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
        const state = eventState(row);
        return cell.badge(stateWords(state), stateTones[state]);
      },
    },
  ],
  filters: [
    {
      name: "state",
      label: "State",
      is_multiple: true,
      options: () => deliveryStates.map((value) => ({ value, label: stateWords(value) })),
      apply: (query, _value, _ctx, values) =>
        query.where((eb) =>
          eb.exists(
            eb
              .selectFrom("event_deliveries")
              .select("event_deliveries.id")
              .whereRef("event_deliveries.event_id", "=", "events.id")
              .where((of) =>
                of.or(deliveryStates.filter((state) => values.includes(state)).map((state) => isInState(of, state))),
              ),
          ),
        ),
    },
    {
      name: "event",
      label: "Event",
      is_multiple: true,
      options: (ctx) => [...ctx.app.registry.events.keys()].map((value) => ({ value, label: eventName(value) })),
      apply: (query, _value, _ctx, values) => query.where("events.event_name", "in", [...values]),
    },
    {
      name: "since",
      label: "Since",
      is_date: true,
      options: () => [],
      apply: (query, value, ctx) => {
        const start = startOfDay(value, ctx);
        return start === null ? query : query.where("events.occurred_at", ">=", start);
      },
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

/** The handlers that have given something up. */
export async function deadHandlers(ctx: Ctx): Promise<string[]> {
  const rows = await reach(ctx, "event_deliveries")
    .select("handler")
    .distinct()
    .where((eb) => isInState(eb, "dead"))
    .orderBy("handler")
    .execute();
  return rows.map(({ handler }) => handler);
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
        (await deadHandlers(ctx)).map((handler) => ({ value: handler, label: eventName(handler) })),
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
