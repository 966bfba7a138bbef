import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { waitFor } from "../../../tests/support/waiting.ts";
import { reading } from "../../platform/context.ts";
import { sendDueWebhooks } from "./sender.ts";

interface Received {
  headers: Headers;
  body: string;
}

let t: TestProgram;
let key: string;
let receiver: ReturnType<typeof Bun.serve>;
let received: Received[];
let answer: () => Response | Promise<Response>;

beforeAll(async () => {
  t = await startTestProgram({ allowedNetworks: ["127.0.0.1"] });
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());
beforeEach(() => {
  received = [];
  answer = () => new Response("thank you");
  receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      received.push({ headers: request.headers, body: await request.text() });
      return answer();
    },
  });
  t.clock.set("2026-11-21T09:00:00.000Z");
});
afterEach(async () => {
  await receiver.stop(true);
  await t.app.database.write(t.harbor.id, async (db) => {
    await db.deleteFrom("webhook_attempts").execute();
    await db.deleteFrom("webhook_deliveries").execute();
    await db.deleteFrom("webhook_endpoints").execute();
  });
});

const post = (path: string, type: string, attributes: Record<string, unknown> = {}, by = key) =>
  t.api("POST", `/api/v1/${path}`, { key: by, body: { data: { type, attributes } } });

/** An endpoint of Harbor's that gets some events. */
async function endpoint(event_names = ["contracts.created"], more = {}): Promise<{ id: string; secret: string }> {
  const url = `http://127.0.0.1:${receiver.port}/hook`;
  const made = await post("webhook-endpoints", "webhook_endpoints", { url, event_names, ...more });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return { id: made.body.data.id, secret: made.body.data.attributes.secret };
}

/** Something happens: a contract is made. Returns its id. */
async function contract(): Promise<string> {
  const company = await post("companies", "companies", { name: "Client" });
  const made = await post("contracts", "contracts", {
    company_id: company.body.data.id,
    name: "Care",
    contract_type: "managed_services",
    start_date: "2026-01-01",
    billing_cycle: "monthly",
    billing_amount: "4321.09",
  });
  await t.settle();
  return made.body.data.id as string;
}

const send = (): Promise<number> => sendDueWebhooks(t.app, t.harbor.tenant);
const deliveries = () =>
  reading(t.harbor.system, ({ db }) => db.selectFrom("webhook_deliveries").selectAll().orderBy("id").execute());
const endpoints = () => reading(t.harbor.system, ({ db }) => db.selectFrom("webhook_endpoints").selectAll().execute());

/** As a receiver does it. */
function isSignedWith(secret: string, { headers, body }: Received): boolean {
  const parts = (headers.get("purser-signature") ?? "").split(",");
  const timestamp = parts[0]?.slice(2) ?? "";
  const expected = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  return parts.slice(1).includes(`v1=${expected}`);
}

describe("an event", () => {
  test("arrives with its record, signed, and without prices", async () => {
    const { secret } = await endpoint();
    const id = await contract();
    await send();
    expect(received).toHaveLength(1);
    const [first] = received as [Received];
    const body = JSON.parse(first.body);
    expect(body).toMatchObject({
      type: "contracts.created",
      occurred_at: "2026-11-21T09:00:00.000Z",
      actor: { name: expect.stringContaining("Administrator of Harbor IT") },
      data: { contract_id: id },
      record: { type: "contracts", id, attributes: { name: "Care" } },
    });
    expect(first.body).not.toContain("4321.09");
    expect(isSignedWith(secret, first)).toBe(true);
    expect(isSignedWith(secret, { ...first, body: `${first.body} ` })).toBe(false);
    expect(first.headers.get("purser-event")).toBe("contracts.created");
    expect(first.headers.get("purser-event-id")).toBe(body.id);
    expect(first.headers.get("purser-timestamp")).toBe(String(Date.parse("2026-11-21T09:00:00Z") / 1000));
    expect(await deliveries()).toMatchObject([{ delivery_status: "delivered", attempts: 1, response_status: 200 }]);
  });

  test("goes to those who asked for it, also once more than one has", async () => {
    await endpoint();
    await endpoint(["tickets.closed"]);
    await endpoint([], { is_all_events: true });
    await contract();
    await send();
    expect(received.map(({ headers }) => headers.get("purser-event")).toSorted()).toEqual([
      // The contract's company is new as well: who asks for all events hears of it.
      "companies.created",
      "contracts.created",
      "contracts.created",
    ]);
  });

  test("goes to who asked for all of its module, and a name that this says already is dropped", async () => {
    await endpoint(["contracts.*", "contracts.created"]);
    await endpoint(["tickets.*"]);
    expect((await endpoints()).map(({ event_names }) => event_names)).toEqual([["contracts.*"], ["tickets.*"]]);
    await contract();
    await send();
    expect(received.map(({ headers }) => headers.get("purser-event"))).toEqual(["contracts.created"]);
    const none = await post("webhook-endpoints", "webhook_endpoints", {
      url: "https://example.com/hook",
      event_names: ["shoes.*"],
    });
    expect(none.body.errors[0].detail).toContain("shoes.*");
  });

  test("of another organization is not sent", async () => {
    await endpoint([], { is_all_events: true });
    const theirs = await t.mill.key("administrator");
    await t.api("POST", "/api/v1/companies", {
      key: theirs,
      tenant: t.mill,
      body: { data: { type: "companies", attributes: { name: "Theirs" } } },
    });
    await t.settle(t.mill);
    await send();
    await sendDueWebhooks(t.app, t.mill.tenant);
    expect(received).toEqual([]);
  });
});

