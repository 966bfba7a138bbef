/** A receiver of webhooks that keeps which event came how often. */
export interface WebhookReceiver {
  url: string;
  /** By delivery id: the event, and the bytes of each time that it came. */
  received: Map<string, { event_id: string; bodies: string[] }>;
  /** How many requests have come. */
  count(): number;
  /** `down` closes the connection without an answer from now on. */
  behave(next: "well" | "down"): void;
  stop(): Promise<void>;
}

export function startWebhookReceiver(): WebhookReceiver {
  const received: WebhookReceiver["received"] = new Map();
  let count = 0;
  let manner: "well" | "down" = "well";
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const body = await request.text();
      if (manner === "down") return new Response("down", { status: 503 });
      count += 1;
      const id = request.headers.get("purser-delivery-id") ?? "";
      const known = received.get(id) ?? { event_id: request.headers.get("purser-event-id") ?? "", bodies: [] };
      known.bodies.push(body);
      received.set(id, known);
      return new Response("ok");
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/purser`,
    received,
    count: () => count,
    behave: (next) => {
      manner = next;
    },
    stop: () => server.stop(true),
  };
}
