import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { sessionOf, startTill, type Till } from "../../../tests/support/payments.ts";
import type { StripeStandIn } from "../../../tests/support/stripe.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { changeGateway } from "./change.ts";
import { startCheckout } from "./checkout.ts";
import { gatewayOf } from "./config.ts";
import { reconcileCheckouts } from "./jobs.ts";

let till: Till;
let stripe: StripeStandIn;
let admin: Ctx;
let finance: Ctx;

const another = "sk_test_another_account";

beforeAll(async () => {
  till = await startTill();
  ({ stripe } = till);
  admin = await till.t.harbor.as("administrator");
  finance = await till.t.harbor.as("finance");
});
afterAll(() => till.close());
beforeEach(async () => {
  stripe.accounts.set(stripe.secretKey, "acct_purser").set(another, "acct_other");
  await changeGateway(admin, { secret_key: stripe.secretKey });
});

const keptKey = async (): Promise<string | undefined> => (await reading(admin, gatewayOf))?.secret_key;
const states = async (invoiceId: string): Promise<string[]> =>
  (await till.checkoutsOf(invoiceId)).map((row) => row.checkout_status);

describe("a key of another account", () => {
  test("is kept when what was paid at the present one is booked, and what is open there cannot be paid any more", async () => {
    const paid = await till.invoiceOf(4000);
    stripe.pay(sessionOf(await startCheckout(finance, paid)));
    const open = await till.invoiceOf(5000);
    const session = sessionOf(await startCheckout(finance, open));
    const answer = await till.t.api("PUT", "/api/v1/payment-gateway/config", {
      key: await till.t.harbor.key("administrator"),
      body: { data: { type: "payment_gateway_configs", attributes: { secret_key: another } } },
    });
    expect([answer.status, await keptKey()]).toEqual([200, another]);
    expect([await till.invoice(paid), await till.paymentsOf(paid)]).toMatchObject([
      { status: "paid" },
      [{ amount: 4000 }],
    ]);
    expect([await states(open), stripe.sessions.get(session)?.status]).toEqual([["expired"], "expired"]);
    await startCheckout(finance, open);
    expect(await states(open)).toEqual(["expired", "open"]);
  });

  test("is not kept while Stripe cannot be asked about open pages", async () => {
    const id = await till.invoiceOf(5000);
    await startCheckout(finance, id);
    for (let broken = 0; broken < 3; broken += 1) stripe.failNext({ status: 500 });
    await expect(changeGateway(admin, { secret_key: another })).rejects.toMatchObject({ status: 503 });
    expect([await keptKey(), await states(id)]).toEqual([stripe.secretKey, ["open"]]);
  });

  test("opens no second page beside one that only a key knew which was taken back at Stripe, until that has ended", async () => {
    const id = await till.invoiceOf(5000);
    await startCheckout(finance, id);
    stripe.accounts.delete(stripe.secretKey);
    await changeGateway(admin, { secret_key: another });
    await reconcileCheckouts(till.t.harbor.system);
    await expect(startCheckout(finance, id)).rejects.toMatchObject({ status: 409, code: "checkout_busy" });
    expect(await states(id)).toEqual(["open"]);
    till.t.clock.advance(61 * 60_000);
    await startCheckout(finance, id);
    expect(await states(id)).toEqual(["expired", "open"]);
  });

  test("leaves no page behind that was opened at the present one at the same moment", async () => {
    const id = await till.invoiceOf(5000);
    await Promise.all([startCheckout(finance, id), changeGateway(admin, { secret_key: another })]);
    const pages = [...stripe.sessions.values()].filter((session) => session.metadata["invoice_id"] === id);
    const left = pages.filter((session) => stripe.ownerOf(session.id) === "acct_purser");
    expect(left.filter((session) => session.status !== "expired")).toEqual([]);
    const open = (await till.checkoutsOf(id)).filter((row) => row.checkout_status === "open");
    expect(open.filter((row) => stripe.ownerOf(row.provider_session_id ?? "") !== "acct_other")).toEqual([]);
  });
});

test("another key of the same account leaves its pages open", async () => {
  const id = await till.invoiceOf(5000);
  const { url } = await startCheckout(finance, id);
  stripe.accounts.set("sk_test_rolled", "acct_purser").delete(stripe.secretKey);
  await changeGateway(admin, { secret_key: "sk_test_rolled" });
  expect((await startCheckout(finance, id)).url).toBe(url);
});

test("keys are changed by those who may change settings", async () => {
  await expect(changeGateway(finance, { secret_key: another })).rejects.toMatchObject({ status: 403 });
});
