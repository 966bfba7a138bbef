/** A stand-in for the part of Stripe's API that Purser uses, for the official SDK on a loopback port. */
import { Stripe } from "stripe";

import { waitFor } from "./waiting.ts";
import { checkoutPage, decodeForm, type FormValue, shown } from "./stripe-form.ts";

/** A Checkout Session with the members that Purser reads; amounts are whole minor units. */
export type StripeSession = {
  id: string;
  object: "checkout.session";
  created: number;
  expires_at: number;
  livemode: false;
  mode: string;
  status: "open" | "complete" | "expired";
  payment_status: "unpaid" | "paid";
  payment_intent: string | null;
  amount_total: number;
  currency: string;
  client_reference_id: string | null;
  customer_email: string | null;
  metadata: Record<string, string>;
  success_url: string;
  cancel_url: string | null;
  url: string | null;
};

/** One request as it came in, for a test that counts them. */
export type StripeRequest = { method: string; path: string; idempotencyKey: string | null; form: FormValue };

/**
 * What goes wrong with the next API request, once:
 * - `status`: answered with this HTTP status in place of being done
 * - `afterProcessing`: it is done all the same, only its answer is lost (the connection breaks, or `status`)
 */
export type StripeTrouble = { status?: number; afterProcessing?: boolean };

/** A webhook as Stripe would send it: POST `body` with the header `stripe-signature: signature`. */
export type StripeWebhook = { body: string; signature: string; eventId: string };

export type StripeStandIn = ReturnType<typeof startStripe>;

type Answer = { status: number; body: object };

/**
 * Starts it. The SDK talks to it with `new Stripe(secretKey, standIn.options)`; a key that is not in `accounts` is refused as
 * Stripe does, and each account knows only its own sessions.
 *
 * @param webhookSecret signs the events that `webhook` makes
 */
