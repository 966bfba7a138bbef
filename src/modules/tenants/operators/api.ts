import { Type } from "@sinclair/typebox";
import { platformPermission } from "../../../platform/access/platform.ts";
import { perform } from "../../../platform/action.ts";
import { json, response, type Route } from "../../../platform/http/route.ts";
import { endOperatorSession, sessionsOfOperator } from "./sessions.ts";

const sessionAttributes = Type.Object({
  ip_address: Type.String(),
  user_agent: Type.String(),
  created_at: Type.String(),
  last_seen_at: Type.String(),
  expires_at: Type.String(),
});

/** Where the operator whose key it is is signed in. */
export const sessionRoutes: Route[] = [
  {
    method: "GET",
    path: "/api/v1/auth/sessions",
    door: "api",
    permission: platformPermission,
    doc: {
      summary: "Where one is signed in.",
      answer: { type: "operator_sessions", attributes: sessionAttributes, isList: true },
    },
    handle: async (ctx) => {
      const rows = await sessionsOfOperator(ctx, ctx.actor.user_id ?? "");
      const data = rows.map(({ id, ...attributes }) => ({ type: "operator_sessions", id, attributes }));
      return json({ jsonapi: { version: "1.1" }, links: { self: "/api/v1/auth/sessions" }, data });
    },
  },
  {
    method: "DELETE",
    path: "/api/v1/auth/sessions/:id",
    door: "api",
    permission: platformPermission,
    doc: { isHeldToVersion: false, summary: "End one of one's own sessions.", answer: "nothing" },
    handle: async (ctx, { params }) => {
      await perform(ctx, endOperatorSession, { id: params["id"] });
      return response(new Response(null, { status: 204 }));
    },
  },
];
