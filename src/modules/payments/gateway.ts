import { Stripe } from "stripe";
import type { App, Ctx } from "../../platform/context.ts";
import { Failure } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { log } from "../../platform/log.ts";

/** Stripe's API for a key. It tries twice more when the network or Stripe fails; idempotency keys make that safe. */
export function stripeClient(app: App, secretKey: string): Stripe {
  const { stripeApiBase } = app.options;
  return new Stripe(secretKey, {
    maxNetworkRetries: 2,
    timeout: 20_000,
    telemetry: false,
    ...(stripeApiBase === null ? {} : addressOf(new URL(stripeApiBase))),
  });
}

function addressOf(url: URL): { host: string; port: string; protocol: "http" | "https" } {
  const protocol = url.protocol === "http:" ? "http" : "https";
  return { host: url.hostname, port: url.port === "" ? (protocol === "http" ? "80" : "443") : url.port, protocol };
}

const { errors } = Stripe;

/** Whether Stripe knows no such thing: made with another account's key, or in the other mode. */
export function isMissing(error: unknown): boolean {
  return error instanceof errors.StripeError && error.code === "resource_missing";
}

/** Whether the same idempotency key was used with other parameters before. */
export function isOtherRequest(error: unknown): boolean {
  return error instanceof errors.StripeIdempotencyError;
}

/** Whether trying the same again could ever work: Stripe was not reached, busy or broken, and has not refused. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof errors.StripeConnectionError ||
    error instanceof errors.StripeAPIError ||
    error instanceof errors.StripeRateLimitError
  );
}

/** What Stripe said, in its own words. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What a caller learns when Stripe does not do what was asked: 503 while it may work later, 409 when it refused. Clients
 * in the portal get no details of the account; they are in the log. Anything but an error of Stripe's passes through.
 */
export function gatewayFailure(ctx: Ctx, error: unknown): unknown {
  if (!(error instanceof errors.StripeError)) return error;
  log.warn("Stripe did not do what was asked", { tenant: ctx.tenant.id, type: error.type, error: error.message });
  const isClient = ctx.actor.kind !== "staff" && ctx.actor.kind !== "system";
  if (isPassing(error)) {
    return new Failure(503, "gateway_unavailable", t("The payment service does not answer. Try again in a moment."));
  }
  return new Failure(
    409,
    "gateway_refused",
    isClient
      ? t("Paying online is not possible at the moment. Please contact us.")
      : t("Stripe refused: {message}", { message: error.message }),
  );
}
