import { Type } from "@sinclair/typebox";
import { apiKeys } from "../../../platform/access/schema.ts";
import { find, reach } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { notFound } from "../../../platform/errors.ts";
import { isId } from "../../../platform/ids.ts";
import { ifMatch, readDocument } from "../../../platform/http/jsonapi/document.ts";
import { pagedAnswer, pagingParameters } from "../../../platform/http/jsonapi/paged.ts";
import type { ListQuery } from "../../../platform/http/lists/list.ts";
import { t } from "../../../platform/language/index.ts";
import type { Answer, Incoming, Route } from "../../../platform/http/route.ts";
import { proveAgain } from "../auth/proof.ts";
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
  version: Type.Integer(),
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
  "version",
] as const;
const type = "api_keys";
const base = "/api/v1/api-keys";

const tagOf = ({ version }: { version: number }): Record<string, string> => ({ etag: `"${version}"` });

/** A page of some keys, by name. */
function listOf(ctx: Ctx, incoming: Incoming, query: ListQuery<{ id: string }>): Promise<Answer> {
  const byName = { name: "name", reference: "api_keys.name", column: apiKeys.columns.name, isDescending: false };
  return pagedAnswer(ctx, incoming, {
    query,
    table: "api_keys",
    keys: [byName],
    object: ({ id, ...rest }) => ({ type, id, attributes: rest }),
  });
}

async function ownKey(ctx: Ctx, id: string) {
  const key = isId(id)
    ? await reach(ctx, "api_keys").select(shown).where("api_keys.id", "=", id).executeTakeFirst()
    : undefined;
  if (key === undefined) throw notFound(t("This API key"));
  return key;
}

const newKeyPassword = Type.Optional(
  Type.String({ maxLength: 1024, description: "The person's own, asked for 10 minutes after signing in." }),
);
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
    doc: { summary: "One's own API keys.", answer: { type, attributes, isList: true }, parameters: pagingParameters },
    handle: async (ctx, incoming) => {
      return listOf(ctx, incoming, reach(ctx, "api_keys").select(shown));
    },
  },
  {
    method: "POST",
    path: base,
    door: "api",
    permission: "api_keys.manage",
    doc: {
      hasVersion: true,
      hasLocation: true,
      summary: "Make an API key for oneself; the key is in the answer, once. Nothing in scopes: all that one may do.",
      input: {
        type,
        attributes: Type.Object({ ...keyInput.properties, password: newKeyPassword }, { additionalProperties: false }),
      },
      answer: { type, attributes: Type.Object({ ...attributes.properties, key: Type.String() }) },
      status: 201,
    },
    handle: async (ctx, incoming) => {
      const { password, ...given } = readDocument(await incoming.json(), type, null);
      // A key or an app makes none; it is told so by the action.
      if (ctx.actor.session_id !== null)
        await proveAgain(ctx, typeof password === "string" ? password : "", "password");
      const made = await perform(ctx, createApiKey, given);
      // With the rest of it, so that whoever left out scopes or an end sees at once what that means.
      const { id, ...rest } = await reading(ctx, (reader) => ownKey(reader, made.id));
      return documentOf(type, id, { ...rest, key: made.key }, 201, { location: `${base}/${id}`, ...tagOf(rest) });
    },
  },
  {
    method: "GET",
    path: `${base}/:id`,
    door: "api",
    permission: "api_keys.manage",
    doc: { hasVersion: true, summary: "One of one's own API keys.", answer: { type, attributes } },
    handle: async (ctx, incoming) => {
      const { id, ...rest } = await ownKey(ctx, incoming.params["id"] ?? "");
      return documentOf(type, id, rest, 200, tagOf(rest));
    },
  },
  {
    method: "DELETE",
    path: `${base}/:id`,
    door: "api",
    permission: "api_keys.manage",
    doc: { summary: "Revoke one of one's own API keys.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      await perform(ctx, revokeApiKey, { id: incoming.params["id"], ...ifMatch(incoming) });
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
      parameters: pagingParameters,
    },
    handle: async (ctx, incoming) => {
      return listOf(ctx, incoming, allKeys(ctx));
    },
  },
  {
    method: "DELETE",
    path: "/api/v1/staff/api-keys/:id",
    door: "api",
    permission: "staff.manage",
    doc: { summary: "Revoke anybody's API key.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      await perform(ctx, revokeAnyApiKey, { id: incoming.params["id"], ...ifMatch(incoming) });
      return nothing();
    },
  },
  {
    method: "GET",
    path: "/api/v1/users/:id/api-keys",
    door: "api",
    permission: "staff.manage",
    doc: {
      summary: "The API keys of a person.",
      answer: { type, attributes, isList: true },
      parameters: pagingParameters,
    },
    handle: async (ctx, incoming) => {
      const user = await find(ctx, "users", incoming.params["id"] ?? "");
      return listOf(ctx, incoming, ctx.db.selectFrom("api_keys").select(shown).where("user_id", "=", user.id));
    },
  },
  {
    method: "DELETE",
    path: "/api/v1/users/:id/api-keys/:key_id",
    door: "api",
    permission: "staff.manage",
    doc: { summary: "Revoke an API key of a person.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      const { id = "", key_id = "" } = incoming.params;
      const key = await reading(ctx, async (reader) => {
        const user = await find(reader, "users", id);
        const own = reader.db.selectFrom("api_keys").select("id").where("user_id", "=", user.id);
        return isId(key_id) ? own.where("id", "=", key_id).executeTakeFirst() : undefined;
      });
      if (key === undefined) throw notFound(t("This API key"));
      await perform(ctx, revokeAnyApiKey, { id: key.id, ...ifMatch(incoming) });
      return nothing();
    },
  },
];
