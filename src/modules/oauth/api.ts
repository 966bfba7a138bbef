import { Type } from "@sinclair/typebox";
import { refuseLimited } from "../../platform/access/oneself.ts";
import { find, reach } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { toEdge } from "../../platform/database/edge.ts";
import { unauthorized } from "../../platform/errors.ts";
import { ifMatch, readDocument, readVerb } from "../../platform/http/jsonapi/document.ts";
import { pagedAnswer, pagingParameters } from "../../platform/http/jsonapi/paged.ts";
import { type Answer, json, response, type Route } from "../../platform/http/route.ts";
import { oauthClients, oauthGrants } from "../../platform/access/oauth.ts";
import {
  clientInput,
  clientPatch,
  type ClientRow,
  createClient,
  revokeClient,
  rotateSecret,
  updateClient,
} from "./clients.ts";
import { grantsOfAll, revokeAnyGrant, withdrawGrant } from "./grants.ts";
import { allowedBy } from "./pages/allowed.ts";

/** Apps over the API: registering them, and what one has allowed them. */

const base = "/api/v1/oauth-clients";
const permission = "oauth.manage";
const maybe = Type.Union([Type.String(), Type.Null()]);
const attributes = Type.Object({
  name: Type.String(),
  description: Type.String(),
  is_confidential: Type.Boolean(),
  redirect_uris: Type.Array(Type.String()),
  scopes: Type.Array(Type.String()),
  is_service: Type.Boolean(),
  service_user_id: maybe,
  secret_hint: maybe,
  last_used_at: maybe,
  revoked_at: maybe,
  version: Type.Integer(),
  created_at: Type.String(),
  updated_at: Type.String(),
  /** Only where it has just been made. */
  secret: Type.Optional(Type.String()),
});
const one = { type: "oauth_clients", attributes } as const;

function objectOf(row: ClientRow, secret: string | null = null): object {
  const { id, ...rest } = toEdge(oauthClients, row as Record<string, unknown>);
  return { type: "oauth_clients", id, attributes: { ...rest, ...(secret === null ? {} : { secret }) } };
}

function answer(row: ClientRow, secret: string | null = null, status = 200): Answer {
  return json({ jsonapi: { version: "1.1" }, data: objectOf(row, secret) }, status, {
    etag: `"${row.version}"`,
    ...(status === 201 ? { location: `${base}/${row.id}` } : {}),
  });
}

const write = (method: "PUT" | "PATCH"): Route => ({
  method,
  path: `${base}/:id`,
  door: "api",
  permission,
  doc: {
    hasVersion: true,
    summary: "Change an app.",
    input: { type: "oauth_clients", attributes: clientPatch },
    answer: one,
  },
  handle: async (ctx, incoming) => {
    const id = incoming.params["id"] ?? "";
    await reading(ctx, (reader) => find(reader, "oauth_clients", id));
    const input = { ...readDocument(await incoming.json(), "oauth_clients", id), ...ifMatch(incoming), id };
    return answer(await perform(ctx, updateClient, input));
  },
});

const grantAttributes = Type.Object({
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  created_at: Type.String(),
  last_used_at: maybe,
});

const allGrantAttributes = Type.Object({
  client_id: Type.String(),
  app_name: Type.String(),
  user_id: maybe,
  user_name: maybe,
  scopes: Type.Array(Type.String()),
  created_at: Type.String(),
  last_used_at: maybe,
});

/** Who has allowed which app what, for whoever looks after the apps. */
const grantRoutes: Route[] = [
  {
    method: "GET",
    path: "/api/v1/oauth-grants",
    door: "api",
    permission,
    doc: {
      summary: "What everybody has allowed apps to do, and apps that act by themselves.",
      answer: { type: "oauth_grants", attributes: allGrantAttributes, isList: true },
      parameters: pagingParameters,
    },
    handle: async (ctx, incoming) => {
      const { created_at: column } = oauthGrants.columns;
      return pagedAnswer(ctx, incoming, {
        query: grantsOfAll(ctx),
        table: "oauth_grants",
        keys: [{ name: "created_at", reference: "oauth_grants.created_at", column, isDescending: true }],
        object: ({ id, service_user_id: _own, ...rest }) => ({ type: "oauth_grants", id, attributes: rest }),
      });
    },
  },
  {
    method: "DELETE",
    path: "/api/v1/oauth-grants/:id",
    door: "api",
    permission,
    doc: { isHeldToVersion: false, summary: "Take away what somebody has allowed an app.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      await perform(ctx, revokeAnyGrant, { id: incoming.params["id"] });
      return response(new Response(null, { status: 204 }));
    },
  },
];

