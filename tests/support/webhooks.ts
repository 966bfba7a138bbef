import { sendDueWebhooks } from "../../src/modules/webhooks/sender.ts";
import { reading } from "../../src/platform/context.ts";
import { startTestProgram, type TestProgram } from "./program.ts";
import { type RecordApi, recordApi } from "./record-api.ts";

/** What a receiver was sent. */
export interface Received {
  headers: Headers;
  body: string;
}

/** Harbor's webhooks, and somebody who receives them. */
export interface WebhookWorld extends RecordApi {
  t: TestProgram;
  port: number;
  received: Received[];
  /** What the receiver answers. */
  answer: () => Response | Promise<Response>;
  /** An endpoint of Harbor's that gets some events: of contracts that are made, unless told otherwise. */
  endpoint(event_names?: string[], more?: object): Promise<{ id: string; secret: string }>;
  /** Something happens: a contract is made. Returns its id. */
  contract(): Promise<string>;
  /** Sends what is due; answers how many were tried. */
  send(): Promise<number>;
  deliveries(): ReturnType<typeof deliveriesOf>;
  endpoints(): ReturnType<typeof endpointsOf>;
  /** As it was at the beginning: no endpoint, nothing received, the clock where every test's stands. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const deliveriesOf = (t: TestProgram) =>
  reading(t.harbor.system, ({ db }) => db.selectFrom("webhook_deliveries").selectAll().orderBy("id").execute());
const endpointsOf = (t: TestProgram) =>
  reading(t.harbor.system, ({ db }) => db.selectFrom("webhook_endpoints").selectAll().execute());

const thanks = (): Response => new Response("thank you");

/** Makes it, with a program of its own. */
export async function webhookWorld(): Promise<WebhookWorld> {
  const t = await startTestProgram({ allowedNetworks: ["127.0.0.1"] });
  const api = recordApi(t, await t.harbor.key("administrator"));
  const receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      w.received.push({ headers: request.headers, body: await request.text() });
      return w.answer();
    },
  });
  const port = receiver.port ?? 0;
  const w: WebhookWorld = {
    ...api,
    t,
    port,
    received: [],
    answer: thanks,
    endpoint: async (event_names = ["contracts.created"], more = {}) => {
      const url = `http://127.0.0.1:${port}/hook`;
      const made = await api.post("webhook-endpoints", "webhook_endpoints", { url, event_names, ...more });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return { id: made.body.data.id, secret: made.body.data.attributes.secret };
    },
    contract: async () => {
      const company = await api.post("companies", "companies", { name: "Client" });
      const made = await api.post("contracts", "contracts", {
        company_id: company.body.data.id,
        name: "Care",
        contract_type: "managed_services",
        start_date: "2026-01-01",
        billing_cycle: "monthly",
        billing_amount: "4321.09",
      });
      await t.settle();
      return made.body.data.id as string;
    },
    send: () => sendDueWebhooks(t.app, t.harbor.tenant),
    deliveries: () => deliveriesOf(t),
    endpoints: () => endpointsOf(t),
    reset: async () => {
      w.received = [];
      w.answer = thanks;
      t.clock.set("2026-11-21T09:00:00.000Z");
      await t.app.database.write(t.harbor.id, async (db) => {
        await db.deleteFrom("webhook_attempts").execute();
        await db.deleteFrom("webhook_deliveries").execute();
        await db.deleteFrom("webhook_endpoints").execute();
      });
    },
    close: async () => {
      await receiver.stop(true);
      await t.close();
    },
  };
  return w;
}
