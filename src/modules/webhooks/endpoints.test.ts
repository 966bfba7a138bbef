import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type RecordApi, recordApi } from "../../../tests/support/record-api.ts";
import type { Actor } from "../../platform/access/actor.ts";
import { perform } from "../../platform/action.ts";
import { contextOf } from "../../platform/context.ts";
import { createEndpoint } from "./actions.ts";
import { sendDueWebhooks } from "./sender.ts";

let t: TestProgram;
let api: RecordApi;
let receiver: ReturnType<typeof Bun.serve>;
const received: Headers[] = [];

beforeAll(async () => {
  t = await startTestProgram({ allowedNetworks: ["127.0.0.1"] });
  api = recordApi(t, await t.harbor.key("administrator"));
  receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ headers }) => {
      received.push(headers);
      return new Response("thank you");
    },
  });
});
afterAll(async () => {
  await receiver.stop(true);
  await t.close();
});

const send = (): Promise<number> => sendDueWebhooks(t.app, t.harbor.tenant);

describe("an endpoint", () => {
  test("inside a private network that nobody has allowed is refused", async () => {
    for (const url of [
      "http://10.0.0.1/",
      "http://[::1]:8080/",
      "http://169.254.169.254/latest",
      "http://localhost/",
    ]) {
      const { status, body } = await api.post("webhook-endpoints", "webhook_endpoints", { url, is_all_events: true });
      const allowed = url.includes("localhost");
      expect([url, status, body.errors?.[0]?.code]).toEqual(
        allowed ? [url, 201, undefined] : [url, 422, "refused_address"],
      );
    }
  });

  test("needs an event that there is", async () => {
    const url = "https://example.com/hook";
    const none = await api.post("webhook-endpoints", "webhook_endpoints", { url });
    expect(none.body.errors[0].source.pointer).toBe("/data/attributes/event_names");
    const wrong = await api.post("webhook-endpoints", "webhook_endpoints", { url, event_names: ["tickets.exploded"] });
    expect(wrong.body.errors[0].detail).toContain("tickets.exploded");
  });

  test("gets only what whoever adds it may see all of: a reach of one's own tickets is not enough", async () => {
    const ctx = await t.harbor.as("administrator");
    const ask = (actor: Actor) =>
      perform(contextOf(t.app, t.harbor.tenant, actor, ctx.request), createEndpoint, {
        url: "https://example.com/hook",
        event_names: ["tickets.*"],
      });
    for (const reach of ["own", "team"] as const)
      await expect(ask({ ...ctx.actor, narrowed: new Map([["tickets.read", reach]]) })).rejects.toMatchObject({
        problems: [{ field: "event_names", code: "forbidden" }],
      });
    expect(await ask(ctx.actor)).toHaveProperty("secret");
  });

  test("can be made, tested and deleted on the pages, and its deliveries read", async () => {
    const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    await browser.open("/settings/webhooks/new");
    const shown = await browser.submit("/settings/webhooks/new", {
      url: `http://127.0.0.1:${receiver.port}/page`,
      event_names: ["tickets.opened", "tickets.closed"],
    });
    expect(shown.html).toContain("whsec_");
    const id = /\/settings\/webhooks\/([0-9a-f-]{36})/.exec(shown.html)?.[1] ?? "";
    await browser.open(`/settings/webhooks/${id}`);
    await browser.submit(`/settings/webhooks/${id}/ping`);
    await send();
    expect(received.at(-1)?.get("purser-event")).toBe("webhooks.ping");
    const own = await browser.open(`/settings/webhooks/${id}`);
    expect(own.html).toContain("/settings/webhook-deliveries/");
    expect(own.text).toContain("Latest deliveries");
    const list = await browser.open(`/settings/webhooks/${id}/deliveries`);
    expect(list.text).toContain("Delivered");
    const delivery = /\/settings\/webhook-deliveries\/[0-9a-f-]{36}/.exec(list.html)?.[0] ?? "";
    expect((await browser.open(delivery)).text).toContain("thank you");
    await browser.open(`/settings/webhooks/${id}`);
    await browser.submit(`/settings/webhooks/${id}/delete`);
    expect((await browser.open(`/settings/webhooks/${id}`)).status).toBe(404);
  });

  test("that is switched off promises no next attempt of what waits for it", async () => {
    const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    await browser.open("/settings/webhooks/new");
    const made = await browser.submit("/settings/webhooks/new", {
      url: `http://127.0.0.1:${receiver.port}/waiting`,
      event_names: ["tickets.opened"],
    });
    const id = /\/settings\/webhooks\/([0-9a-f-]{36})/.exec(made.html)?.[1] ?? "";
    await browser.open(`/settings/webhooks/${id}`);
    const list = await browser.submit(`/settings/webhooks/${id}/ping`);
    const delivery = /\/settings\/webhook-deliveries\/[0-9a-f-]{36}/.exec(list.html)?.[0] ?? "";
    expect((await browser.open(delivery)).text).toContain("Next attempt");
    await t.app.database.write(t.harbor.id, (db) =>
      db.updateTable("webhook_endpoints").set({ is_active: false }).where("id", "=", id).execute(),
    );
    expect((await browser.open(delivery)).text).not.toContain("Next attempt");
  });

  test("gives a new secret once, however often the form is sent: a second one would end the receiver's", async () => {
    const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    await browser.open("/settings/webhooks/new");
    const made = await browser.submit("/settings/webhooks/new", {
      url: `http://127.0.0.1:${receiver.port}/rotated`,
      event_names: ["tickets.opened"],
    });
    const id = /\/settings\/webhooks\/([0-9a-f-]{36})/.exec(made.html)?.[1] ?? "";
    const form = await browser.open(`/settings/webhooks/${id}/rotate`);
    const fields = Object.fromEntries(
      [...form.html.matchAll(/name="(_?csrf|version)" value="([^"]*)"/g)].map(([, name = "", value = ""]) => [
        name,
        value,
      ]),
    );
    expect((await browser.post(`/settings/webhooks/${id}/rotate`, fields)).html).toContain("whsec_");
    const again = await browser.post(`/settings/webhooks/${id}/rotate`, fields);
    expect(again.html).not.toContain("whsec_");
    expect(again.status).toBe(412);
    // Who means it is told what it takes away.
    expect((await browser.open(`/settings/webhooks/${id}/rotate`)).text).toContain("then signs no more");
  });
});
