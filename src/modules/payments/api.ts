import { Type } from "@sinclair/typebox";
import { validate } from "../../platform/access/validate.ts";
import { invalid } from "../../platform/errors.ts";
import { readDocument, readVerb } from "../../platform/http/jsonapi/document.ts";
import { singleRoutes } from "../../platform/http/jsonapi/single.ts";
import { type Answer, type ApiAnswer, json, type Route } from "../../platform/http/route.ts";
import { changeGateway } from "./change.ts";
import { type Checkout, startCheckout } from "./checkout.ts";
import { gatewayOf, saveGateway, shownGateway } from "./config.ts";
import { tryGateway } from "./try-gateway.ts";

const maybeText = Type.Union([Type.String(), Type.Null()]);
const shownConfig = Type.Object({
  provider: Type.Literal("stripe"),
  is_active: Type.Boolean(),
  is_test_mode: Type.Boolean(),
  secret_key_hint: maybeText,
  publishable_key: maybeText,
  webhook_secret_hint: maybeText,
  webhook_url: Type.String(),
  version: Type.Integer(),
});

/** What `checkoutDocument` answers, for the OpenAPI document. */
export const checkoutAnswer: ApiAnswer = {
  type: "checkout_sessions",
  attributes: Type.Object({
    checkout_url: Type.String({ format: "url" }),
    expires_at: Type.String({ format: "instant" }),
  }),
};

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
  ...singleRoutes({
    path: "/api/v1/payment-gateway/config",
    type: "payment_gateway_configs",
    permission: "settings.manage",
    attributes: shownConfig,
    input: Type.Omit(saveGateway.input, ["version"]),
    isNullable: true,
    summaries: {
      show: "The payment gateway, without its secrets; null while there is none.",
      change: "Connect the payment gateway. Members that are not sent stay as they are.",
    },
    load: async (ctx) => {
      const gateway = await gatewayOf(ctx);
      return gateway === null
        ? null
        : { id: gateway.id, version: gateway.version, attributes: shownGateway(ctx, gateway) };
    },
    change: (ctx, given, match) => changeGateway(ctx, { ...given, ...match }),
  }),
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
