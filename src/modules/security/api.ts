import { Type } from "@sinclair/typebox";
import { guardedDoors } from "../../platform/access/allowed-networks.ts";
import { type AnyAction, perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { verbRoute } from "../../platform/http/jsonapi/verb-route.ts";
import { ifMatch, readDocument } from "../../platform/http/jsonapi/document.ts";
import { type Answer, json, type Route } from "../../platform/http/route.ts";
import { acknowledgeAlert, networksInput, setAllowedNetworks } from "./actions.ts";
import { alertResource } from "./resources.ts";

const path = "/api/v1/allowed-networks";
const permission = "security.manage";
const { version: _version, ...lists } = networksInput.properties;
const attributes = Type.Object(lists, { additionalProperties: false });

function showNetworks(ctx: Ctx): Promise<Answer> {
  return reading(ctx, async ({ db }) => {
    const row = await db
      .selectFrom("organizations")
      .select(["id", "allowed_networks", "version"])
      .executeTakeFirstOrThrow();
    const lists = Object.fromEntries(guardedDoors.map((door) => [door, row.allowed_networks[door] ?? []]));
    return json(
      {
        jsonapi: { version: "1.1" },
        links: { self: path },
        data: { type: "allowed_networks", id: row.id, attributes: lists },
      },
      200,
      { etag: `"${String(row.version)}"` },
    );
  });
}

const write = (method: "PUT" | "PATCH"): Route => ({
  method,
  path,
  door: "api",
  permission,
  doc: {
    isHeldToVersion: true,
    summary: "Say which networks may come in; a list that is left out stays, an empty one lets everybody in.",
    input: { type: "allowed_networks", attributes },
    answer: { type: "allowed_networks", attributes },
  },
  handle: async (ctx, incoming) => {
    const body = await incoming.json();
    const { id } = await reading(ctx, ({ db }) =>
      db.selectFrom("organizations").select("id").executeTakeFirstOrThrow(),
    );
    await perform(ctx, setAllowedNetworks, { ...readDocument(body, "allowed_networks", id), ...ifMatch(incoming) });
    return showNetworks(ctx);
  },
});

export const securityApi: Route[] = [
  {
    method: "GET",
    path,
    door: "api",
    permission,
    doc: {
      hasVersion: true,
      summary: "Which networks may come in, by way in: staff pages, portal, API.",
      answer: { type: "allowed_networks", attributes },
    },
    handle: async (ctx) => {
      return showNetworks(ctx);
    },
  },
  write("PUT"),
  write("PATCH"),
  verbRoute(
    alertResource,
    "acknowledge",
    acknowledgeAlert as unknown as AnyAction,
    "Say that somebody has looked at an alert.",
  ),
];
