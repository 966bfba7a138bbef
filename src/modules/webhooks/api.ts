import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { type AnyAction, perform } from "../../platform/action.ts";
import { showOne } from "../../platform/http/jsonapi/routes.ts";
import { checkMatch, ifMatch, readDocument, readVerb, refuseMembers } from "../../platform/http/jsonapi/document.ts";
import { type Answer, response, type Route } from "../../platform/http/route.ts";
import { shownAttributes } from "../../platform/openapi/schemas.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { resource } from "../../platform/resource.ts";
import {
  createEndpoint,
  deleteEndpoint,
  pingEndpoint,
  redeliver,
  rotateSecret,
  updateEndpoint,
  type WithSecret,
} from "./actions.ts";
import { webhookAttempts, webhookDeliveries, webhookEndpoints } from "./schema.ts";

const permission = "webhooks.manage";

export const endpointResource = resource({
  type: "webhook_endpoints",
  table: webhookEndpoints,
  permission,
  create: createEndpoint as unknown as AnyAction,
  update: updateEndpoint as unknown as AnyAction,
  remove: deleteEndpoint as unknown as AnyAction,
});

export const deliveryResource = resource({
  type: "webhook_deliveries",
  table: webhookDeliveries,
  permission,
  hidden: new Set(["claim_token", "lease_until"]),
  under: [{ parent: "webhook_endpoints", column: "webhook_endpoint_id", as: "deliveries" }],
  sort: "-created_at",
});

export const attemptResource = resource({
  type: "webhook_attempts",
  table: webhookAttempts,
  permission,
  under: [{ parent: "webhook_deliveries", column: "webhook_delivery_id", as: "attempts" }],
  sort: "-attempted_at",
});

/** The endpoint as a document, and beside its attributes the secret, this once. */
async function withSecret(ctx: Ctx, { id, secret }: WithSecret, status: number): Promise<Answer> {
  const shown = await showOne(ctx, endpointResource, id, status);
  if (shown.kind !== "json") return shown;
  const body = shown.body as { data: { attributes: object } };
  const attributes = { ...body.data.attributes, secret };
  return { ...shown, body: { ...body, data: { ...body.data, attributes } } };
}

const shown = shownAttributes(webhookEndpoints);
const secretOnce = Type.Unsafe({
  ...shown,
  properties: { ...shown["properties"], secret: Type.String({ description: "Shown this once." }) },
  required: [...(shown["required"] as string[]), "secret"],
});

export const webhookApi: Route[] = [
  {
    method: "POST",
    path: "/api/v1/webhook-endpoints",
    door: "api",
    permission,
    doc: {
      hasVersion: true,
      hasLocation: true,
      summary: "Adds a place that events are sent to. The answer holds the secret, which is shown this once.",
      input: { type: "webhook_endpoints", attributes: createEndpoint.input },
      answer: { type: "webhook_endpoints", attributes: secretOnce },
      status: 201,
    },
    handle: async (ctx, incoming) => {
      const input = readDocument(await incoming.json(), "webhook_endpoints", null);
      return withSecret(ctx, await perform(ctx, createEndpoint, input), 201);
    },
  },
  {
    method: "POST",
    path: "/api/v1/webhook-endpoints/:id/rotate-secret",
    door: "api",
    permission,
    doc: {
      hasVersion: true,
      summary: "Gives a new secret, shown this once; the present one signs as well for 24 hours.",
      answer: { type: "webhook_endpoints", attributes: secretOnce },
    },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, "webhook_endpoints", id)));
      const input = { ...(await readVerb(incoming, "webhook_endpoints", id)), id, ...ifMatch(incoming) };
      return withSecret(ctx, await perform(ctx, rotateSecret, input), 200);
    },
  },
  {
    method: "POST",
    path: "/api/v1/webhook-endpoints/:id/ping",
    door: "api",
    permission,
    doc: { isHeldToVersion: false, summary: "Sends a test event.", answer: "nothing" },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      await reading(ctx, (reader) => find(reader, "webhook_endpoints", id));
      refuseMembers(await readVerb(incoming, "webhook_endpoints", id));
      await perform(ctx, pingEndpoint, { id });
      return response(new Response(null, { status: 204 }));
    },
  },
  {
    method: "POST",
    path: "/api/v1/webhook-deliveries/:id/redeliver",
    door: "api",
    permission,
    doc: {
      isHeldToVersion: false,
      summary: "Sends a delivery once more, with the same body and id.",
      answer: { one: "webhook_deliveries" },
    },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      await reading(ctx, (reader) => find(reader, "webhook_deliveries", id));
      refuseMembers(await readVerb(incoming, "webhook_deliveries", id));
      await perform(ctx, redeliver, { id });
      return showOne(ctx, deliveryResource, id);
    },
  },
];
