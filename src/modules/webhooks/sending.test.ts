import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { type Received, type WebhookWorld, webhookWorld } from "../../../tests/support/webhooks.ts";
import { sendDueWebhooks } from "./sender.ts";

let w: WebhookWorld;
beforeAll(async () => {
  w = await webhookWorld();
});
beforeEach(() => w.reset());
afterAll(() => w.close());

/** As a receiver does it. */
function isSignedWith(secret: string, { headers, body }: Received): boolean {
  const parts = (headers.get("purser-signature") ?? "").split(",");
  const timestamp = parts[0]?.slice(2) ?? "";
  const expected = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  return parts.slice(1).includes(`v1=${expected}`);
}

describe("an event", () => {
  test("arrives with its record, signed, and without prices", async () => {
    const { secret } = await w.endpoint();
    const id = await w.contract();
    await w.send();
    expect(w.received).toHaveLength(1);
    const [first] = w.received as [Received];
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
    expect(await w.deliveries()).toMatchObject([{ delivery_status: "delivered", attempts: 1, response_status: 200 }]);
  });

  test("goes to those who asked for it, also once more than one has", async () => {
    await w.endpoint();
    await w.endpoint(["tickets.closed"]);
    await w.endpoint([], { is_all_events: true });
    await w.contract();
    await w.send();
    expect(w.received.map(({ headers }) => headers.get("purser-event")).toSorted()).toEqual([
      // The contract's company is new as well: who asks for all events hears of it.
      "companies.created",
      "contracts.created",
      "contracts.created",
    ]);
  });

  test("goes to who asked for all of its module, and a name that this says already is dropped", async () => {
    await w.endpoint(["contracts.*", "contracts.created"]);
    await w.endpoint(["tickets.*"]);
    expect((await w.endpoints()).map(({ event_names }) => event_names)).toEqual([["contracts.*"], ["tickets.*"]]);
    await w.contract();
    await w.send();
    expect(w.received.map(({ headers }) => headers.get("purser-event"))).toEqual(["contracts.created"]);
    const none = await w.post("webhook-endpoints", "webhook_endpoints", {
      url: "https://example.com/hook",
      event_names: ["shoes.*"],
    });
    expect(none.body.errors[0].detail).toContain("shoes.*");
  });

  test("of another organization is not sent", async () => {
    await w.endpoint([], { is_all_events: true });
    const theirs = await w.t.mill.key("administrator");
    await w.t.api("POST", "/api/v1/companies", {
      key: theirs,
      tenant: w.t.mill,
      body: { data: { type: "companies", attributes: { name: "Theirs" } } },
    });
    await w.t.settle(w.t.mill);
    await w.send();
    await sendDueWebhooks(w.t.app, w.t.mill.tenant);
    expect(w.received).toEqual([]);
  });
});

describe("when the program dies between sending and writing it down", () => {
  test("it is sent again with the same id", async () => {
    await w.endpoint();
    await w.contract();
    await w.send();
    // As the row stands when the process is killed right after the receiver has answered.
    await w.t.app.database.write(w.t.harbor.id, (db) =>
      db
        .updateTable("webhook_deliveries")
        .set({ delivery_status: "sending", claim_token: "dead", lease_until: "2026-11-21T09:01:00.000Z", attempts: 0 })
        .execute(),
    );
    expect(await w.send()).toBe(0);
    w.t.clock.advance(61_000);
    await w.send();
    expect(w.received).toHaveLength(2);
    expect(w.received[0]?.headers.get("purser-delivery-id")).toBe(
      w.received[1]?.headers.get("purser-delivery-id") ?? "",
    );
    expect(w.received[0]?.body).toBe(w.received[1]?.body ?? "");
  });

  test("two nodes side by side send it once", async () => {
    await w.endpoint();
    await w.contract();
    await Promise.all([w.send(), w.send(), w.send()]);
    expect(w.received).toHaveLength(1);
  });
});

describe("the secret", () => {
  test("is shown once, and never again", async () => {
    const { id, secret } = await w.endpoint();
    expect(secret).toMatch(/^whsec_[\w-]{43}$/);
    const shown = await w.get(`webhook-endpoints/${id}`);
    expect(JSON.stringify(shown.body)).not.toContain(secret);
    expect(shown.body.data.attributes).not.toHaveProperty("secret_sealed");
    const browser = await browserOf(w.t, await makeStaff(w.t.harbor, "administrator"));
    expect((await browser.open(`/settings/webhooks/${id}`)).html).not.toContain(secret);
  });

  test("signs beside the new one for 24 hours after a change", async () => {
    const old = await w.endpoint();
    const changed = await w.post(`webhook-endpoints/${old.id}/rotate-secret`, "webhook_endpoints");
    const { secret } = changed.body.data.attributes;
    const signers = async (): Promise<boolean[]> => {
      await w.post(`webhook-endpoints/${old.id}/ping`, "webhook_endpoints");
      await w.send();
      const last = w.received.at(-1) as Received;
      return [isSignedWith(old.secret, last), isSignedWith(secret, last)];
    };
    expect(await signers()).toEqual([true, true]);
    w.t.clock.advance(24 * 3600_000 + 1000);
    expect(await signers()).toEqual([false, true]);
  });
});
