import { Type } from "@sinclair/typebox";
import { guardedDoors } from "../../platform/access/allowed-networks.ts";
import { type AnyAction, perform } from "../../platform/action.ts";
import { verbRoute } from "../../platform/http/jsonapi/verb-route.ts";
import { singleRoutes } from "../../platform/http/jsonapi/single.ts";
import type { Route } from "../../platform/http/route.ts";
import { acknowledgeAlert, networksInput, setAllowedNetworks } from "./actions.ts";
import { alertResource } from "./resources.ts";

const { version: _version, ...lists } = networksInput.properties;
const attributes = Type.Object(lists, { additionalProperties: false });

const networks = singleRoutes({
  path: "/api/v1/allowed-networks",
  type: "allowed_networks",
  permission: "security.manage",
  attributes,
  input: attributes,
  summaries: {
    show: "Which networks may come in, by way in: staff pages, portal, API.",
    change: "Say which networks may come in; a list that is left out stays, an empty one lets everybody in.",
  },
  load: async ({ db }) => {
    const { id, version, allowed_networks } = await db
      .selectFrom("organizations")
      .select(["id", "allowed_networks", "version"])
      .executeTakeFirstOrThrow();
    return {
      id,
      version,
      attributes: Object.fromEntries(guardedDoors.map((door) => [door, allowed_networks[door] ?? []])),
    };
  },
  change: (ctx, given, match) => perform(ctx, setAllowedNetworks, { ...given, ...match }),
});

export const securityApi: Route[] = [
  ...networks,
  verbRoute(
    alertResource,
    "acknowledge",
    acknowledgeAlert as unknown as AnyAction,
    "Say that somebody has looked at an alert.",
  ),
];
