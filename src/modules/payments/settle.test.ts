import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { TestProgram } from "../../../tests/support/program.ts";
import type { StripeStandIn } from "../../../tests/support/stripe.ts";
import { sessionOf, startTill, type Till } from "../../../tests/support/payments.ts";
import { type Ctx, inUnit } from "../../platform/context.ts";
import { runJob } from "../../platform/jobs/jobs.ts";
import { applyPayment } from "../billing/index.ts";
import { startCheckout } from "./checkout.ts";
import { reconcileJob } from "./jobs.ts";
import { settleInvoice, settleSession } from "./settle.ts";

let till: Till;
let t: TestProgram;
let stripe: StripeStandIn;
let finance: Ctx;

beforeAll(async () => {
  till = await startTill();
  ({ t, stripe } = till);
  finance = await t.harbor.as("finance");
});
afterAll(() => till.close());

/** Opens the page of an invoice and pays on it; returns Stripe's id of the page. */
async function paid(invoiceId: string): Promise<string> {
  const session = sessionOf(await startCheckout(finance, invoiceId));
  stripe.pay(session);
  return session;
}

describe("a payment", () => {
  test("is booked by the webhook, and once only when the payer comes back after it", async () => {
    const id = await till.invoiceOf(12_000);
    const session = await paid(id);
    expect(await till.hook(session)).toBe(200);
    expect(await settleInvoice(finance, id)).toBe("unknown");
    expect(await settleSession(finance, session)).toBe("paid");
    expect(await till.invoice(id)).toMatchObject({ status: "paid", amount_paid: 12_000, balance_due: 0 });
    expect(await till.paymentsOf(id)).toMatchObject([
      {
        amount: 12_000,
        currency: "USD",
        payment_method: "credit_card",
        gateway_transaction_id: stripe.sessions.get(session)?.payment_intent,
        payment_date: "2026-11-21",
      },
    ]);
    expect((await till.checkoutsOf(id))[0]).toMatchObject({ checkout_status: "paid" });
  });

  test("is booked when the payer comes back, and once only when the webhook follows", async () => {
    const id = await till.invoiceOf(12_000);
    const session = await paid(id);
    expect(await settleInvoice(finance, id)).toBe("paid");
    expect(await till.hook(session)).toBe(200);
    expect(await till.paymentsOf(id)).toHaveLength(1);
  });

  test("is booked once when both come at the same moment", async () => {
    const id = await till.invoiceOf(12_000);
    const session = await paid(id);
    await Promise.all([
      till.hook(session),
      settleInvoice(finance, id),
      till.hook(session),
      settleSession(finance, session),
    ]);
    expect(await till.paymentsOf(id)).toHaveLength(1);
    expect((await till.invoice(id)).amount_paid).toBe(12_000);
  });

  test("is booked once when an event comes again, and whatever order events come in", async () => {
    const id = await till.invoiceOf(4500);
    const session = await paid(id);
    expect(await till.hook(session, "checkout.session.expired")).toBe(200);
    expect(await till.hook(session, "checkout.session.completed", { eventId: "evt_twice" })).toBe(200);
    expect(await till.hook(session, "checkout.session.completed", { eventId: "evt_twice" })).toBe(200);
    expect(await till.hook(session, "payment_intent.created")).toBe(200);
    expect(await till.paymentsOf(id)).toHaveLength(1);
    expect((await till.invoice(id)).status).toBe("paid");
  });

  test("is found by the job when no webhook ever comes", async () => {
    const id = await till.invoiceOf(2500);
    await paid(id);
    await runJob(t.app, t.harbor.tenant, reconcileJob);
    await runJob(t.app, t.harbor.tenant, reconcileJob);
    expect(await till.invoice(id)).toMatchObject({ status: "paid" });
    expect(await till.paymentsOf(id)).toHaveLength(1);
  });

  test("is never lost when part of the invoice was paid meanwhile", async () => {
    const id = await till.invoiceOf(10_000);
    const session = await paid(id);
    await inUnit(t.harbor.system, (work) =>
      applyPayment(work, {
        invoice_id: id,
        amount: 4000,
        currency: "USD",
        payment_method: "check",
        gateway_transaction_id: "check 1001",
      }),
    );
    expect(await till.hook(session)).toBe(200);
    const intent = stripe.sessions.get(session)?.payment_intent ?? "";
    const rows = await t.app.database.read(t.harbor.id, (db) =>
      db
        .selectFrom("payments")
        .select(["amount", "invoice_id"])
        .where((eb) => eb.or([eb("gateway_transaction_id", "=", intent), eb("reference_number", "=", intent)]))
        .orderBy("amount", "desc")
        .execute(),
    );
    expect(rows).toEqual([
      { amount: 6000, invoice_id: id },
      { amount: 4000, invoice_id: null },
    ]);
    expect(await till.invoice(id)).toMatchObject({ status: "paid" });
  });

  test("waits for the next try when Stripe cannot be asked", async () => {
    const id = await till.invoiceOf(1200);
    const session = await paid(id);
    for (let broken = 0; broken < 3; broken += 1) stripe.failNext({ status: 500 });
    expect(await till.hook(session, "checkout.session.completed", { eventId: "evt_later" })).toBe(503);
    expect(await till.paymentsOf(id)).toHaveLength(0);
    expect(await till.hook(session, "checkout.session.completed", { eventId: "evt_later" })).toBe(200);
    expect(await till.paymentsOf(id)).toHaveLength(1);
  });

  test("on a page whose opening was never answered is found by what the page says of itself", async () => {
    const id = await till.invoiceOf(1300);
    for (let lost = 0; lost < 3; lost += 1) stripe.failNext({ afterProcessing: true });
    await startCheckout(finance, id).catch(() => null);
    const session = [...stripe.sessions.values()].find((one) => one.metadata["invoice_id"] === id)?.id ?? "";
    stripe.pay(session);
    expect(await till.hook(session)).toBe(200);
    expect(await till.invoice(id)).toMatchObject({ status: "paid" });
  });
});

