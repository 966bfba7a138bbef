import type { Stripe } from "stripe";
import { applyPayment } from "../billing/index.ts";
import { dateIn } from "../../platform/clock.ts";
import { type Ctx, inUnit, reading, systemContext } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import { t } from "../../platform/language/index.ts";
import { type Gateway, gatewayOf } from "./config.ts";
import { gatewayFailure, isMissing, stripeClient } from "./gateway.ts";
import { fromStripeAmount } from "./rules.ts";
import { checkoutSessions } from "./schema.ts";

/** What became of a payment page; `unknown`: none of ours, or one of an account that the present key does not open. */
export type CheckoutState = "open" | "paid" | "expired" | "unknown";

/**
 * Asks Stripe what became of a payment page and books what was paid. Webhook, the client's return and the job all end here,
 * in any order, at the same moment and as often as they like: a payment is booked once. Never inside a unit of work.
 *
 * @throws Failure 503 when Stripe does not answer, 409 when it refuses the key
 */
export async function settleSession(ctx: Ctx, providerSessionId: string): Promise<CheckoutState> {
  const system = systemContext(ctx.app, ctx.tenant);
  const gateway = await reading(system, gatewayOf);
  if (gateway === null) return "unknown";
  const session = await retrieve(ctx, gateway, providerSessionId);
  const row = await reading(system, (reader) => checkoutOf(reader, providerSessionId, session));
  if (row === null) return "unknown";
  // Made with another account's key, which nobody can ask any more: until it ends it may be paid on, so no other is opened.
  if (session === null && row.state === "open" && row.expires_at > ctx.app.clock.now()) return "unknown";
  if (session === null || session.status === "expired") return closeCheckout(system, row.id);
  return session.payment_status === "unpaid" ? row.state : book(system, row.id, session);
}

async function retrieve(ctx: Ctx, gateway: Gateway, id: string): Promise<Stripe.Checkout.Session | null> {
  try {
    return await stripeClient(ctx.app, gateway.secret_key).checkout.sessions.retrieve(id);
  } catch (error) {
    if (isMissing(error)) return null;
    throw gatewayFailure(ctx, error);
  }
}

/**
 * The row of a page: by Stripe's id, or, when its answer was lost on the way, by the id that it was given. Other programs
 * may use the same Stripe account; their pages have no row here.
 */
async function checkoutOf(
  ctx: Ctx,
  providerSessionId: string,
  session: Stripe.Checkout.Session | null,
): Promise<{ id: string; state: "open" | "paid" | "expired"; expires_at: string } | null> {
  const rows = ctx.db.selectFrom("checkout_sessions").select(["id", "checkout_status as state", "expires_at"]);
  const known = await rows.where("provider_session_id", "=", providerSessionId).executeTakeFirst();
  if (known !== undefined) return known;
  const { tenant_id, checkout_session_id } = session?.metadata ?? {};
  if (tenant_id !== ctx.tenant.id || checkout_session_id === undefined) return null;
  const given = await rows
    .where("id", "=", checkout_session_id)
    .where("provider_session_id", "is", null)
    .executeTakeFirst();
  return given ?? null;
}

/** Books the money of a paid page, whatever the invoice says by now: money that came in is never lost. */
async function book(system: Ctx, checkoutId: string, session: Stripe.Checkout.Session): Promise<CheckoutState> {
  return inUnit<CheckoutState>(system, async (work): Promise<CheckoutState> => {
    const now = work.app.clock.now();
    // Takes the row's lock: of two at the same moment the second waits here, and then finds it paid.
    const row = await work.db
      .updateTable("checkout_sessions")
      .set({ updated_at: now })
      .where("id", "=", checkoutId)
      .where("checkout_status", "<>", "paid")
      .returning(["id", "invoice_id"])
      .executeTakeFirst();
    if (row === undefined) return "paid";
    const currency = (session.currency ?? "").toUpperCase();
    const intent = session.payment_intent;
    const payment = await applyPayment(work, {
      invoice_id: row.invoice_id,
      amount: fromStripeAmount(session.amount_total ?? 0, currency),
      currency,
      payment_method: "credit_card",
      gateway_transaction_id: typeof intent === "string" ? intent : (intent?.id ?? session.id),
      payment_date: dateIn(work.tenant.timezone, now),
      notes: t("Paid online"),
    });
    await update(work, checkoutSessions, row.id, {
      checkout_status: "paid",
      payment_id: payment.id,
      provider_session_id: session.id,
      open_key: null,
    });
    return "paid";
  });
}

/** Marks a page as one that nobody can pay on any more, unless it was paid. */
export async function closeCheckout(ctx: Ctx, checkoutId: string): Promise<CheckoutState> {
  return inUnit<CheckoutState>(systemContext(ctx.app, ctx.tenant), async (work) => {
    const closed = await work.db
      .updateTable("checkout_sessions")
      .set({ updated_at: work.app.clock.now() })
      .where("id", "=", checkoutId)
      .where("checkout_status", "<>", "paid")
      .returning("id")
      .executeTakeFirst();
    if (closed === undefined) return "paid";
    await update(work, checkoutSessions, checkoutId, { checkout_status: "expired", open_key: null });
    return "expired";
  });
}

/** The pages whose end is not known yet, oldest first; of one invoice or of all. */
export async function openCheckouts(
  ctx: Ctx,
  invoiceId: string | null = null,
): Promise<{ id: string; provider_session_id: string | null; created_at: string }[]> {
  let rows = ctx.db
    .selectFrom("checkout_sessions")
    .select(["id", "provider_session_id", "created_at"])
    .where("checkout_status", "=", "open");
  if (invoiceId !== null) rows = rows.where("invoice_id", "=", invoiceId);
  return rows.orderBy("id").limit(200).execute();
}

/**
 * Settles what is open for an invoice, when its payer comes back. Returns what became of it: `unknown` when nothing was
 * open, so that the invoice itself tells.
 */
export async function settleInvoice(ctx: Ctx, invoiceId: string): Promise<CheckoutState> {
  let state: CheckoutState = "unknown";
  for (const open of await reading(ctx, (reader) => openCheckouts(reader, invoiceId))) {
    if (open.provider_session_id !== null) state = await settleSession(ctx, open.provider_session_id);
  }
  return state;
}
