import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { startTestProgram, type TestProgram, type TestTenant } from "../../../tests/support/program.ts";
import { startStripe, type StripeStandIn } from "../../../tests/support/stripe.ts";
import { type Ctx, inUnit } from "../../platform/context.ts";
import { insert, update } from "../../platform/database/records.ts";
import { Failure } from "../../platform/errors.ts";
import { runJob } from "../../platform/jobs/jobs.ts";
import { applyPayment } from "../billing/index.ts";
import { invoices } from "../billing/schema.ts";
import { companies } from "../companies/index.ts";
import { startCheckout } from "./checkout.ts";
import { reconcileJob } from "./jobs.ts";
import { settleInvoice, settleSession } from "./settle.ts";

let t: TestProgram;
let stripe: StripeStandIn;
let admin: string;
let finance: Ctx;
let companyId: string;
let number = 0;

beforeAll(async () => {
  stripe = startStripe();
  t = await startTestProgram({ stripeApiBase: stripe.url });
  admin = await t.harbor.key("administrator");
  finance = await t.harbor.as("finance");
  companyId = await companyOf(t.harbor);
  await configure({ secret_key: stripe.secretKey, webhook_secret: stripe.webhookSecret, is_active: true });
});
afterAll(async () => {
  await t.close();
  await stripe.stop();
});
beforeEach(() => {
  stripe.requests.length = 0;
});

function companyOf(tenant: TestTenant): Promise<string> {
  return inUnit(tenant.system, async (work) => (await insert(work, companies, { name: "Nordwind Logistics" })).id);
}

function configure(attributes: Record<string, unknown>, key = admin): ReturnType<TestProgram["api"]> {
  return t.api("PUT", "/api/v1/payment-gateway/config", {
    key,
    body: { data: { type: "payment_gateway_configs", attributes } },
  });
}

/** A sent invoice over an amount of minor units. */
function invoiceOf(total: number, currency = "USD", tenant = t.harbor, company = companyId): Promise<string> {
  number += 1;
  return inUnit(tenant.system, async (work) => {
    const row = await insert(work, invoices, {
      company_id: company,
      invoice_number: `INV-${String(number).padStart(6, "0")}`,
      status: "sent",
      invoice_date: "2026-11-01",
      due_date: "2026-12-01",
      payment_terms: "net_30",
      subtotal: total,
      total,
      balance_due: total,
      currency,
    });
    return row.id;
  });
}

const invoice = (id: string) =>
  t.app.database.read(t.harbor.id, (db) =>
    db.selectFrom("invoices").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
  );
const paymentsOf = (id: string) =>
  t.app.database.read(t.harbor.id, (db) =>
    db.selectFrom("payments").selectAll().where("invoice_id", "=", id).execute(),
  );
const checkoutsOf = (id: string) =>
  t.app.database.read(t.harbor.id, (db) =>
    db.selectFrom("checkout_sessions").selectAll().where("invoice_id", "=", id).orderBy("id").execute(),
  );
const made = () =>
  stripe.requests.filter((request) => request.method === "POST" && request.path === "/v1/checkout/sessions");

/** Opens the page of an invoice and pays on it; returns Stripe's id of the page. */
async function paid(invoiceId: string): Promise<string> {
  const { url } = await startCheckout(finance, invoiceId);
  const id = url.split("/").at(-1) ?? "";
  stripe.pay(id);
  return id;
}

async function hook(
  sessionId: string,
  type?: string,
  options: Parameters<StripeStandIn["webhook"]>[2] = {},
  tenantId = t.harbor.id,
): Promise<number> {
  const { body, signature } = await stripe.webhook(sessionId, type, {
    timestamp: Date.parse(t.clock.now()) / 1000,
    ...options,
  });
  const answer = await t.fetch(`/hooks/stripe/${tenantId}`, {
    method: "POST",
    headers: { "stripe-signature": signature },
    body,
  });
  return answer.status;
}

async function failureOf(run: Promise<unknown>): Promise<Failure> {
  const error = await run.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw new Error(`not a failure: ${String(error)}`);
  return error;
}

