import { type Ctx, reading } from "../context.ts";
import "../access/oauth.ts";
import type { Incoming } from "./route.ts";

/**
 * Pages of other origins at the API (CORS). An origin may read answers when it is where one of the organization's public
 * apps lives: one that keeps no secret and comes back to an address of that origin. Cookies are never let in: who asks
 * brings a token.
 */

/** How long a browser may remember what it was told. */
const rememberedSeconds = 600;
const requestHeaders = "Authorization, Content-Type, Accept, If-Match, Idempotency-Key, X-API-Key";
/** All that the OpenAPI document says of answers, and how a file is called. */
const responseHeaders =
  "ETag, Location, Link, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Idempotent-Replayed, Deprecation, Sunset, X-Request-Id, Content-Disposition";

/** The API, and what it takes to get a token for it. */
const shared = /^\/(api\/|oauth\/(token|revoke)$|\.well-known\/oauth-authorization-server$)/;

/** The origin of an address that a browser's page can live at; null for the schemes of apps on devices. */
function webOrigin(uri: string): string | null {
  const url = URL.parse(uri);
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url.origin : null;
}

/** Says on an answer whether the page of another origin that asked may read it; `Allow` is what a preflight is told. */
export async function shareAnswer(
  ctx: Ctx,
  { request, url }: Pick<Incoming, "request" | "url">,
  { headers }: Response,
): Promise<void> {
  if (ctx.actor.kind === "operator" || !shared.test(url.pathname)) return;
  // Answers differ by who asks, also where nothing is said about it.
  headers.append("vary", "Origin");
  const origin = request.headers.get("origin");
  if (origin === null || origin === ctx.tenant.public_url || !(await isHomeOfApp(ctx, origin))) return;
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-expose-headers", responseHeaders);
  const methods = headers.get("allow");
  if (request.method !== "OPTIONS" || methods === null) return;
  headers.set("access-control-allow-methods", methods);
  headers.set("access-control-allow-headers", requestHeaders);
  headers.set("access-control-max-age", String(rememberedSeconds));
}

async function isHomeOfApp(ctx: Ctx, origin: string): Promise<boolean> {
  if (ctx.tenant.suspension !== null) return false;
  const apps = await reading(ctx, ({ db }) =>
    db
      .selectFrom("oauth_clients")
      .select("redirect_uris")
      .where("is_confidential", "=", false)
      .where("revoked_at", "is", null)
      .execute(),
  );
  return apps.some(({ redirect_uris }) => redirect_uris.some((uri) => webOrigin(uri) === origin));
}
