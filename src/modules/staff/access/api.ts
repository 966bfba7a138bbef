import { Type } from "@sinclair/typebox";
import { scopes } from "../../../platform/access/schema.ts";
import type { Ctx } from "../../../platform/context.ts";
import { unauthorized } from "../../../platform/errors.ts";
import { type Answer, type ApiDoc, type Incoming, json, type Route } from "../../../platform/http/route.ts";
import { permissionsOf, reasons } from "./permissions.ts";
import { recordAnswer } from "./record.ts";
import { subjectOf } from "./subject.ts";

const scope = Type.Union(scopes.map((one) => Type.Literal(one)));

const access = Type.Object({
  user_type: Type.String(),
  key_id: Type.Union([Type.String({ format: "uuid" }), Type.Null()]),
  permissions: Type.Array(
    Type.Object({
      permission: Type.String(),
      module: Type.String(),
      description: Type.String(),
      is_allowed: Type.Boolean(),
      scope: Type.Union([scope, Type.Null()]),
      reason: Type.Union(reasons.map((one) => Type.Literal(one))),
      roles: Type.Array(Type.Object({ id: Type.String({ format: "uuid" }), name: Type.String(), scope })),
    }),
  ),
  record: Type.Union([
    Type.Null(),
    Type.Object({
      type: Type.String(),
      id: Type.String({ format: "uuid" }),
      is_seen: Type.Boolean(),
      rule: Type.String(),
      text: Type.String(),
      actions: Type.Array(Type.Object({ name: Type.String(), permission: Type.String(), is_allowed: Type.Boolean() })),
    }),
  ]),
});

const doc = (summary: string): ApiDoc => ({
  summary,
  description:
    "Every permission with yes or no, the roles that grant it, how far it reaches, and why not. With `record`, whether the person sees that record, by which rule, and what they may do with it.",
  parameters: {
    key_id: Type.String({ format: "uuid", description: "Ask about one of the person's API keys." }),
    record: Type.String({ description: "A ticket's number, or a record's address: of its page or over the API." }),
  },
  answer: { type: "access", attributes: access },
});

async function answer(ctx: Ctx, incoming: Incoming, userId: string): Promise<Answer> {
  // A key that asks about itself is told what it may do, which can be less than its owner may.
  const asking = userId === ctx.actor.user_id ? ctx.actor.api_key_id : null;
  const { user, key } = await subjectOf(ctx, userId, incoming.url.searchParams.get("key_id") ?? asking);
  const record = incoming.url.searchParams.get("record");
  return json({
    jsonapi: { version: "1.1" },
    links: { self: `${incoming.url.pathname}${incoming.url.search}` },
    data: {
      type: "access",
      id: user.id,
      attributes: {
        user_type: user.user_type,
        key_id: key?.id ?? null,
        permissions: await permissionsOf(ctx, user, key),
        record: record === null ? null : await recordAnswer(ctx, user, key, record),
      },
    },
  });
}

/** What somebody may do and why, over the API. */
export const accessApi: Route[] = [
  {
    method: "GET",
    path: "/api/v1/users/:id/access",
    door: "api",
    permission: "staff.manage",
    doc: doc("What a person may do, and why."),
    handle: (ctx, incoming) => answer(ctx, incoming, incoming.params["id"] ?? ""),
  },
  {
    method: "GET",
    path: "/api/v1/me/access",
    door: "api",
    permission: null,
    doc: doc("What one may do oneself, and why."),
    handle: async (ctx, incoming) => {
      if (ctx.actor.user_id === null) throw unauthorized();
      return answer(ctx, incoming, ctx.actor.user_id);
    },
  },
];
