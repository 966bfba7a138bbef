import { Type } from "@sinclair/typebox";
import { find, reach } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { notFound } from "../../../platform/errors.ts";
import { readDocument, refuseParameters } from "../../../platform/http/jsonapi/document.ts";
import { type Answer, json, type Route } from "../../../platform/http/route.ts";
import { createApiKey, keyInput, revokeAnyApiKey, revokeApiKey } from "../keys.ts";
import { documentOf, nothing } from "./answers.ts";

/** API keys over the API: one's own, and for whoever manages the staff those of others. */

const maybe = Type.Union([Type.String(), Type.Null()]);
const attributes = Type.Object({
  name: Type.String(),
  hint: Type.String(),
  scopes: Type.Array(Type.String()),
  allowed_networks: Type.Array(Type.String()),
  created_at: Type.String(),
  last_used_at: maybe,
  last_used_ip: maybe,
  expires_at: maybe,
  revoked_at: maybe,
});
const shown = [
  "id",
  "name",
  "hint",
  "scopes",
  "allowed_networks",
  "created_at",
  "last_used_at",
  "last_used_ip",
  "expires_at",
  "revoked_at",
] as const;
const type = "api_keys";
const base = "/api/v1/api-keys";

function listOf(self: string, rows: readonly { id: string }[]): Answer {
  const data = rows.map(({ id, ...rest }) => ({ type, id, attributes: rest }));
  return json({ jsonapi: { version: "1.1" }, links: { self }, data });
}

/** The keys of somebody, for whoever manages the staff. */
async function keysOf(ctx: Ctx, userId: string): Promise<{ id: string }[]> {
  const user = await find(ctx, "users", userId);
  return ctx.db.selectFrom("api_keys").select(shown).where("user_id", "=", user.id).orderBy("name").execute();
}

const owner = Type.Object({ user_id: Type.String(), user_name: Type.String() });

/** Everybody's keys, with whose they are. */
function allKeys(ctx: Ctx) {
  const own = shown.map((name) => `api_keys.${name}` as const);
  return ctx.db
    .selectFrom("api_keys")
    .innerJoin("users", "users.id", "api_keys.user_id")
    .select(own)
    .select(["api_keys.user_id", "users.name as user_name"]);
}

export const keysApi: Route[] = [
  {
    method: "GET",
    path: base,
    door: "api",
    permission: "api_keys.manage",
    doc: { summary: "One's own API keys.", answer: { type, attributes, isList: true } },
    handle: async (ctx, incoming) => {
      refuseParameters(incoming);
      return listOf(base, await reach(ctx, "api_keys").select(shown).orderBy("name").execute());
    },
  },
  {
    method: "POST",
    path: base,
    door: "api",
    permission: "api_keys.manage",
    doc: {
      summary: "Make an API key for oneself; the key is in the answer, once. Nothing in scopes: all that one may do.",
      input: { type, attributes: keyInput },
      answer: { type, attributes: Type.Object({ key: Type.String() }) },
      status: 201,
    },
    handle: async (ctx, incoming) => {
      const made = await perform(ctx, createApiKey, readDocument(await incoming.json(), type, null));
      return documentOf(type, made.id, { key: made.key }, 201);
    },
  },
  {
    method: "DELETE",
    path: `${base}/:id`,
    door: "api",
    permission: "api_keys.manage",
    doc: { summary: "Revoke one of one's own API keys.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      await perform(ctx, revokeApiKey, { id: incoming.params["id"] });
      return nothing();
    },
  },
  {
    method: "GET",
    path: "/api/v1/staff/api-keys",
    door: "api",
    permission: "staff.manage",
    doc: {
      summary: "Everybody's API keys: whose, what for, when and from where they were used.",
      answer: { type, attributes: Type.Object({ ...attributes.properties, ...owner.properties }), isList: true },
    },
    handle: async (ctx, incoming) => {
      refuseParameters(incoming);
      return listOf("/api/v1/staff/api-keys", await allKeys(ctx).orderBy("api_keys.name").execute());
    },
  },
  {
    method: "DELETE",
    path: "/api/v1/staff/api-keys/:id",
    door: "api",
    permission: "staff.manage",
    doc: { summary: "Revoke anybody's API key.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      await perform(ctx, revokeAnyApiKey, { id: incoming.params["id"] });
      return nothing();
    },
  },
  {
    method: "GET",
    path: "/api/v1/users/:id/api-keys",
    door: "api",
    permission: "staff.manage",
    doc: { summary: "The API keys of a person.", answer: { type, attributes, isList: true } },
    handle: async (ctx, incoming) => {
      refuseParameters(incoming);
      const id = incoming.params["id"] ?? "";
      return listOf(`/api/v1/users/${id}/api-keys`, await keysOf(ctx, id));
    },
  },
  {
    method: "DELETE",
    path: "/api/v1/users/:id/api-keys/:key_id",
    door: "api",
    permission: "staff.manage",
    doc: { summary: "Revoke an API key of a person.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      const keys = await reading(ctx, (reader) => keysOf(reader, incoming.params["id"] ?? ""));
      const key = keys.find(({ id }) => id === incoming.params["key_id"]);
      if (key === undefined) throw notFound("This API key");
      await perform(ctx, revokeAnyApiKey, { id: key.id });
      return nothing();
    },
  },
];
