import { Type } from "@sinclair/typebox";
import type { Ctx } from "../../../platform/context.ts";
import { ifMatch, readDocument, readVerb } from "../../../platform/http/jsonapi/document.ts";
import { showOne } from "../../../platform/http/jsonapi/routes.ts";
import type { Answer, Incoming, Route } from "../../../platform/http/route.ts";
import {
  activateTenant,
  createTenant,
  newTenantInput,
  suspendInput,
  suspendTenant,
  tenantInput,
  updateTenant,
} from "../actions.ts";
import { tenantResource } from "./resources.ts";
import { exists, route, withoutInput } from "./route.ts";

const change = async (ctx: Ctx, incoming: Incoming): Promise<Answer> => {
  const id = await exists(ctx, incoming);
  await updateTenant(ctx, { ...readDocument(await incoming.json(), "tenants", id), id, ...ifMatch(incoming) });
  return showOne(ctx, tenantResource, id);
};

/** Organizations: made, changed, suspended and let go on. */
export const organizationApi: Route[] = [
  route(
    "POST",
    "",
    {
      summary:
        "Provision an organization. Idempotent by domain and name: asked again it answers 200 and makes nothing twice.",
      input: { type: "tenants", attributes: newTenantInput },
      answer: {
        one: "tenants",
        meta: Type.Object({
          setup_url: Type.Union([Type.String(), Type.Null()], {
            description:
              "Makes the first administrator, within 30 minutes; null once there is one, and while the organization is suspended.",
          }),
        }),
      },
      status: 201,
      isOnce: true,
    },
    async (ctx, incoming) => {
      const made = await createTenant(ctx, readDocument(await incoming.json(), "tenants", null));
      const answer = await showOne(ctx, tenantResource, made.id, made.isNew ? 201 : 200);
      // Not an attribute: it is there only now, and for who has asked for it.
      return answer.kind === "json"
        ? { ...answer, body: { ...(answer.body as object), meta: { setup_url: made.setup_url } } }
        : answer;
    },
  ),
  ...(["PUT", "PATCH"] as const).map((method) =>
    route(
      method,
      "/:id",
      {
        summary: "Change name, plan, limits and notes of an organization; what is not sent stays",
        input: { type: "tenants", attributes: tenantInput },
        answer: { one: "tenants" },
      },
      change,
    ),
  ),
  route(
    "POST",
    "/:id/suspend",
    {
      summary: "Suspend an organization",
      input: { type: "tenants", attributes: suspendInput },
      answer: { one: "tenants" },
    },
    async (ctx, incoming) => {
      const id = await exists(ctx, incoming);
      await suspendTenant(ctx, { ...(await readVerb(incoming, "tenants", id)), id });
      return showOne(ctx, tenantResource, id);
    },
  ),
  route(
    "POST",
    "/:id/activate",
    { summary: "Let a suspended organization go on", answer: { one: "tenants" } },
    async (ctx, incoming) => {
      const id = await withoutInput(ctx, incoming);
      await activateTenant(ctx, { id });
      return showOne(ctx, tenantResource, id);
    },
  ),
];
