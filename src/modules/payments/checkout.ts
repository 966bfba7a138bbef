import type { Stripe } from "stripe";
import { can } from "../../platform/access/actor.ts";
import { find } from "../../platform/access/reach.ts";
import { plus } from "../../platform/clock.ts";
import { asSystem, type Ctx, inUnit, reading, systemContext, type Work } from "../../platform/context.ts";
import { translateDatabaseError } from "../../platform/database/failures.ts";
import { insert, type RowFor, update } from "../../platform/database/records.ts";
import { conflict, Failure, forbidden } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { activeGateway, type Gateway, gatewayOf } from "./config.ts";
import { gatewayFailure, isOtherRequest, isPassing, stripeClient } from "./gateway.ts";
import { toStripeAmount } from "./rules.ts";
import { checkoutSessions } from "./schema.ts";
import { closeCheckout, settleSession } from "./settle.ts";

type Invoice = RowFor<"invoices">;
type CheckoutRow = RowFor<"checkout_sessions">;

export interface Checkout {
  checkout_session_id: string;
  /** Stripe's payment page: where the payer goes. */
  url: string;
  expires_at: string;
}

const minute = 60_000;
/** How long a page can be paid on. Stripe takes half an hour to a day. */
const lifetime = 60 * minute;
/** A page that ends sooner than this is not handed out again. */
const leftAtLeast = 5 * minute;
/** How long the answer to a lost request may still be asked for again with the same key and the same end. */
const retryWithin = 20 * minute;

const payable = new Set<Invoice["status"]>(["pending", "sent", "partially_paid"]);

/**
 * The page to pay an invoice on: the one that is open for the present balance, or a new one. There is never more than one
 * that could be paid, so two clicks, two tabs and two people pay once. Calls Stripe; never inside a unit of work.
 *
 * @throws Failure 404 out of reach, 409 when nothing is to be paid or payments are not set up, 503 when Stripe is not there
 */
export async function startCheckout(ctx: Ctx, invoiceId: string): Promise<Checkout> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const gateway = await reading(ctx, activeGateway);
    const found = await claimed(ctx, invoiceId);
    if (found === null) continue;
    const { row, invoice, isFitting } = found;
    if (row.provider_session_id === null) {
      if (!isFitting) await closeCheckout(ctx, row.id);
      else {
        const opened = await openPage(ctx, gateway, row, invoice);
        if (opened !== null) return opened;
      }
      continue;
    }
    const state = await settleSession(ctx, row.provider_session_id);
    if (state === "unknown") break;
    if (state !== "open") continue;
    if (isFitting && row.checkout_url !== null) return checkoutOf(row, row.checkout_url);
    await retirePage(ctx, gateway, row.id, row.provider_session_id);
  }
  throw conflict(t("Somebody else is paying this invoice right now. Try again in a moment."), "checkout_busy");
}

function checkoutOf(row: CheckoutRow, url: string): Checkout {
  return { checkout_session_id: row.id, url, expires_at: row.expires_at };
}

interface Claim {
  row: CheckoutRow;
  invoice: Invoice;
  /** Whether the row's page is for what is to be paid now, with time left to pay. */
  isFitting: boolean;
}

/**
 * The invoice's one open row, made when there is none. No action: its actor is a client who pays by what the portal lets
 * them see, or one of the staff by `payments.collect`, and an action has one permission.
 */
async function claim(work: Work, invoiceId: string): Promise<Claim> {
  if (work.actor.kind !== "portal" && !can(work.actor, "payments.collect")) throw forbidden();
  const invoice = await find(work, "invoices", invoiceId);
  const isPayable = payable.has(invoice.status) && invoice.balance_due > 0;
  const now = work.app.clock.now();
  const open = await work.db
    .selectFrom("checkout_sessions")
    .selectAll()
    .where("open_key", "=", invoice.id)
    .executeTakeFirst();
  if (open !== undefined) {
    const isSame = isPayable && open.amount === invoice.balance_due && open.currency === invoice.currency;
    const hasTime =
      open.provider_session_id === null
        ? open.created_at > plus(now, -retryWithin)
        : open.expires_at > plus(now, leftAtLeast);
    return { row: open, invoice, isFitting: isSame && hasTime };
  }
  if (!isPayable) throw conflict(t("There is nothing to pay on this invoice."), "nothing_to_pay");
  const row = await insert(asSystem(work), checkoutSessions, {
    invoice_id: invoice.id,
    amount: invoice.balance_due,
    currency: invoice.currency,
    expires_at: plus(now, lifetime),
    open_key: invoice.id,
  });
  return { row, invoice, isFitting: true };
}