describe("an event", () => {
  test("with a wrong, stale or missing signature does nothing", async () => {
    const id = await till.invoiceOf(1000);
    const session = await paid(id);
    stripe.requests.length = 0;
    expect(await till.hook(session, undefined, { secret: "whsec_forged" })).toBe(400);
    expect(await till.hook(session, undefined, { timestamp: Date.parse(t.clock.now()) / 1000 - 3600 })).toBe(400);
    expect((await t.fetch(`/hooks/stripe/${t.harbor.id}`, { method: "POST", body: "{}" })).status).toBe(400);
    expect(stripe.requests).toHaveLength(0);
    expect(await till.paymentsOf(id)).toHaveLength(0);
  });

  test("sent to another organization's address goes nowhere", async () => {
    const session = await paid(await till.invoiceOf(1000));
    expect(await till.hook(session, undefined, {}, t.mill.id)).toBe(404);
    const { body, signature } = await stripe.webhook(session, undefined, {
      timestamp: Date.parse(t.clock.now()) / 1000,
    });
    const answer = await t.fetch(
      `/hooks/stripe/${t.mill.id}`,
      { method: "POST", headers: { "stripe-signature": signature }, body },
      t.mill,
    );
    expect(answer.status).toBe(400);
  });

  test("about a page of another program on the same account is taken and changes nothing", async () => {
    const session = await paid(await till.invoiceOf(1000));
    const foreign = {
      ...(stripe.sessions.get(session) as NonNullable<ReturnType<typeof stripe.sessions.get>>),
      id: "cs_test_foreign",
      metadata: {},
    };
    stripe.sessions.set(foreign.id, foreign);
    expect(await till.hook(foreign.id)).toBe(200);
  });

  test("of an ended page frees the invoice for a new one", async () => {
    const id = await till.invoiceOf(1000);
    const session = sessionOf(await startCheckout(finance, id));
    Object.assign(stripe.sessions.get(session) ?? {}, { status: "expired", url: null });
    expect(await till.hook(session, "checkout.session.expired")).toBe(200);
    expect((await till.checkoutsOf(id))[0]).toMatchObject({ checkout_status: "expired", open_key: null });
  });
});
