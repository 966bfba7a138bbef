import { Type } from "@sinclair/typebox";
import { validate } from "../../platform/access/validate.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { invalid } from "../../platform/errors.ts";
import { readDocument, readVerb, refuseParameters } from "../../platform/http/jsonapi-document.ts";
import { type Answer, json, type Route } from "../../platform/http/route.ts";
import { type Checkout, startCheckout } from "./checkout.ts";
import { gatewayOf, saveGateway, shownGateway } from "./config.ts";
import { tryGateway } from "./try-gateway.ts";

const configType = "payment_gateway_configs";
const configPath = "/api/v1/payment-gateway/config";

async function configAnswer(ctx: Ctx): Promise<Answer> {
  const gateway = await reading(ctx, gatewayOf);
  const data = gateway === null ? null : { type: configType, id: gateway.id, attributes: shownGateway(ctx, gateway) };
  return json({ jsonapi: { version: "1.1" }, links: { self: configPath }, data });
}

/** A payment page as the API shows it. */
export function checkoutDocument(checkout: Checkout): Answer {
  const { checkout_session_id, url, expires_at } = checkout;
  return json(
    {
      jsonapi: { version: "1.1" },
      data: { type: "checkout_sessions", id: checkout_session_id, attributes: { checkout_url: url, expires_at } },
    },
    201,
  );
}

const cardInput = Type.Object({ invoice_id: Type.String({ format: "uuid" }) }, { additionalProperties: false });
const testInput = Type.Object(
  { secret_key: Type.Optional(Type.String({ maxLength: 500 })) },
  { additionalProperties: false },
);

/** Payments by card and the gateway's settings (PRD 3.10.3). */
export const paymentApi: Route[] = [
  {
    method: "GET",
    path: configPath,
    door: "api",
    permission: "settings.manage",
    handle: async (ctx, incoming) => {
      refuseParameters(incoming);
      return configAnswer(ctx);
    },
  },
  {
    method: "PUT",
    path: configPath,
    door: "api",
    permission: "settings.manage",
    handle: async (ctx, incoming) => {
      const kept = await reading(ctx, gatewayOf);
      await perform(ctx, saveGateway, readDocument(await incoming.json(), configType, kept?.id ?? null));
      return configAnswer(ctx);
    },
  },
  {
    method: "POST",
    path: "/api/v1/payment-gateway/test",
    door: "api",
    permission: "settings.manage",
    handle: async (ctx, incoming) => {
      const given = await readVerb(incoming, "payment_gateway_tests", null);
      const problems = validate(testInput, given);
      if (problems.length > 0) throw invalid(problems);
      const result = await tryGateway(ctx, String(given["secret_key"] ?? ""));
      return json({
        jsonapi: { version: "1.1" },
        data: { type: "payment_gateway_tests", id: ctx.request.id, attributes: { ...result } },
      });
    },
  },
  {
    method: "POST",
    path: "/api/v1/payments/process-card",
    door: "api",
    permission: "payments.collect",
    handle: async (ctx, incoming) => {
      const given = readDocument(await incoming.json(), "checkout_sessions", null);
      const problems = validate(cardInput, given);
      if (problems.length > 0) throw invalid(problems);
      return checkoutDocument(await startCheckout(ctx, String(given["invoice_id"])));
    },
  },
];
