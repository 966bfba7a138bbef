import { Type } from "@sinclair/typebox";
import { issueAccessToken } from "../../platform/access/jwt.ts";
import { reach } from "../../platform/access/reach.ts";
import { validate } from "../../platform/access/validate.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx } from "../../platform/context.ts";
import { invalid, unauthorized } from "../../platform/errors.ts";
import { readDocument, refuseParameters } from "../../platform/http/jsonapi-document.ts";
import { type Answer, json, response, type Route } from "../../platform/http/route.ts";
import { revokeSession } from "./actions.ts";
import { signIn, signOut, type UserType } from "./auth.ts";

const credentials = Type.Object(
  { email: Type.String({ minLength: 1, maxLength: 254 }), password: Type.String({ minLength: 1, maxLength: 1024 }) },
  { additionalProperties: false },
);
const seconds = 900;

async function tokenAnswer(ctx: Ctx, kind: UserType, userId: string, sessionId: string): Promise<Answer> {
  const secret = ctx.app.keyring.derive("access-token", ctx.tenant.id);
  const token = await issueAccessToken(
    secret,
    { tenant_id: ctx.tenant.id, user_id: userId, session_id: sessionId, kind },
    ctx.app.clock.now(),
    seconds,
  );
  return json({
    jsonapi: { version: "1.1" },
    data: {
      type: "access_tokens",
      id: sessionId,
      attributes: { access_token: token, token_type: "Bearer", expires_in: seconds },
    },
  });
}

/** `POST …/login`: e-mail and password for a short-lived access token; the session behind it can be revoked. */
export function loginRoute(path: string, kind: UserType): Route {
  return {
    method: "POST",
    path,
    door: "hook",
    permission: null,
    handle: async (ctx, incoming) => {
      const input = readDocument(await incoming.json(), "credentials", null);
      const problems = validate(credentials, input);
      if (problems.length > 0) throw invalid(problems);
      const signed = await signIn(ctx, kind, String(input["email"]), String(input["password"]));
      return tokenAnswer(ctx, kind, signed.user_id, signed.session_id);
    },
  };
}

/** `POST …/logout`: ends the session that the token speaks for. */
export function logoutRoute(path: string): Route {
  return {
    method: "POST",
    path,
    door: "api",
    permission: null,
    handle: async (ctx) => {
      if (ctx.actor.session_id === null) throw unauthorized();
      await signOut(ctx);
      return response(new Response(null, { status: 204 }));
    },
  };
}

/** Signing in over the API, and one's sessions (PRD 3.1.3). */
export const authApi: Route[] = [
  loginRoute("/api/v1/auth/login", "staff"),
  logoutRoute("/api/v1/auth/logout"),
  {
    method: "POST",
    path: "/api/v1/auth/refresh",
    door: "api",
    permission: null,
    handle: async (ctx) => {
      const { user_id, session_id, kind } = ctx.actor;
      if (user_id === null || session_id === null || (kind !== "staff" && kind !== "portal")) throw unauthorized();
      return tokenAnswer(ctx, kind, user_id, session_id);
    },
  },
  {
    method: "GET",
    path: "/api/v1/auth/sessions",
    door: "api",
    permission: null,
    handle: async (ctx, incoming) => {
      if (ctx.actor.user_id === null) throw unauthorized();
      refuseParameters(incoming);
      const rows = await reach(ctx, "sessions")
        .select(["id", "ip_address", "user_agent", "created_at", "last_seen_at", "expires_at"])
        .where("revoked_at", "is", null)
        .where("expires_at", ">", ctx.app.clock.now())
        .orderBy("last_seen_at", "desc")
        .execute();
      return json({
        jsonapi: { version: "1.1" },
        links: { self: "/api/v1/auth/sessions" },
        data: rows.map(({ id, ...attributes }) => ({
          type: "sessions",
          id,
          attributes: { ...attributes, is_current: id === ctx.actor.session_id },
        })),
      });
    },
  },
  {
    method: "DELETE",
    path: "/api/v1/auth/sessions/:id",
    door: "api",
    permission: null,
    handle: async (ctx, incoming) => {
      if (ctx.actor.user_id === null) throw unauthorized();
      await perform(ctx, revokeSession, { id: incoming.params["id"] });
      return response(new Response(null, { status: 204 }));
    },
  },
];