describe("the gateway's settings", () => {
  test("show of secrets only their ends, and find out the mode by themselves", async () => {
    const answer = await t.api("GET", "/api/v1/payment-gateway/config", { key: admin });
    expect(answer.body.data.attributes).toMatchObject({
      provider: "stripe",
      is_active: true,
      is_test_mode: true,
      secret_key_hint: "…rser",
      webhook_secret_hint: "…rser",
      webhook_url: `http://harbor.test/hooks/stripe/${t.harbor.id}`,
    });
    expect(JSON.stringify(answer.body)).not.toContain(stripe.secretKey);
    const row = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("payment_gateway_configs").selectAll().executeTakeFirstOrThrow(),
    );
    expect(row.config_sealed).not.toContain("purser");
    const audit = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("audit_log").selectAll().where("entity_type", "=", "payment_gateway_configs").execute(),
    );
    expect(JSON.stringify(audit)).not.toContain("purser");
  });

  test("keep what is left out, and refuse keys that are none", async () => {
    expect((await configure({ is_active: true })).body.data.attributes.secret_key_hint).toBe("…rser");
    for (const [attributes, pointer] of [
      [{ secret_key: "pk_test_abcdef" }, "/data/attributes/secret_key"],
      [{ publishable_key: "pk_live_abcdef" }, "/data/attributes/publishable_key"],
      [{ webhook_secret: "secret" }, "/data/attributes/webhook_secret"],
      [{ shoe_size: 4 }, "/data/attributes/shoe_size"],
      [{ provider: "paypal" }, "/data/attributes/provider"],
    ] as const) {
      const answer = await configure(attributes);
      expect([answer.status, answer.body.errors[0].source.pointer]).toEqual([422, pointer]);
    }
    expect((await configure({ is_active: false }, await t.harbor.key("finance"))).status).toBe(403);
  });

  test("can be tried: Stripe's own answer is shown", async () => {
    const ask = (secret_key?: string): ReturnType<TestProgram["api"]> =>
      t.api("POST", "/api/v1/payment-gateway/test", {
        key: admin,
        ...(secret_key === undefined
          ? {}
          : { body: { data: { type: "payment_gateway_tests", attributes: { secret_key } } } }),
      });
    const good = await ask();
    expect(good.body.data.attributes).toMatchObject({
      is_ok: true,
      title: "Stripe knows this key: it belongs to Harbor IT, in test mode: no real money moves.",
    });
    const bad = await ask("sk_test_another");
    expect(bad.body.data.attributes.is_ok).toBe(false);
    expect(bad.body.data.attributes.answer).toContain("Invalid API Key provided");
    expect((await ask("nonsense")).status).toBe(422);
  });
});

