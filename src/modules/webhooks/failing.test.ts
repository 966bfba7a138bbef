import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { waitFor } from "../../../tests/support/waiting.ts";
import { type WebhookWorld, webhookWorld } from "../../../tests/support/webhooks.ts";

let w: WebhookWorld;
beforeAll(async () => {
  w = await webhookWorld();
});
beforeEach(() => w.reset());
afterAll(() => w.close());

describe("a receiver that fails", () => {
  test("gets it again later, the same bytes with the same id, until it has taken it", async () => {
    await w.endpoint();
    await w.contract();
    w.answer = () => new Response("no room", { status: 503 });
    await w.send();
    await w.send();
    expect(w.received).toHaveLength(1);
    w.t.clock.advance(10_000);
    await w.send();
    w.answer = () => new Response("ok");
    w.t.clock.advance(60_000);
    await w.send();
    await w.send();
    expect(w.received).toHaveLength(3);
    expect(new Set(w.received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(w.received.map(({ headers }) => headers.get("purser-delivery-id"))).size).toBe(1);
    const log = await w.get(`webhook-deliveries/${(await w.deliveries())[0]?.id}/attempts`);
    expect(log.body.data.map((one: { attributes: object }) => one.attributes)).toMatchObject([
      { response_status: 200, response_body: "ok", problem: "" },
      { response_status: 503, response_body: "no room", problem: "The receiver answered 503." },
      { response_status: 503 },
    ]);
  });

  test("is given up after the ninth time, and can be tried again by a person", async () => {
    await w.endpoint();
    await w.contract();
    w.answer = () => new Response(null, { status: 500 });
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await w.send();
      w.t.clock.advance(18 * 3600_000);
      // Other deliveries arrive meanwhile, so the endpoint stays on.
      await w.t.app.database.write(w.t.harbor.id, (db) =>
        db.updateTable("webhook_endpoints").set({ failing_since: w.t.clock.now() }).execute(),
      );
    }
    expect(w.received).toHaveLength(9);
    const [{ id } = { id: "" }] = await w.deliveries();
    expect(await w.deliveries()).toMatchObject([{ delivery_status: "failed", attempts: 9 }]);
    w.answer = () => new Response("ok");
    const again = await w.post(`webhook-deliveries/${id}/redeliver`, "webhook_deliveries");
    expect(again.body.data.attributes.delivery_status).toBe("queued");
    await w.send();
    expect(await w.deliveries()).toMatchObject([{ id, delivery_status: "delivered" }]);
    const entries = (await w.get(`audit-log?filter[entity_id]=${id}`)).body.data;
    expect(entries.map((one: { attributes: object }) => one.attributes)).toMatchObject([
      {
        action: "update",
        old_values: { delivery_status: "failed", attempts: 9 },
        new_values: { delivery_status: "queued" },
      },
    ]);
  });

  test("by hanging, closing or redirecting does not hold up another one", async () => {
    await w.endpoint();
    const other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("fine") });
    await w.post("webhook-endpoints", "webhook_endpoints", {
      url: `http://127.0.0.1:${other.port}/`,
      event_names: ["contracts.created"],
    });
    w.answer = () => Response.redirect(`http://127.0.0.1:${other.port}/elsewhere`, 307);
    await w.contract();
    await w.send();
    expect(
      (await w.deliveries()).map(({ response_status, delivery_status }) => [response_status, delivery_status]),
    ).toEqual(
      expect.arrayContaining([
        [307, "queued"],
        [200, "delivered"],
      ]),
    );
    const { body } = await w.get("webhook-deliveries?filter[response_status]=307");
    expect(body.data[0].attributes.last_error).toContain("redirects are not followed");
    await other.stop(true);
  });

  test("by hanging keeps nobody else waiting, neither for what is there nor for what happens meanwhile", async () => {
    await w.endpoint();
    const others: string[] = [];
    const other = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) => {
        others.push(request.headers.get("purser-delivery-id") ?? "");
        return new Response("fine");
      },
    });
    await w.post("webhook-endpoints", "webhook_endpoints", {
      url: `http://127.0.0.1:${other.port}/`,
      event_names: ["contracts.created"],
    });
    const release = Promise.withResolvers<void>();
    w.answer = () => release.promise.then(() => new Response("at last"));
    for (let count = 0; count < 3; count += 1) await w.contract();
    const sending = w.send();
    await waitFor("three", () => (others.length === 3 ? true : undefined));
    await w.contract();
    await waitFor("what happened meanwhile", () => (others.length === 4 ? true : undefined));
    expect(w.received).toHaveLength(1);
    release.resolve();
    expect(await sending).toBe(8);
    await other.stop(true);
  });

  test("gets the next one only after those who take theirs", async () => {
    await w.endpoint();
    await w.contract();
    await w.contract();
    const order: string[] = [];
    w.answer = () => {
      order.push("fails");
      return new Response(null, { status: 500 });
    };
    await w.send();
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
      await w.post("webhook-endpoints", "webhook_endpoints", {
        url: `http://127.0.0.1:${well.port}/${count}`,
        event_names: ["contracts.created"],
      });
    order.length = 0;
    await w.contract();
    await w.send();
    expect(order).toEqual([...Array.from({ length: 8 }, () => "takes"), "fails"]);
    await well.stop(true);
  });

  test("for three days is switched off, and an event tells of it", async () => {
    await w.endpoint();
    await w.contract();
    w.answer = () => new Response(null, { status: 500 });
    await w.send();
    w.t.clock.advance(3 * 24 * 3600_000);
    await w.send();
    const [row] = await w.endpoints();
    expect(row).toMatchObject({ is_active: false, disabled_at: w.t.clock.now() });
    expect(row?.disabled_reason).toContain("Nothing has arrived for three days");
    const told = await w.get("events?filter[event_name]=webhooks.disabled");
    expect(told.body.data[0].attributes.payload.webhook_endpoint_id).toBe(row?.id);
    w.t.clock.advance(24 * 3600_000);
    expect(await w.send()).toBe(0);
    await w.patch(`webhook-endpoints/${row?.id}`, "webhook_endpoints", { is_active: true });
    w.answer = () => new Response("back");
    await w.send();
    expect(await w.deliveries()).toMatchObject([{ delivery_status: "delivered" }]);
    expect(await w.endpoints()).toMatchObject([{ failing_since: null, disabled_reason: "" }]);
  });

  test("with 410 is switched off at once", async () => {
    await w.endpoint();
    await w.contract();
    await w.contract();
    w.answer = () => new Response(null, { status: 410 });
    expect(await w.send()).toBe(1);
    expect(await w.endpoints()).toMatchObject([{ is_active: false }]);
    // Nothing more is sent, also of what was waiting, and nobody is told that it would be.
    expect(w.received).toHaveLength(1);
    const [first] = await w.deliveries();
    const again = await w.post(`webhook-deliveries/${first?.id}/redeliver`, "webhook_deliveries");
    expect([again.status, again.body.errors[0].code]).toEqual([409, "not_active"]);
  });
});
