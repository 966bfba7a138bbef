import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { startStripe, type StripeStandIn } from "../../../tests/support/stripe.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { startSession } from "../../platform/access/sessions.ts";
import { inUnit, reading } from "../../platform/context.ts";
import type { StandardRole } from "../../platform/module.ts";
import { gatewayOf } from "./config.ts";

let t: TestProgram;
let stripe: StripeStandIn;
let admin: string;

beforeAll(async () => {
  stripe = startStripe();
  t = await startTestProgram({ stripeApiBase: stripe.url });
  admin = await t.harbor.key("administrator");
});
afterAll(async () => {
  await t.close();
  await stripe.stop();
});

function configure(attributes: Record<string, unknown>, key = admin): ReturnType<TestProgram["api"]> {
  return t.api("PUT", "/api/v1/payment-gateway/config", {
    key,
    body: { data: { type: "payment_gateway_configs", attributes } },
  });
}

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

describe("the settings over the API", () => {
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

  test("are held to the version that they were read with, so that nobody takes back what somebody else has saved", async () => {
    const path = "/api/v1/payment-gateway/config";
    const etag = (await t.api("GET", path, { key: admin })).headers.get("etag") ?? "";
    expect((await configure({ publishable_key: "pk_test_theirs" })).status).toBe(200);
    for (const method of ["PUT", "PATCH"]) {
      const body = { data: { type: "payment_gateway_configs", attributes: { publishable_key: "pk_test_mine" } } };
      const stale = await t.api(method, path, { key: admin, body, headers: { "if-match": etag } });
      expect([method, stale.status]).toEqual([method, 412]);
    }
    const now = await t.api("GET", path, { key: admin });
    expect(now.body.data.attributes.publishable_key).toBe("pk_test_theirs");
    const body = { data: { type: "payment_gateway_configs", attributes: { publishable_key: "pk_test_mine" } } };
    const headers = { "if-match": now.headers.get("etag") ?? "" };
    expect((await t.api("PATCH", path, { key: admin, body, headers })).status).toBe(200);
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