describe("the payment page", () => {
  test("is for the balance, in the invoice's currency, and says what it is for", async () => {
    const id = await invoiceOf(118_050);
    const answer = await t.api("POST", "/api/v1/payments/process-card", {
      key: await t.harbor.key("finance"),
      body: { data: { type: "checkout_sessions", attributes: { invoice_id: id } } },
    });
    expect(answer.status).toBe(201);
    const [row] = await checkoutsOf(id);
    const session = [...stripe.sessions.values()].find((one) => one.metadata["invoice_id"] === id);
    expect(session).toMatchObject({
      amount_total: 118_050,
      currency: "usd",
      mode: "payment",
      client_reference_id: row?.id,
      metadata: { tenant_id: t.harbor.id, checkout_session_id: row?.id },
      success_url: `http://harbor.test/portal/invoices/${id}/paid`,
      cancel_url: `http://harbor.test/portal/invoices/${id}`,
    });
    expect(answer.body.data.attributes.checkout_url).toBe(session?.url);
    expect(made()[0]?.idempotencyKey).toBe(row?.id ?? "");
    expect(Date.parse(row?.expires_at ?? "") / 1000).toBe(session?.expires_at ?? 0);
  });

  test("counts yen in yen", async () => {
    await startCheckout(finance, await invoiceOf(5000, "JPY"));
    expect([...stripe.sessions.values()].at(-1)).toMatchObject({ amount_total: 5000, currency: "jpy" });
  });

  test("is opened once, however often somebody clicks, one after another or at once", async () => {
    const id = await invoiceOf(5000);
    const [one, two] = await Promise.all([startCheckout(finance, id), startCheckout(finance, id)]);
    const three = await startCheckout(finance, id);
    expect(two.url).toBe(one.url);
    expect(three.url).toBe(one.url);
    expect(await checkoutsOf(id)).toHaveLength(1);
    expect([...stripe.sessions.values()].filter((session) => session.metadata["invoice_id"] === id)).toHaveLength(1);
  });

  test("is the same after Stripe's answer was lost", async () => {
    const id = await invoiceOf(7000);
    for (let lost = 0; lost < 3; lost += 1) stripe.failNext({ afterProcessing: true });
    expect((await failureOf(startCheckout(finance, id))).status).toBe(503);
    const { url } = await startCheckout(finance, id);
    const sessions = [...stripe.sessions.values()].filter((session) => session.metadata["invoice_id"] === id);
    expect(sessions.map((session) => session.url)).toEqual([url]);
  });

  test("for another amount takes the place of the earlier one, which nobody can pay any more", async () => {
    const id = await invoiceOf(10_000);
    const first = (await startCheckout(finance, id)).url.split("/").at(-1) ?? "";
    await inUnit(t.harbor.system, (work) =>
      update(work, invoices, id, { amount_paid: 4000, balance_due: 6000, status: "partially_paid" }),
    );
    const second = (await startCheckout(finance, id)).url.split("/").at(-1) ?? "";
    expect(stripe.sessions.get(first)?.status).toBe("expired");
    expect(stripe.sessions.get(second)).toMatchObject({ status: "open", amount_total: 6000 });
    expect((await checkoutsOf(id)).map((row) => row.checkout_status)).toEqual(["expired", "open"]);
  });

  test("that was paid meanwhile is found so before a second one is opened", async () => {
    const id = await invoiceOf(3000);
    await paid(id);
    expect(await failureOf(startCheckout(finance, id))).toMatchObject({ status: 409, code: "nothing_to_pay" });
    expect(await invoice(id)).toMatchObject({ status: "paid", balance_due: 0 });
  });

  test("is a new one when the earlier one has ended", async () => {
    const id = await invoiceOf(3000);
    const first = (await startCheckout(finance, id)).url;
    t.clock.advance(58 * 60_000);
    const second = (await startCheckout(finance, id)).url;
    expect(second).not.toBe(first);
  });

  test("is not opened for what cannot be paid", async () => {
    const draft = await invoiceOf(100);
    await inUnit(t.harbor.system, (work) => update(work, invoices, draft, { status: "draft" }));
    expect((await failureOf(startCheckout(finance, draft))).code).toBe("nothing_to_pay");
    expect((await failureOf(startCheckout(await t.harbor.as("technician"), await invoiceOf(100)))).status).toBe(403);
    const foreign = await invoiceOf(100, "USD", t.mill, await companyOf(t.mill));
    expect((await failureOf(startCheckout(finance, foreign))).status).toBe(404);
    const mill = await t.mill.as("finance");
    expect((await failureOf(startCheckout(mill, foreign))).code).toBe("gateway_not_configured");
    expect(made()).toHaveLength(0);
  });

  test("is refused in words when Stripe refuses the key, and works again with the right one", async () => {
    const id = await invoiceOf(900);
    await configure({ secret_key: "sk_test_another" });
    const failure = await failureOf(startCheckout(finance, id));
    expect([failure.status, failure.code]).toEqual([409, "gateway_refused"]);
    await configure({ secret_key: stripe.secretKey });
    expect((await startCheckout(finance, id)).url).toStartWith(stripe.url);
  });
});