describe("a receiver that fails", () => {
  test("gets it again later, the same bytes with the same id, until it has taken it", async () => {
    await endpoint();
    await contract();
    answer = () => new Response("no room", { status: 503 });
    await send();
    await send();
    expect(received).toHaveLength(1);
    t.clock.advance(10_000);
    await send();
    answer = () => new Response("ok");
    t.clock.advance(60_000);
    await send();
    await send();
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(received.map(({ headers }) => headers.get("purser-delivery-id"))).size).toBe(1);
    const log = await t.api("GET", `/api/v1/webhook-deliveries/${(await deliveries())[0]?.id}/attempts`, { key });
    expect(log.body.data.map((one: { attributes: object }) => one.attributes)).toMatchObject([
      { response_status: 200, response_body: "ok", problem: "" },
      { response_status: 503, response_body: "no room", problem: "The receiver answered 503." },
      { response_status: 503 },
    ]);
  });

  test("is given up after the ninth time, and can be tried again by a person", async () => {
    await endpoint();
    await contract();
    answer = () => new Response(null, { status: 500 });
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await send();
      t.clock.advance(18 * 3600_000);
      // Other deliveries arrive meanwhile, so the endpoint stays on.
      await t.app.database.write(t.harbor.id, (db) =>
        db.updateTable("webhook_endpoints").set({ failing_since: t.clock.now() }).execute(),
      );
    }
    expect(received).toHaveLength(9);
    const [{ id } = { id: "" }] = await deliveries();
    expect(await deliveries()).toMatchObject([{ delivery_status: "failed", attempts: 9 }]);
    answer = () => new Response("ok");
    const again = await post(`webhook-deliveries/${id}/redeliver`, "webhook_deliveries");
    expect(again.body.data.attributes.delivery_status).toBe("queued");
    await send();
    expect(await deliveries()).toMatchObject([{ id, delivery_status: "delivered" }]);
  });

  test("by hanging, closing or redirecting does not hold up another one", async () => {
    await endpoint();
    const other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("fine") });
    await post("webhook-endpoints", "webhook_endpoints", {
      url: `http://127.0.0.1:${other.port}/`,
      event_names: ["contracts.created"],
    });
    answer = () => Response.redirect(`http://127.0.0.1:${other.port}/elsewhere`, 307);
    await contract();
    await send();
    expect(
      (await deliveries()).map(({ response_status, delivery_status }) => [response_status, delivery_status]),
    ).toEqual(
      expect.arrayContaining([
        [307, "queued"],
        [200, "delivered"],
      ]),
    );
    const { body } = await t.api("GET", "/api/v1/webhook-deliveries?filter[response_status]=307", { key });
    expect(body.data[0].attributes.last_error).toContain("redirects are not followed");
    await other.stop(true);
  });

  test("by hanging keeps nobody else waiting, neither for what is there nor for what happens meanwhile", async () => {
    await endpoint();
    const others: string[] = [];
    const other = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) => {
        others.push(request.headers.get("purser-delivery-id") ?? "");
        return new Response("fine");
      },
    });
    await post("webhook-endpoints", "webhook_endpoints", {
      url: `http://127.0.0.1:${other.port}/`,
      event_names: ["contracts.created"],
    });
    const release = Promise.withResolvers<void>();
    answer = () => release.promise.then(() => new Response("at last"));
    for (let count = 0; count < 3; count += 1) await contract();
    const sending = send();
    await waitFor("three", () => (others.length === 3 ? true : undefined));
    await contract();
    await waitFor("what happened meanwhile", () => (others.length === 4 ? true : undefined));
    expect(received).toHaveLength(1);
    release.resolve();
    expect(await sending).toBe(8);
    await other.stop(true);
  });

  test("gets the next one only after those who take theirs", async () => {
    await endpoint();
    await contract();
    await contract();
    const order: string[] = [];
    answer = () => {
      order.push("fails");
      return new Response(null, { status: 500 });
    };
    await send();
    expect(order).toEqual(["fails", "fails"]);
    // It failed before, and there are more webhooks than are served at once.
    // Those that take theirs answer when all eight have them: until then no line is free for the ninth.
    const taken = Promise.withResolvers<void>();
    const well = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: async () => {
        if (order.push("takes") === 8) taken.resolve();
        await taken.promise;
        return new Response("taken");
      },
    });
    for (let count = 0; count < 8; count += 1)
      await post("webhook-endpoints", "webhook_endpoints", {
        url: `http://127.0.0.1:${well.port}/${count}`,
        event_names: ["contracts.created"],
      });
    order.length = 0;
    await contract();
    await send();
    expect(order).toEqual([...Array.from({ length: 8 }, () => "takes"), "fails"]);
    await well.stop(true);
  });

  test("for three days is switched off, and an event tells of it", async () => {
    await endpoint();
    await contract();
    answer = () => new Response(null, { status: 500 });
    await send();
    t.clock.advance(3 * 24 * 3600_000);
    await send();
    const [row] = await endpoints();
    expect(row).toMatchObject({ is_active: false, disabled_at: t.clock.now() });
    expect(row?.disabled_reason).toContain("Nothing has arrived for three days");
    const told = await t.api("GET", "/api/v1/events?filter[event_name]=webhooks.disabled", { key });
    expect(told.body.data[0].attributes.payload.webhook_endpoint_id).toBe(row?.id);
    t.clock.advance(24 * 3600_000);
    expect(await send()).toBe(0);
    await t.api("PATCH", `/api/v1/webhook-endpoints/${row?.id}`, {
      key,
      body: { data: { type: "webhook_endpoints", attributes: { is_active: true } } },
    });
    answer = () => new Response("back");
    await send();
    expect(await deliveries()).toMatchObject([{ delivery_status: "delivered" }]);
    expect(await endpoints()).toMatchObject([{ failing_since: null, disabled_reason: "" }]);
  });

  test("with 410 is switched off at once", async () => {
    await endpoint();
    await contract();
    await contract();
    answer = () => new Response(null, { status: 410 });
    expect(await send()).toBe(1);
    expect(await endpoints()).toMatchObject([{ is_active: false }]);
    // Nothing more is sent, also of what was waiting, and nobody is told that it would be.
    expect(received).toHaveLength(1);
    const [first] = await deliveries();
    const again = await post(`webhook-deliveries/${first?.id}/redeliver`, "webhook_deliveries");
    expect([again.status, again.body.errors[0].code]).toEqual([409, "not_active"]);
  });
});