/** The claim, or null when another request has just made the row. */
async function claimed(ctx: Ctx, invoiceId: string): Promise<Claim | null> {
  try {
    return await inUnit(ctx, (work) => claim(work, invoiceId));
  } catch (thrown) {
    const error = translateDatabaseError(thrown);
    if (error instanceof Failure && error.code === "duplicate") return null;
    throw error;
  }
}

/** Opens the page at Stripe with the row's id as idempotency key, so that asking again after a lost answer opens no second. */
async function openPage(ctx: Ctx, gateway: Gateway, row: CheckoutRow, invoice: Invoice): Promise<Checkout | null> {
  let session: Stripe.Checkout.Session;
  try {
    const stripe = stripeClient(ctx.app, gateway.secret_key);
    session = await stripe.checkout.sessions.create(pageOf(ctx, row, invoice), { idempotencyKey: row.id });
  } catch (error) {
    // What Stripe has refused it refuses again under the same key; only a fresh row can do better.
    if (!isPassing(error)) await closeCheckout(ctx, row.id);
    if (isOtherRequest(error)) return null;
    if (error instanceof RangeError) throw conflict(error.message, "amount_not_chargeable");
    throw gatewayFailure(ctx, error);
  }
  const { url } = session;
  if (url === null) return null;
  const isKept = await inUnit(systemContext(ctx.app, ctx.tenant), async (work) => {
    const open = await work.db
      .updateTable("checkout_sessions")
      .set({ updated_at: work.app.clock.now() })
      .where("id", "=", row.id)
      .where("open_key", "is not", null)
      .returning("id")
      .executeTakeFirst();
    // A page at an account that was left meanwhile is not handed out: nobody could find out that it was paid.
    if (open === undefined || (await gatewayOf(work))?.secret_key !== gateway.secret_key) return false;
    await update(work, checkoutSessions, row.id, { provider_session_id: session.id, checkout_url: url });
    return true;
  });
  if (isKept) return checkoutOf(row, url);
  await retirePage(ctx, gateway, row.id, session.id);
  return null;
}

function pageOf(ctx: Ctx, row: CheckoutRow, invoice: Invoice): Stripe.Checkout.SessionCreateParams {
  const name = t("Invoice {invoice_number}", { invoice_number: invoice.invoice_number ?? "" }).trim();
  const back = `${ctx.tenant.public_url}/portal/invoices/${invoice.id}`;
  const metadata = { tenant_id: ctx.tenant.id, invoice_id: invoice.id, checkout_session_id: row.id };
  return {
    mode: "payment",
    allowed_payment_method_types: ["card"],
    // Charged in the invoice's own currency, so that what comes in is what was asked.
    adaptive_pricing: { enabled: false },
    client_reference_id: row.id,
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: row.currency.toLowerCase(),
          unit_amount: toStripeAmount(row.amount, row.currency),
          product_data: { name },
        },
      },
    ],
    metadata,
    payment_intent_data: { description: `${name}, ${ctx.tenant.name}`, metadata },
    ...(ctx.actor.kind === "portal" && ctx.actor.email !== "" ? { customer_email: ctx.actor.email } : {}),
    success_url: `${back}/paid`,
    cancel_url: back,
    expires_at: Math.floor(Date.parse(row.expires_at) / 1000),
  };
}

/** Makes sure that nobody can pay on a page any more: for an amount that is not owed, say. */
export async function retirePage(
  ctx: Ctx,
  gateway: Gateway,
  checkoutId: string,
  providerSessionId: string,
): Promise<void> {
  try {
    await stripeClient(ctx.app, gateway.secret_key).checkout.sessions.expire(providerSessionId);
    await closeCheckout(ctx, checkoutId);
  } catch (error) {
    if (isPassing(error)) throw gatewayFailure(ctx, error);
    // It was paid or had ended in this very moment: Stripe says which.
    await settleSession(ctx, providerSessionId);
  }
}
