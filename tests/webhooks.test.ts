import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { newInstallation } from "./support/installation.ts";
import { api, cleanUpAfterwards, company, person, started } from "./support/started.ts";
import { waitFor } from "./support/waiting.ts";

setDefaultTimeout(180_000);
cleanUpAfterwards();

interface Arrived {
  event: string | null;
  delivery: string | null;
  body: string;
}

const arrived: Arrived[] = [];
let isHanging = true;
const receiver = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: async (request) => {
    const { headers } = request;
    const body = await request.text();
    arrived.push({ event: headers.get("purser-event-id"), delivery: headers.get("purser-delivery-id"), body });
    // Nobody gets an answer from a receiver that is still at it when the sender dies.
    if (isHanging) await new Promise(() => undefined);
    return new Response("taken");
  },
});
afterAll(() => receiver.stop(true));

test("a delivery that kill -9 falls into arrives again, with the same ids and the same bytes", async () => {
  const one = await newInstallation({ env: { PURSER_WEBHOOK_ALLOWED_NETWORKS: "127.0.0.0/8" } });
  try {
    const key = await one.firstKey(person);
    const server = await started(one);
    const attributes = { url: `http://127.0.0.1:${receiver.port}/hook`, event_names: ["companies.created"] };
    const endpoint = await api(one, key, "/webhook-endpoints", {
      method: "POST",
      body: JSON.stringify({ data: { type: "webhook_endpoints", attributes } }),
    });
    expect(endpoint.status).toBe(201);
    expect((await api(one, key, "/companies", company("Harbor Cafe"))).status).toBe(201);
    await waitFor("the first attempt", () => arrived.length > 0 || undefined);
    await server.kill9();
    expect(arrived).toHaveLength(1);

    isHanging = false;
    await started(one);
    await waitFor("the attempt after the restart", () => arrived.length > 1 || undefined, { timeoutMs: 60_000 });
    const [first, second] = arrived;
    expect(second).toEqual(first as Arrived);
    expect(JSON.parse(first?.body ?? "")).toMatchObject({ id: first?.event, type: "companies.created" });
    const delivery = await waitFor("the delivery to be noted", async () => {
      const shown = await (await api(one, key, `/webhook-deliveries/${first?.delivery}`)).json();
      const { data } = shown as { data: { attributes: { delivery_status: string; event_id: string } } };
      return data.attributes.delivery_status === "delivered" ? data.attributes : undefined;
    });
    expect(delivery.event_id).toBe(first?.event ?? "");
    expect(arrived).toHaveLength(2);
  } finally {
    await one.close();
  }
});
