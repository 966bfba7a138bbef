import { Type } from "@sinclair/typebox";
import { find } from "../../access/reach.ts";
import type { TableName } from "../../database/tables.ts";
import { t } from "../../language/index.ts";
import { activityEntries } from "../pages/activity.ts";
import { json, type Route } from "../route.ts";

const activity = Type.Object({
  timestamp: Type.String({ format: "instant" }),
  actor_name: Type.String(),
  action: Type.String(),
  text: Type.String(),
  changes: Type.Array(Type.String()),
});

/** `GET …/{id}/activity`: what happened to a record, newest first (PRD 3.3.3). */
export function activityRoute(path: string, table: TableName, permission: string): Route {
  return {
    method: "GET",
    path: `/api/v1/${path}/:id/activity`,
    door: "api",
    permission,
    doc: {
      summary: t("What happened to a record, newest first; the last 200 entries."),
      answer: { type: "activities", attributes: activity, isList: true },
    },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      await find(ctx, table, id);
      const entries = await activityEntries(ctx, table, id, 200);
      return json({
        jsonapi: { version: "1.1" },
        links: { self: incoming.url.pathname },
        data: entries.map(({ id: entryId, ...attributes }) => ({ type: "activities", id: entryId, attributes })),
      });
    },
  };
}
