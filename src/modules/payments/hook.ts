import { Stripe } from "stripe";
import { type Ctx, inUnit, reading, systemContext } from "../../platform/context.ts";
import { Failure, malformed, notFound } from "../../platform/errors.ts";
import { type Answer, type Incoming, json, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { gatewayOf } from "./config.ts";
import { settleSession } from "./settle.ts";

const toleranceSeconds = 300;

/**
 * Takes an event of Stripe's. The signature proves it, the event says which page to ask Stripe about, and only what Stripe
 * answers counts, so order, repetition and delay of events do not matter. Stripe sends again what is not answered by 2xx.
 */
async function takeEvent(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  // The address names the organization, so that an event sent to another one's host goes nowhere.
  if (incoming.params["tenant_id"] !== ctx.tenant.id) throw notFound(t("This address"));
  const event = await verified(ctx, incoming);
  if (await reading(ctx, (reader) => isKnown(reader, event.id))) return json({ received: true });
  if (event.type.startsWith("checkout.session.")) {
    try {
      await settleSession(ctx, (event.data.object as Stripe.Checkout.Session).id);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw new Failure(503, "gateway_unavailable", t("The event could not be checked with Stripe; send it again."));
    }
  }
  await inUnit(systemContext(ctx.app, ctx.tenant), (work) =>
    work.db
      .insertInto("gateway_events")
      .values({ provider_event_id: event.id, event_name: event.type, received_at: work.app.clock.now() })
      .onConflict((oc) => oc.columns(["tenant_id", "provider_event_id"]).doNothing())
      .execute(),
  );
  return json({ received: true });
}

async function verified(ctx: Ctx, incoming: Incoming): Promise<Stripe.Event> {
  const secret = (await reading(ctx, gatewayOf))?.webhook_secret ?? null;
  const signature = incoming.request.headers.get("stripe-signature");
  const wrong = malformed(t("The signature of this event is not right."), "bad_signature");
  const payload = await incoming.text();
  if (secret === null || signature === null) throw wrong;
  try {
    const now = Date.parse(ctx.app.clock.now());
    return await Stripe.webhooks.constructEventAsync(payload, signature, secret, toleranceSeconds, undefined, now);
  } catch {
    throw wrong;
  }
}

async function isKnown(ctx: Ctx, eventId: string): Promise<boolean> {
  const row = await ctx.db
    .selectFrom("gateway_events")
    .select("provider_event_id")
    .where("provider_event_id", "=", eventId)
    .executeTakeFirst();
  return row !== undefined;
}

export const stripeHook: Route = {
  method: "POST",
  path: "/hooks/stripe/:tenant_id",
  door: "hook",
  permission: null,
  handle: takeEvent,
};