describe("when the program dies between sending and writing it down", () => {
  test("it is sent again with the same id", async () => {
    await endpoint();
    await contract();
    await send();
    // As the row stands when the process is killed right after the receiver has answered.
    await t.app.database.write(t.harbor.id, (db) =>
      db
        .updateTable("webhook_deliveries")
        .set({ delivery_status: "sending", claim_token: "dead", lease_until: "2026-11-21T09:01:00.000Z", attempts: 0 })
        .execute(),
    );
    expect(await send()).toBe(0);
    t.clock.advance(61_000);
    await send();
    expect(received).toHaveLength(2);
    expect(received[0]?.headers.get("purser-delivery-id")).toBe(received[1]?.headers.get("purser-delivery-id") ?? "");
    expect(received[0]?.body).toBe(received[1]?.body ?? "");
  });

  test("two nodes side by side send it once", async () => {
    await endpoint();
    await contract();
    await Promise.all([send(), send(), send()]);
    expect(received).toHaveLength(1);
  });
});

describe("the secret", () => {
  test("is shown once, and never again", async () => {
    const { id, secret } = await endpoint();
    expect(secret).toMatch(/^whsec_[\w-]{43}$/);
    const shown = await t.api("GET", `/api/v1/webhook-endpoints/${id}`, { key });
    expect(JSON.stringify(shown.body)).not.toContain(secret);
    expect(shown.body.data.attributes).not.toHaveProperty("secret_sealed");
    const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    expect((await browser.open(`/settings/webhooks/${id}`)).html).not.toContain(secret);
  });

  test("signs beside the new one for 24 hours after a change", async () => {
    const old = await endpoint();
    const changed = await post(`webhook-endpoints/${old.id}/rotate-secret`, "webhook_endpoints");
    const { secret } = changed.body.data.attributes;
    const signers = async (): Promise<boolean[]> => {
      await post(`webhook-endpoints/${old.id}/ping`, "webhook_endpoints");
      await send();
      const last = received.at(-1) as Received;
      return [isSignedWith(old.secret, last), isSignedWith(secret, last)];
    };
    expect(await signers()).toEqual([true, true]);
    t.clock.advance(24 * 3600_000 + 1000);
    expect(await signers()).toEqual([false, true]);
  });
});