export function startStripe({ secretKey = "sk_test_purser", webhookSecret = "whsec_purser" } = {}) {
  const sessions = new Map<string, StripeSession>();
  /** The accounts by the keys that open them. */
  const accounts = new Map([[secretKey, account.id]]);
  /** Whose a session is. */
  const owners = new Map<string, string>();
  const requests: StripeRequest[] = [];
  const answered = new Map<string, { fingerprint: string; answer: Answer }>();
  const troubles: StripeTrouble[] = [];
  const origin = () => `http://127.0.0.1:${server.port}`;

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const url = new URL(request.url);
      if (url.pathname.startsWith("/pay/")) return servePayPage(url, request.method);
      const owner = accounts.get(request.headers.get("authorization")?.replace("Bearer ", "") ?? "");
      if (owner === undefined) {
        return respond(failure(401, "invalid_request_error", "Invalid API Key provided: sk_test_******"));
      }
      const text = await request.text();
      const key = request.headers.get("idempotency-key");
      requests.push({ method: request.method, path: url.pathname, idempotencyKey: key, form: decodeForm(text) });
      const trouble = troubles.shift();
      if (trouble && !trouble.afterProcessing) return respond(failure(trouble.status ?? 500, "api_error", "Broken"));
      const { answer, replayed } = answerOnce(key, `${owner} ${request.method} ${url.pathname} ${text}`, () =>
        handle(owner, request.method, url.pathname, decodeForm(text)),
      );
      if (trouble) return respond(failure(trouble.status ?? 502, "api_error", "The answer was lost"));
      return respond(answer, replayed ? { "idempotent-replayed": "true" } : {});
    },
  });

  /** The same key with the same request gets the first answer again; with another request it is an error. */
  function answerOnce(key: string | null, fingerprint: string, work: () => Answer) {
    const earlier = key === null ? undefined : answered.get(key);
    if (earlier) {
      const isSame = earlier.fingerprint === fingerprint;
      const text = "Keys for idempotent requests can only be used with the same parameters they were first used with.";
      return isSame
        ? { answer: earlier.answer, replayed: true }
        : { answer: failure(400, "idempotency_error", text), replayed: false };
    }
    // A copy, as the session itself changes when it is paid, and a replay must not.
    const answer = structuredClone(work());
    if (key !== null) answered.set(key, { fingerprint, answer });
    return { answer, replayed: false };
  }

  function handle(owner: string, method: string, path: string, form: FormValue): Answer {
    const [, id, verb] = /^\/v1\/checkout\/sessions\/([^/]+)(?:\/(expire))?$/.exec(path) ?? [];
    if (method === "POST" && path === "/v1/checkout/sessions") return createSession(owner, form);
    if (method === "GET" && path === "/v1/account") return { status: 200, body: account };
    if (method === "GET" && path === "/v1/balance") return { status: 200, body: balance };
    const session = sessions.get(id ?? "");
    if (id === undefined) return failure(404, "invalid_request_error", `Unrecognized request URL (${method}: ${path})`);
    if (!session || (owners.get(session.id) ?? owner) !== owner)
      return failure(404, "invalid_request_error", `No such checkout.session: '${id}'`, "resource_missing");
    if (method === "GET" && verb === undefined) return { status: 200, body: session };
    if (method !== "POST" || verb !== "expire")
      return failure(404, "invalid_request_error", "Unrecognized request URL");
    if (session.status !== "open") {
      return failure(400, "invalid_request_error", `Only Checkout Sessions with a status in ["open"] can be expired.`);
    }
    Object.assign(session, { status: "expired", url: null });
    return { status: 200, body: session };
  }

  function createSession(owner: string, form: FormValue): Answer {
    const items = Object.values(shown(form, "line_items"));
    if (items.length === 0) return failure(400, "parameter_missing", "Missing required param: line_items.");
    let total = 0;
    let currency = "";
    for (const item of items) {
      const price = shown(item, "price_data");
      const amount = Number(price["unit_amount"]);
      const quantity = Number(shown(item)["quantity"] ?? 1);
      if (!Number.isSafeInteger(amount) || amount < 0)
        return failure(400, "parameter_invalid_integer", "Invalid integer");
      currency = String(price["currency"] ?? "");
      if (!/^[a-z]{3}$/.test(currency)) return failure(400, "invalid_request_error", `Invalid currency: ${currency}`);
      total += amount * quantity;
    }
    const fields = shown(form);
    const text = (name: string): string | null => (typeof fields[name] === "string" ? fields[name] : null);
    const successUrl = text("success_url");
    if (successUrl === null) return failure(400, "parameter_missing", "Missing required param: success_url.");
    const id = `cs_test_${crypto.randomUUID().replaceAll("-", "")}`;
    const now = Math.floor(Date.now() / 1000);
    const session: StripeSession = {
      id,
      object: "checkout.session",
      created: now,
      expires_at: Number(fields["expires_at"] ?? now + 24 * 60 * 60),
      livemode: false,
      mode: text("mode") ?? "payment",
      status: "open",
      payment_status: "unpaid",
      payment_intent: null,
      amount_total: total,
      currency,
      client_reference_id: text("client_reference_id"),
      customer_email: text("customer_email"),
      metadata: Object.fromEntries(
        Object.entries(shown(form, "metadata")).map(([name, value]) => [name, String(value)]),
      ),
      success_url: successUrl,
      cancel_url: text("cancel_url"),
      url: `${origin()}/pay/${id}`,
    };
    sessions.set(id, session);
    owners.set(id, owner);
    return { status: 200, body: session };
  }

  function sessionOf(id: string): StripeSession {
    const session = sessions.get(id);
    if (!session) throw new Error(`there is no Checkout Session ${id}`);
    return session;
  }

  /** What happens when the customer pays on Stripe's page; doing it again changes nothing. */
  function pay(sessionId: string): StripeSession {
    const session = sessionOf(sessionId);
    if (session.status === "expired") throw new Error(`the Checkout Session ${sessionId} is expired`);
    session.payment_intent ??= `pi_${crypto.randomUUID().replaceAll("-", "")}`;
    return Object.assign(session, { status: "complete", payment_status: "paid", url: null });
  }

  function servePayPage(url: URL, method: string): Response {
    const id = url.pathname.slice("/pay/".length);
    const session = sessions.get(id);
    if (!session || (session.status !== "open" && method === "GET")) return new Response("Expired", { status: 404 });
    if (method === "GET") return new Response(checkoutPage(session), { headers: { "content-type": "text/html" } });
    pay(id);
    return Response.redirect(session.success_url.replaceAll("{CHECKOUT_SESSION_ID}", id), 303);
  }

  return {
    secretKey,
    webhookSecret,
    /** For `new Stripe(key, options)`. */
    options: { host: "127.0.0.1", port: server.port ?? 0, protocol: "http" as const },
    url: origin(),
    sessions,
    accounts,
    ownerOf: (sessionId: string) => owners.get(sessionId),
    requests,
    pay,
    /** Waits until Purser has asked for a session that fits. */
    waitForSession: (fits: (session: StripeSession) => boolean = () => true, timeoutMs = 120_000) =>
      waitFor("a Checkout Session", () => sessions.values().find(fits), { timeoutMs }),
    /** Lets the next API request go wrong; several calls line up. */
    failNext: (trouble: StripeTrouble = {}) => void troubles.push(trouble),
    /**
     * A signed event about a session as it is now.
     *
     * @param type `checkout.session.completed` unless given
     * @param options another `secret` for a forgery, an `eventId` to send the same event again, `timestamp` in seconds
     */
    async webhook(
      sessionId: string,
      type = "checkout.session.completed",
      options: { secret?: string; eventId?: string; timestamp?: number } = {},
    ): Promise<StripeWebhook> {
      const { secret = webhookSecret, timestamp = Math.floor(Date.now() / 1000) } = options;
      const eventId = options.eventId ?? `evt_${crypto.randomUUID().replaceAll("-", "")}`;
      const body = JSON.stringify({
        id: eventId,
        object: "event",
        api_version: Stripe.API_VERSION,
        created: timestamp,
        livemode: false,
        pending_webhooks: 1,
        request: { id: null, idempotency_key: null },
        type,
        data: { object: sessionOf(sessionId) },
      });
      // Bun takes the SDK's build for web runtimes, whose cryptography is asynchronous only.
      const signature = await Stripe.webhooks.generateTestHeaderStringAsync({ payload: body, secret, timestamp });
      return { body, eventId, signature };
    },
    stop: () => server.stop(true),
  };
}

const account = {
  id: "acct_purser",
  object: "account",
  charges_enabled: true,
  country: "US",
  default_currency: "usd",
  email: "billing@harbor-it.example",
  settings: { dashboard: { display_name: "Harbor IT" } },
};

const balance = { object: "balance", available: [{ amount: 0, currency: "usd" }], livemode: false, pending: [] };

function failure(status: number, type: string, message: string, code?: string): Answer {
  return { status, body: { error: { type, message, ...(code === undefined ? {} : { code }) } } };
}

function respond({ status, body }: Answer, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { "request-id": `req_${crypto.randomUUID()}`, ...headers } });
}
