import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { startStripe, type StripeStandIn } from "../../../tests/support/stripe.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { startSession } from "../../platform/access/sessions.ts";
import { inUnit, reading } from "../../platform/context.ts";
import type { StandardRole } from "../../platform/module.ts";
import { gatewayOf } from "./config.ts";

let t: TestProgram;
let stripe: StripeStandIn;

beforeAll(async () => {
  stripe = startStripe();
  t = await startTestProgram({ stripeApiBase: stripe.url });
});
afterAll(async () => {
  await t.close();
  await stripe.stop();
});

async function browserOf(role: StandardRole): Promise<Visitor> {
  const ctx = await t.harbor.as(role);
  const { token } = await inUnit(ctx, (work) => startSession(work, ctx.actor.user_id ?? ""));
  const browser = t.browser();
  browser.cookies.set("purser", token);
  return browser;
}

test("the settings page keeps keys without ever showing them again", async () => {
  const browser = await browserOf("administrator");
  const path = "/settings/payments";
  const blank = await browser.open(path);
  expect(blank.text).toContain(`http://harbor.test/hooks/stripe/${t.harbor.id}`);
  const refused = await browser.submit(path, { secret_key: "pk_live_mistaken" });
  expect(refused.status).toBe(422);
  expect(refused.text).toContain("A secret key begins with sk_test_, sk_live_ or rk_.");
  const saved = await browser.submit(path, {
    secret_key: stripe.secretKey,
    webhook_secret: stripe.webhookSecret,
    publishable_key: "",
  });
  expect(saved.text).toContain("Payment settings saved.");
  expect(saved.text).toContain("Test mode: no real money moves");
  expect(saved.text).toContain("ends with …rser");
  expect(saved.html).not.toContain(stripe.secretKey);
  await browser.submit(path, { secret_key: "", webhook_secret: "", publishable_key: "pk_test_abc" });
  expect(await reading(t.harbor.system, gatewayOf)).toMatchObject({
    secret_key: stripe.secretKey,
    webhook_secret: stripe.webhookSecret,
    publishable_key: "pk_test_abc",
    is_active: true,
    is_test_mode: true,
  });
});

test("its second button tries a key before it is saved, or the one that is kept", async () => {
  const browser = await browserOf("administrator");
  const path = "/settings/payments";
  await browser.open(path);
  const fields = { secret_key: "sk_test_wrong", _csrf: await csrfOf(browser) };
  const wrong = await browser.post(`${path}/test`, fields);
  expect(wrong.text).toContain("Stripe did not accept this key.");
  expect(wrong.text).toContain("Invalid API Key provided");
  expect((await browser.post(`${path}/test`, { ...fields, secret_key: "" })).text).toContain("it belongs to Harbor IT");
});

test("the settings are for those who may change settings", async () => {
  const browser = await browserOf("technician");
  expect((await browser.open("/settings/payments")).status).toBe(403);
});

async function csrfOf(browser: Visitor): Promise<string> {
  return /name="_csrf" value="([^"]+)"/.exec((await browser.open("/settings/payments")).html)?.[1] ?? "";
}
