import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { type AnyAction, perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { eventDeliveries, events } from "../../platform/events/outbox.ts";
import { showOne } from "../../platform/http/jsonapi/routes.ts";
import { checkMatch, readDocument, readVerb } from "../../platform/http/jsonapi/document.ts";
import { json, type Route } from "../../platform/http/route.ts";
import { resource } from "../../platform/resource.ts";
import { dropEventDelivery, retryDeadDeliveries, retryEventDelivery } from "./actions.ts";
import { eventDoc } from "./catalog.ts";

const permission = "settings.manage";

export const eventResource = resource({ type: "events", table: events, permission, sort: "-occurred_at" });

export const eventDeliveryResource = resource({
  type: "event_deliveries",
  table: eventDeliveries,
  permission,
  under: [{ parent: "events", column: "event_id", as: "deliveries" }],
  sort: "-id",
});

function verb(name: string, summary: string, action: AnyAction): Route {
  return {
    method: "POST",
    path: `/api/v1/event-deliveries/:id/${name}`,
    door: "api",
    permission,
    doc: { summary, answer: { one: "event_deliveries" } },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, "event_deliveries", id)));
      await perform(ctx, action, { ...(await readVerb(incoming, "event_deliveries", id)), id });
      return showOne(ctx, eventDeliveryResource, id);
    },
  };
}

const typeAttributes = Type.Object({
  description: Type.String(),
  is_public: Type.Boolean(),
  record_type: Type.Union([Type.String(), Type.Null()]),
  payload: Type.Record(Type.String(), Type.Unknown()),
  example: Type.Record(Type.String(), Type.Unknown()),
});

export const eventApi: Route[] = [
  verb("retry", "Lets a handler try an event now, also one that it has given up.", retryEventDelivery as AnyAction),
  verb("drop", "Decides that what a handler has given up is not tried again.", dropEventDelivery as AnyAction),
  {
    method: "POST",
    path: "/api/v1/event-deliveries/retry-dead",
    door: "api",
    permission,
    doc: {
      summary: "Lets a handler try everything again that it has given up.",
      input: { type: "event_deliveries", attributes: retryDeadDeliveries.input },
      answer: {
        type: "event_deliveries",
        attributes: Type.Object({ handler: Type.String(), retried: Type.Integer() }),
      },
    },
    handle: async (ctx, incoming) => {
      const input = readDocument(await incoming.json(), "event_deliveries", null);
      const attributes = await perform(ctx, retryDeadDeliveries, input);
      return json({
        jsonapi: { version: "1.1" },
        data: { type: "event_deliveries", id: attributes.handler, attributes },
      });
    },
  },
  {
    method: "GET",
    path: "/api/v1/event-types",
    door: "api",
    permission,
    doc: {
      summary: "Every event that Purser tells, with what it says.",
      answer: { type: "event_types", attributes: typeAttributes, isList: true },
    },
    handle: async (ctx, incoming) => {
      const docs = [...ctx.app.registry.events.values()].map(eventDoc);
      return json({
        jsonapi: { version: "1.1" },
        links: { self: incoming.url.pathname },
        data: docs.map(({ name, ...attributes }) => ({ type: "event_types", id: name, attributes })),
      });
    },
  },
];
