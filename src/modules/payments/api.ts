import { Type } from "@sinclair/typebox";
import { validate } from "../../platform/access/validate.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { invalid } from "../../platform/errors.ts";
import { readDocument, readVerb } from "../../platform/http/jsonapi/document.ts";
import { type Answer, type ApiAnswer, json, type Route } from "../../platform/http/route.ts";
import { changeGateway } from "./change.ts";
import { type Checkout, startCheckout } from "./checkout.ts";
import { gatewayOf, saveGateway, shownGateway } from "./config.ts";
import { tryGateway } from "./try-gateway.ts";

const configType = "payment_gateway_configs";
const configPath = "/api/v1/payment-gateway/config";

const maybeText = Type.Union([Type.String(), Type.Null()]);
const gatewayAnswer: ApiAnswer = {
  type: configType,
  isNullable: true,
  attributes: Type.Object({
    provider: Type.Literal("stripe"),
    is_active: Type.Boolean(),
    is_test_mode: Type.Boolean(),
    secret_key_hint: maybeText,
    publishable_key: maybeText,
    webhook_secret_hint: maybeText,
    webhook_url: Type.String(),
    version: Type.Integer(),
  }),
};

/** What `checkoutDocument` answers, for the OpenAPI document. */
export const checkoutAnswer: ApiAnswer = {
  type: "checkout_sessions",
  attributes: Type.Object({
    checkout_url: Type.String({ format: "url" }),
    expires_at: Type.String({ format: "instant" }),
  }),
};

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
    doc: { summary: "The payment gateway, without its secrets; null while there is none.", answer: gatewayAnswer },
    handle: async (ctx) => {
      return configAnswer(ctx);
    },
  },
  {
    method: "PUT",
    path: configPath,
    door: "api",
    permission: "settings.manage",
    doc: {
      summary: "Connect the payment gateway. Members that are not sent stay as they are.",
      input: { type: configType, attributes: saveGateway.input },
      answer: gatewayAnswer,
    },
    handle: async (ctx, incoming) => {
      const kept = await reading(ctx, gatewayOf);
      await changeGateway(ctx, readDocument(await incoming.json(), configType, kept?.id ?? null));
      return configAnswer(ctx);
    },
  },
  {
    method: "POST",
    path: "/api/v1/payment-gateway/test",
    door: "api",
    permission: "settings.manage",
    doc: {
      summary: "Ask Stripe whose key it is: the one given, or the one that is kept. Nothing is saved or charged.",
      input: { type: "payment_gateway_tests", attributes: testInput },
      isInputOptional: true,
      answer: {
        type: "payment_gateway_tests",
        attributes: Type.Object({ is_ok: Type.Boolean(), title: Type.String(), answer: Type.String() }),
      },
    },
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
    isRepeatable: true,
    doc: {
      summary: "Start a card payment of an invoice: a page at Stripe where it is paid.",
      input: { type: "checkout_sessions", attributes: cardInput },
      answer: checkoutAnswer,
      status: 201,
    },
    handle: async (ctx, incoming) => {
      const given = readDocument(await incoming.json(), "checkout_sessions", null);
      const problems = validate(cardInput, given);
      if (problems.length > 0) throw invalid(problems);
      return checkoutDocument(await startCheckout(ctx, String(given["invoice_id"])));
    },
  },
];
