import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { unauthorized } from "../../platform/errors.ts";
import { resourceRoutes, showOne } from "../../platform/http/jsonapi/routes.ts";
import { readDocument, readVerb, refuseMembers } from "../../platform/http/jsonapi/document.ts";
import { type Answer, json, type Route } from "../../platform/http/route.ts";
import { resource } from "../../platform/resource.ts";
import { markAllRead, markRead } from "./actions.ts";
import { ownerOf, preferencesOf, setPreferences } from "./preferences.ts";
import { unreadCount } from "./queries.ts";
import { notifications } from "./schema.ts";

export const notificationResource = resource({
  type: "notifications",
  table: notifications,
  permission: null,
  sort: "-created_at",
});

const version = { version: "1.1" };
const type = "user_notification_preferences";

async function showPreferences(ctx: Ctx, userId: string): Promise<Answer> {
  return reading(ctx, async (reader) => {
    const preferences = await preferencesOf(reader, await ownerOf(reader, userId));
    return json({
      jsonapi: version,
      links: { self: `/api/v1/users/${userId}/notification-preferences` },
      data: preferences.map((attributes) => ({ type, id: attributes.event_type, attributes })),
    });
  });
}

const preferenceAttributes = Type.Object({
  event_type: Type.String(),
  channel_types: Type.Array(Type.String()),
  is_enabled: Type.Boolean(),
});

/** In-app notifications and preferences over the API (PRD 3.13.3). */
const routes: Route[] = [
  ...resourceRoutes(notificationResource),
  {
    method: "PUT",
    path: "/api/v1/notifications/:id/read",
    door: "api",
    permission: null,
    doc: { isHeldToVersion: false, summary: "Mark a notification as read.", answer: { one: "notifications" } },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      await reading(ctx, (reader) => find(reader, "notifications", id));
      refuseMembers(await readVerb(incoming, "notifications", id));
      await perform(ctx, markRead, { id });
      return showOne(ctx, notificationResource, id);
    },
  },
  {
    method: "PUT",
    path: "/api/v1/notifications/read-all",
    door: "api",
    permission: null,
    doc: {
      summary: "Mark all of one's own notifications as read.",
      answer: { type: "notifications", attributes: Type.Object({ read: Type.Integer() }) },
    },
    handle: async (ctx, incoming) => {
      refuseMembers(await readVerb(incoming, "notifications", null));
      const attributes = await perform(ctx, markAllRead, {});
      return json({ jsonapi: version, data: { type: "notifications", id: "read-all", attributes } });
    },
  },
  {
    method: "GET",
    path: "/api/v1/notifications/unread-count",
    door: "api",
    permission: null,
    doc: {
      summary: "How many of one's own notifications are unread.",
      answer: { type: "notifications", attributes: Type.Object({ unread: Type.Integer() }) },
    },
    handle: async (ctx) => {
      const attributes = { unread: await unreadCount(ctx) };
      return json({ jsonapi: version, data: { type: "notifications", id: "unread-count", attributes } });
    },
  },
  {
    method: "GET",
    path: "/api/v1/users/:id/notification-preferences",
    door: "api",
    permission: null,
    doc: {
      summary: "What a person hears of, and how; one's own, or with staff.manage anybody's.",
      answer: { type, attributes: preferenceAttributes, isList: true },
    },
    handle: async (ctx, incoming) => {
      return showPreferences(ctx, incoming.params["id"] ?? "");
    },
  },
  {
    method: "PUT",
    path: "/api/v1/users/:id/notification-preferences",
    door: "api",
    permission: null,
    doc: {
      isHeldToVersion: false,
      summary: "Choose what a person hears of, and how; events that are not named stay as they are.",
      input: { type, attributes: Type.Pick(setPreferences.input, ["preferences"]) },
      answer: { type, attributes: preferenceAttributes, isList: true },
    },
    handle: async (ctx, incoming) => {
      const user_id = incoming.params["id"] ?? "";
      await reading(ctx, (reader) => ownerOf(reader, user_id));
      await perform(ctx, setPreferences, { ...readDocument(await incoming.json(), type, null), user_id });
      return showPreferences(ctx, user_id);
    },
  },
];

/** No permission is needed for what is one's own, but one has to be somebody. */
export const notificationApi: Route[] = routes.map((route) => ({
  ...route,
  handle: async (ctx, incoming) => {
    if (ctx.actor.user_id === null) throw unauthorized();
    return route.handle(ctx, incoming);
  },
}));