export const oauthApi: Route[] = [
  ...grantRoutes,
  {
    method: "GET",
    path: base,
    door: "api",
    permission,
    doc: { summary: "The apps that are registered.", answer: { ...one, isList: true }, parameters: pagingParameters },
    handle: (ctx, incoming) => {
      const { name: column } = oauthClients.columns;
      return pagedAnswer(ctx, incoming, {
        query: reach(ctx, "oauth_clients").selectAll(),
        table: "oauth_clients",
        keys: [{ name: "name", reference: "oauth_clients.name", column, isDescending: false }],
        object: (row) => objectOf(row),
      });
    },
  },
  {
    method: "POST",
    path: base,
    door: "api",
    permission,
    doc: {
      hasVersion: true,
      hasLocation: true,
      summary: "Register an app; the secret of one that can keep it is in the answer, once.",
      input: { type: "oauth_clients", attributes: clientInput },
      answer: one,
      status: 201,
    },
    handle: async (ctx, incoming) => {
      const input = readDocument(await incoming.json(), "oauth_clients", null);
      const { client, secret } = await perform(ctx, createClient, input);
      return answer(client, secret, 201);
    },
  },
  {
    method: "GET",
    path: `${base}/:id`,
    door: "api",
    permission,
    doc: { hasVersion: true, summary: "One of the apps that are registered.", answer: one },
    handle: async (ctx, incoming) => {
      return answer(await find(ctx, "oauth_clients", incoming.params["id"] ?? ""));
    },
  },
  write("PUT"),
  write("PATCH"),
  {
    method: "DELETE",
    path: `${base}/:id`,
    door: "api",
    permission,
    doc: { summary: "Take an app and all its access out of use.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      await perform(ctx, revokeClient, { id: incoming.params["id"], ...ifMatch(incoming) });
      return response(new Response(null, { status: 204 }));
    },
  },
  {
    method: "POST",
    path: `${base}/:id/rotate-secret`,
    door: "api",
    permission,
    doc: { hasVersion: true, summary: "A new secret in place of the present one.", answer: one },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      await reading(ctx, (reader) => find(reader, "oauth_clients", id));
      const { client, secret } = await perform(ctx, rotateSecret, {
        ...(await readVerb(incoming, "oauth_clients", id)),
        id,
      });
      return answer(client, secret);
    },
  },
  {
    method: "GET",
    path: "/api/v1/auth/apps",
    door: "api",
    permission: null,
    doc: {
      summary: "The apps that one has allowed to act in one's name.",
      answer: { type: "oauth_grants", attributes: grantAttributes, isList: true },
    },
    handle: async (ctx) => {
      if (ctx.actor.user_id === null) throw unauthorized();
      refuseLimited(ctx.actor);
      const rows = await allowedBy(ctx);
      return json({
        jsonapi: { version: "1.1" },
        links: { self: "/api/v1/auth/apps" },
        data: rows.map(({ id, ...rest }) => ({ type: "oauth_grants", id, attributes: rest })),
      });
    },
  },
  {
    method: "DELETE",
    path: "/api/v1/auth/apps/:id",
    door: "api",
    permission: null,
    doc: { isHeldToVersion: false, summary: "Take back what one has allowed an app.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      if (ctx.actor.user_id === null) throw unauthorized();
      await perform(ctx, withdrawGrant, { id: incoming.params["id"] });
      return response(new Response(null, { status: 204 }));
    },
  },
];
