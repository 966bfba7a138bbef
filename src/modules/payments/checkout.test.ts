import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { TestProgram } from "../../../tests/support/program.ts";
import type { StripeStandIn } from "../../../tests/support/stripe.ts";
import { companyOf, sentInvoice, sessionOf, startTill, type Till } from "../../../tests/support/payments.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import { Failure } from "../../platform/errors.ts";
import { invoices } from "../billing/index.ts";
import { startCheckout } from "./checkout.ts";
import { saveGateway } from "./config.ts";

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
beforeEach(() => {
  stripe.requests.length = 0;
});

const made = () =>
  stripe.requests.filter((request) => request.method === "POST" && request.path === "/v1/checkout/sessions");

/** Opens the page of an invoice and pays on it; returns Stripe's id of the page. */
async function paid(invoiceId: string): Promise<string> {
  const session = sessionOf(await startCheckout(finance, invoiceId));
  stripe.pay(session);
  return session;
}

async function failureOf(run: Promise<unknown>): Promise<Failure> {
  const error = await run.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw new Error(`not a failure: ${String(error)}`);
  return error;
}

describe("the payment page", () => {
  test("is for the balance, in the invoice's currency, and says what it is for", async () => {
    const id = await till.invoiceOf(118_050);
    const answer = await t.api("POST", "/api/v1/payments/process-card", {
      key: await t.harbor.key("finance"),
      body: { data: { type: "checkout_sessions", attributes: { invoice_id: id } } },
    });
    expect(answer.status).toBe(201);
    const [row] = await till.checkoutsOf(id);
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

  test("is opened by a key that may read invoices and collect payments, and nothing else", async () => {
    const id = await till.invoiceOf(2000);
    const ask = (key: string): ReturnType<TestProgram["api"]> =>
      t.api("POST", "/api/v1/payments/process-card", {
        key,
        body: { data: { type: "checkout_sessions", attributes: { invoice_id: id } } },
      });
    expect((await ask(await t.harbor.key("finance", ["billing.read"]))).status).toBe(403);
    const answer = await ask(await t.harbor.key("finance", ["billing.read", "payments.collect"]));
    expect([answer.status, answer.body.data?.type]).toEqual([201, "checkout_sessions"]);
  });

  test("counts yen in yen", async () => {
    await startCheckout(finance, await till.invoiceOf(5000, "JPY"));
    expect([...stripe.sessions.values()].at(-1)).toMatchObject({ amount_total: 5000, currency: "jpy" });
  });

  test("is opened once, however often somebody clicks, one after another or at once", async () => {
    const id = await till.invoiceOf(5000);
    const [one, two] = await Promise.all([startCheckout(finance, id), startCheckout(finance, id)]);
    const three = await startCheckout(finance, id);
    expect(two.url).toBe(one.url);
    expect(three.url).toBe(one.url);
    expect(await till.checkoutsOf(id)).toHaveLength(1);
    expect([...stripe.sessions.values()].filter((session) => session.metadata["invoice_id"] === id)).toHaveLength(1);
  });

  test("is the same after Stripe's answer was lost", async () => {
    const id = await till.invoiceOf(7000);
    for (let lost = 0; lost < 3; lost += 1) stripe.failNext({ afterProcessing: true });
    expect((await failureOf(startCheckout(finance, id))).status).toBe(503);
    const { url } = await startCheckout(finance, id);
    const sessions = [...stripe.sessions.values()].filter((session) => session.metadata["invoice_id"] === id);
    expect(sessions.map((session) => session.url)).toEqual([url]);
  });

  test("is opened by the same request with the same Idempotency-Key, after Stripe did not answer the first", async () => {
    const id = await till.invoiceOf(7100);
    const key = await t.harbor.key("finance");
    const ask = (): ReturnType<TestProgram["api"]> =>
      t.api("POST", "/api/v1/payments/process-card", {
        key,
        body: { data: { type: "checkout_sessions", attributes: { invoice_id: id } } },
        headers: { "idempotency-key": "pay-7100" },
      });
    for (let broken = 0; broken < 3; broken += 1) stripe.failNext({ status: 500 });
    expect((await ask()).status).toBe(503);
    const opened = await ask();
    expect(opened.status).toBe(201);
    expect((await ask()).body).toEqual(opened.body);
  });

  test("for another amount takes the place of the earlier one, which nobody can pay any more", async () => {
    const id = await till.invoiceOf(10_000);
    const first = sessionOf(await startCheckout(finance, id));
    await inUnit(t.harbor.system, (work) =>
      update(work, invoices, id, { amount_paid: 4000, balance_due: 6000, status: "partially_paid" }),
    );
    const second = sessionOf(await startCheckout(finance, id));
    expect(stripe.sessions.get(first)?.status).toBe("expired");
    expect(stripe.sessions.get(second)).toMatchObject({ status: "open", amount_total: 6000 });
    expect((await till.checkoutsOf(id)).map((row) => row.checkout_status)).toEqual(["expired", "open"]);
  });

  test("that was paid meanwhile is found so before a second one is opened", async () => {
    const id = await till.invoiceOf(3000);
    await paid(id);
    expect(await failureOf(startCheckout(finance, id))).toMatchObject({ status: 409, code: "nothing_to_pay" });
    expect(await till.invoice(id)).toMatchObject({ status: "paid", balance_due: 0 });
  });

  test("is a new one when the earlier one has ended", async () => {
    const id = await till.invoiceOf(3000);
    const first = (await startCheckout(finance, id)).url;
    t.clock.advance(58 * 60_000);
    const second = (await startCheckout(finance, id)).url;
    expect(second).not.toBe(first);
  });

  test("is not opened for what cannot be paid", async () => {
    const draft = await till.invoiceOf(100);
    await inUnit(t.harbor.system, (work) => update(work, invoices, draft, { status: "draft" }));
    expect((await failureOf(startCheckout(finance, draft))).code).toBe("nothing_to_pay");
    expect((await failureOf(startCheckout(await t.harbor.as("technician"), await till.invoiceOf(100)))).status).toBe(
      403,
    );
    const foreign = await sentInvoice(t.mill, await companyOf(t.mill), 100);
    expect((await failureOf(startCheckout(finance, foreign))).status).toBe(404);
    const mill = await t.mill.as("finance");
    expect((await failureOf(startCheckout(mill, foreign))).code).toBe("gateway_not_configured");
    expect(made()).toHaveLength(0);
  });

  test("is refused in words when Stripe refuses the key, and works again with the right one", async () => {
    const id = await till.invoiceOf(900);
    const admin = await t.harbor.as("administrator");
    await perform(admin, saveGateway, { secret_key: "sk_test_another" });
    const failure = await failureOf(startCheckout(finance, id));
    expect([failure.status, failure.code]).toEqual([409, "gateway_refused"]);
    await perform(admin, saveGateway, { secret_key: stripe.secretKey });
    expect((await startCheckout(finance, id)).url).toStartWith(stripe.url);
  });
});