describe("a payment", () => {
  test("is booked by the webhook, and once only when the payer comes back after it", async () => {
    const id = await invoiceOf(12_000);
    const session = await paid(id);
    expect(await hook(session)).toBe(200);
    expect(await settleInvoice(finance, id)).toBe("unknown");
    expect(await settleSession(finance, session)).toBe("paid");
    expect(await invoice(id)).toMatchObject({ status: "paid", amount_paid: 12_000, balance_due: 0 });
    expect(await paymentsOf(id)).toMatchObject([
      {
        amount: 12_000,
        currency: "USD",
        payment_method: "credit_card",
        gateway_transaction_id: stripe.sessions.get(session)?.payment_intent,
        payment_date: "2026-11-21",
      },
    ]);
    expect((await checkoutsOf(id))[0]).toMatchObject({ checkout_status: "paid" });
  });

  test("is booked when the payer comes back, and once only when the webhook follows", async () => {
    const id = await invoiceOf(12_000);
    const session = await paid(id);
    expect(await settleInvoice(finance, id)).toBe("paid");
    expect(await hook(session)).toBe(200);
    expect(await paymentsOf(id)).toHaveLength(1);
  });

  test("is booked once when both come at the same moment", async () => {
    const id = await invoiceOf(12_000);
    const session = await paid(id);
    await Promise.all([hook(session), settleInvoice(finance, id), hook(session), settleSession(finance, session)]);
    expect(await paymentsOf(id)).toHaveLength(1);
    expect((await invoice(id)).amount_paid).toBe(12_000);
  });

  test("is booked once when an event comes again, and whatever order events come in", async () => {
    const id = await invoiceOf(4500);
    const session = await paid(id);
    expect(await hook(session, "checkout.session.expired")).toBe(200);
    expect(await hook(session, "checkout.session.completed", { eventId: "evt_twice" })).toBe(200);
    expect(await hook(session, "checkout.session.completed", { eventId: "evt_twice" })).toBe(200);
    expect(await hook(session, "payment_intent.created")).toBe(200);
    expect(await paymentsOf(id)).toHaveLength(1);
    expect((await invoice(id)).status).toBe("paid");
  });

  test("is found by the job when no webhook ever comes", async () => {
    const id = await invoiceOf(2500);
    await paid(id);
    await runJob(t.app, t.harbor.tenant, reconcileJob);
    await runJob(t.app, t.harbor.tenant, reconcileJob);
    expect(await invoice(id)).toMatchObject({ status: "paid" });
    expect(await paymentsOf(id)).toHaveLength(1);
  });

  test("is never lost when part of the invoice was paid meanwhile", async () => {
    const id = await invoiceOf(10_000);
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
    expect(await hook(session)).toBe(200);
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
    expect(await invoice(id)).toMatchObject({ status: "paid" });
  });

  test("waits for the next try when Stripe cannot be asked", async () => {
    const id = await invoiceOf(1200);
    const session = await paid(id);
    for (let broken = 0; broken < 3; broken += 1) stripe.failNext({ status: 500 });
    expect(await hook(session, "checkout.session.completed", { eventId: "evt_later" })).toBe(503);
    expect(await paymentsOf(id)).toHaveLength(0);
    expect(await hook(session, "checkout.session.completed", { eventId: "evt_later" })).toBe(200);
    expect(await paymentsOf(id)).toHaveLength(1);
  });

  test("on a page whose opening was never answered is found by what the page says of itself", async () => {
    const id = await invoiceOf(1300);
    for (let lost = 0; lost < 3; lost += 1) stripe.failNext({ afterProcessing: true });
    await failureOf(startCheckout(finance, id));
    const session = [...stripe.sessions.values()].find((one) => one.metadata["invoice_id"] === id)?.id ?? "";
    stripe.pay(session);
    expect(await hook(session)).toBe(200);
    expect(await invoice(id)).toMatchObject({ status: "paid" });
  });
});

describe("an event", () => {
  test("with a wrong, stale or missing signature does nothing", async () => {
    const id = await invoiceOf(1000);
    const session = await paid(id);
    stripe.requests.length = 0;
    expect(await hook(session, undefined, { secret: "whsec_forged" })).toBe(400);
    expect(await hook(session, undefined, { timestamp: Date.parse(t.clock.now()) / 1000 - 3600 })).toBe(400);
    expect((await t.fetch(`/hooks/stripe/${t.harbor.id}`, { method: "POST", body: "{}" })).status).toBe(400);
    expect(stripe.requests).toHaveLength(0);
    expect(await paymentsOf(id)).toHaveLength(0);
  });

  test("sent to another organization's address goes nowhere", async () => {
    const session = await paid(await invoiceOf(1000));
    expect(await hook(session, undefined, {}, t.mill.id)).toBe(404);
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
    const session = await paid(await invoiceOf(1000));
    const foreign = {
      ...(stripe.sessions.get(session) as NonNullable<ReturnType<typeof stripe.sessions.get>>),
      id: "cs_test_foreign",
      metadata: {},
    };
    stripe.sessions.set(foreign.id, foreign);
    expect(await hook(foreign.id)).toBe(200);
  });

  test("of an ended page frees the invoice for a new one", async () => {
    const id = await invoiceOf(1000);
    const session = (await startCheckout(finance, id)).url.split("/").at(-1) ?? "";
    Object.assign(stripe.sessions.get(session) ?? {}, { status: "expired", url: null });
    expect(await hook(session, "checkout.session.expired")).toBe(200);
    expect((await checkoutsOf(id))[0]).toMatchObject({ checkout_status: "expired", open_key: null });
  });
});
