import { Type } from "@sinclair/typebox";
import { refuseLimited } from "../../../platform/access/oneself.ts";
import { find } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { unauthorized } from "../../../platform/errors.ts";
import { readDocument } from "../../../platform/http/jsonapi/document.ts";
import { type Answer, type Incoming, json, type Route } from "../../../platform/http/route.ts";
import { endSession, renameSession, revokeSession } from "../actions.ts";
import { nothing, signedInThemselves } from "./answers.ts";

const attributes = Type.Object({
  device_name: Type.Union([Type.String(), Type.Null()]),
  session_kind: Type.String(),
  signed_in_with: Type.String(),
  ip_address: Type.String(),
  user_agent: Type.String(),
  created_at: Type.String(),
  last_seen_at: Type.String(),
  expires_at: Type.String(),
  is_current: Type.Boolean(),
});

async function sessionList(ctx: Ctx, userId: string, self: string): Promise<Answer> {
  const rows = await ctx.db
    .selectFrom("sessions")
    .select([
      "id",
      "device_name",
      "session_kind",
      "signed_in_with",
      "ip_address",
      "user_agent",
      "created_at",
      "last_seen_at",
      "expires_at",
    ])
    .where("user_id", "=", userId)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", ctx.app.clock.now())
    .orderBy("last_seen_at", "desc")
    .execute();
  return json({
    jsonapi: { version: "1.1" },
    links: { self },
    data: rows.map(({ id, ...rest }) => ({
      type: "sessions",
      id,
      attributes: { ...rest, is_current: id === ctx.actor.session_id },
    })),
  });
}

/** The session of an address; what is out of reach is not there, for keys as well. */
async function ownSession(ctx: Ctx, incoming: Incoming): Promise<string> {
  if (ctx.actor.user_id === null) throw unauthorized();
  refuseLimited(ctx.actor);
  const { id } = await reading(ctx, (reader) => find(reader, "sessions", incoming.params["id"] ?? ""));
  signedInThemselves(ctx);
  return id;
}

/** One's sessions over the API (PRD 3.1.3). */
export const sessionsApi: Route[] = [
  {
    method: "GET",
    path: "/api/v1/auth/sessions",
    door: "api",
    permission: null,
    doc: { summary: "Where one is signed in.", answer: { type: "sessions", attributes, isList: true } },
    handle: async (ctx) => {
      if (ctx.actor.user_id === null) throw unauthorized();
      refuseLimited(ctx.actor);
      return sessionList(ctx, ctx.actor.user_id, "/api/v1/auth/sessions");
    },
  },
  {
    method: "PATCH",
    path: "/api/v1/auth/sessions/:id",
    door: "api",
    permission: null,
    doc: {
      isHeldToVersion: false,
      summary: "Say what one of one's devices is called.",
      input: { type: "sessions", attributes: Type.Object({ device_name: Type.String({ maxLength: 80 }) }) },
      answer: "nothing",
    },
    handle: async (ctx, incoming) => {
      const id = await ownSession(ctx, incoming);
      await perform(ctx, renameSession, { ...readDocument(await incoming.json(), "sessions", id), id });
      return nothing();
    },
  },
  {
    method: "DELETE",
    path: "/api/v1/auth/sessions/:id",
    door: "api",
    permission: null,
    doc: { isHeldToVersion: false, summary: "End one of one's sessions.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      await perform(ctx, revokeSession, { id: await ownSession(ctx, incoming) });
      return nothing();
    },
  },
  {
    method: "GET",
    path: "/api/v1/users/:id/sessions",
    door: "api",
    permission: "staff.manage",
    doc: { summary: "Where a person is signed in.", answer: { type: "sessions", attributes, isList: true } },
    handle: async (ctx, incoming) => {
      const user = await find(ctx, "users", incoming.params["id"] ?? "");
      return sessionList(ctx, user.id, `/api/v1/users/${user.id}/sessions`);
    },
  },
  {
    method: "DELETE",
    path: "/api/v1/users/:id/sessions/:session_id",
    door: "api",
    permission: "staff.manage",
    doc: { isHeldToVersion: false, summary: "End a session of a person.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      await perform(ctx, endSession, { ...incoming.params });
      return nothing();
    },
  },
];
