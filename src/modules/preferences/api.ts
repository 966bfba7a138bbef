import { Type } from "@sinclair/typebox";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { unauthorized } from "../../platform/errors.ts";
import { readDocument } from "../../platform/http/jsonapi/document.ts";
import { type Answer, json, type Route } from "../../platform/http/route.ts";
import { changeMe } from "./actions.ts";
import { myself } from "./pages.ts";

const shown = Type.Object({
  user_type: Type.String(),
  name: Type.String(),
  email: Type.String(),
  title: Type.Union([Type.String(), Type.Null()]),
  phone: Type.Union([Type.String(), Type.Null()]),
  timezone: Type.Union([Type.String(), Type.Null()]),
  language: Type.Union([Type.String(), Type.Null()]),
  theme: Type.String(),
  density: Type.String(),
  is_shortcuts_on: Type.Boolean(),
  permissions: Type.Array(Type.String()),
});

async function show(ctx: Ctx): Promise<Answer> {
  const row = await myself(ctx);
  const { user_type, name, email, title, phone, timezone, language, theme, density, is_shortcuts_on } = row;
  return json({
    jsonapi: { version: "1.1" },
    links: { self: "/api/v1/me" },
    data: {
      type: "users",
      id: row.id,
      attributes: {
        user_type,
        name,
        email,
        title,
        phone,
        timezone,
        language,
        theme,
        density,
        is_shortcuts_on,
        permissions: [...ctx.actor.permissions].toSorted(),
      },
    },
  });
}

/** Who one is, and how one likes the pages. */
export const meApi: Route[] = [
  {
    method: "GET",
    path: "/api/v1/me",
    door: "api",
    permission: null,
    doc: {
      summary: "Shows who is asking: profile, preferences and permissions.",
      answer: { type: "users", attributes: shown },
    },
    handle: async (ctx) => {
      if (ctx.actor.user_id === null) throw unauthorized();
      return show(ctx);
    },
  },
  {
    method: "PATCH",
    path: "/api/v1/me",
    door: "api",
    permission: null,
    doc: {
      summary: "Changes one's own profile and preferences.",
      input: { type: "users", attributes: changeMe.input },
      answer: { type: "users", attributes: shown },
    },
    handle: async (ctx, incoming) => {
      const { user_id } = ctx.actor;
      if (user_id === null) throw unauthorized();
      await perform(ctx, changeMe, readDocument(await incoming.json(), "users", user_id));
      return reading(ctx, show);
    },
  },
];
