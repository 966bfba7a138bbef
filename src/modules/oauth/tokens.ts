import type { OAuthError } from "@node-oauth/oauth2-server";
import { countAttempt, oauthByAddress, attemptsFrom } from "../../platform/access/limits.ts";
import { readToken } from "../../platform/access/tokens.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import { type Answer, type Incoming, response, type Route } from "../../platform/http/route.ts";
import { revokeGrant } from "./grants.ts";
import { accessSeconds, modelFor, provenClient, refreshDays } from "./model.ts";

/** What programs talk to: token (RFC 6749), revoke (RFC 7009), introspect (RFC 7662), metadata (RFC 8414). */

function plain(body: unknown, status = 200, more: Record<string, string> = {}): Answer {
  return response(
    new Response(body === null ? "" : JSON.stringify(body), {
      status,
      headers: { "content-type": "application/json", "cache-control": "no-store", pragma: "no-cache", ...more },
    }),
  );
}

const invalidClient = (): Answer =>
  plain({ error: "invalid_client", error_description: "client authentication failed" }, 401, {
    "www-authenticate": 'Basic realm="Purser"',
  });

/** The form of a request; a member that comes twice is refused. */
async function formOf(incoming: Incoming): Promise<Record<string, string> | null> {
  const type = incoming.request.headers.get("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return null;
  const given = new URLSearchParams(await incoming.text());
  const names = [...given.keys()];
  if (new Set(names).size !== names.length) return null;
  return Object.fromEntries(given);
}

const malformed = (): Answer =>
  plain({ error: "invalid_request", error_description: "send a form in which every member comes once" }, 400);

/** What a request cannot do without, as the specifications want it said. */
const missing = (name: string): Answer =>
  plain({ error: "invalid_request", error_description: `${name} is missing` }, 400);

/** Failures of ours in the words of OAuth (RFC 6749, 5.2); the status says the rest. */
function inWordsOfOAuth({ status, message }: Failure): object {
  const codes: Record<number, string> = { 403: "access_denied", 429: "slow_down", 503: "temporarily_unavailable" };
  const error = codes[status] ?? (status >= 500 ? "server_error" : "invalid_request");
  return { error, error_description: message };
}

/** The library calls a redirect address that is not the code's an invalid request; RFC 6749 (5.2) an invalid grant. */
function codeOf({ name, message }: OAuthError, grantType: string): string {
  const isOfCode = grantType === "authorization_code" && name === "invalid_request";
  return isOfCode && message.includes("`redirect_uri` is invalid") ? "invalid_grant" : name;
}

const grantTypes = ["authorization_code", "refresh_token", "client_credentials"];

async function token(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  await countAttempt(ctx.app, attemptsFrom(ctx, "oauth"), oauthByAddress);
  const body = await formOf(incoming);
  if (body === null) return malformed();
  const grantType = body["grant_type"] ?? "";
  if (grantType !== "" && !grantTypes.includes(grantType))
    return plain(
      { error: "unsupported_grant_type", error_description: `grant_type is one of ${grantTypes.join(", ")}` },
      400,
    );
  // Loaded with the first token that is asked for.
  const library = await import("@node-oauth/oauth2-server");
  const server = new library.default({
    model: modelFor(
      ctx,
      (body["scope"] ?? "").split(" ").filter((one) => one !== ""),
    ),
    accessTokenLifetime: accessSeconds,
    refreshTokenLifetime: refreshDays * 86_400,
    alwaysIssueNewRefreshToken: true,
    // Whether a secret is needed is the client's own matter: see provenClient.
    requireClientAuthentication: { authorization_code: false, refresh_token: false },
  });
  const headers: Record<string, string> = {
    "content-type": "application/x-www-form-urlencoded",
    // The library asks for a body by its length.
    "content-length": String(Math.max(1, Object.keys(body).length)),
  };
  const authorization = incoming.request.headers.get("authorization");
  if (authorization !== null) headers["authorization"] = authorization;
  const answer = new library.Response({ headers: {} });
  try {
    await server.token(new library.Request({ headers, method: "POST", query: {}, body }), answer);
  } catch (error) {
    if (!(error instanceof library.OAuthError) || error.code >= 500) {
      const { inner } = error as { inner?: unknown };
      throw inner instanceof Error ? inner : error;
    }
    if (error.name === "invalid_client") return invalidClient();
    return plain({ error: codeOf(error, grantType), error_description: error.message }, error.code);
  }
  // The library counts from the machine's clock and loses a second on the way.
  return plain({ ...(answer.body as object), expires_in: accessSeconds });
}

/** The client of a request, by Basic or in the form; null when it is not proven. */
async function clientOfRequest(
  ctx: Ctx,
  incoming: Incoming,
  body: Record<string, string>,
): ReturnType<typeof provenClient> {
  const basic = /^basic ([a-z0-9+/=]+)$/i.exec(incoming.request.headers.get("authorization") ?? "")?.[1];
  if (basic === undefined) return provenClient(ctx, body["client_id"] ?? "", body["client_secret"] ?? null);
  const text = Buffer.from(basic, "base64").toString();
  const at = text.indexOf(":");
  return at === -1 ? null : provenClient(ctx, text.slice(0, at), text.slice(at + 1));
}

interface FoundToken {
  kind: "access" | "refresh";
  grant_id: string;
  id: string;
  scopes: string[];
  user_id: string | null;
  email: string | null;
  expires_at: string;
  created_at: string;
}

/** A token of this client that is good now. */
async function goodToken(ctx: Ctx, clientId: string, text: string): Promise<FoundToken | null> {
  const token = readToken(text);
  if (token === null || token.tenantId !== ctx.tenant.id) return null;
  if (token.kind !== "oauth_access" && token.kind !== "oauth_refresh") return null;
  const isAccess = token.kind === "oauth_access";
  const now = ctx.app.clock.now();
  return reading(ctx, async ({ db }) => {
    const row = await db
      .selectFrom("oauth_tokens")
      .innerJoin("oauth_grants", "oauth_grants.id", "oauth_tokens.grant_id")
      .innerJoin("oauth_clients", "oauth_clients.id", "oauth_grants.client_id")
      .leftJoin("users", "users.id", "oauth_grants.user_id")
      .select([
        "oauth_tokens.id",
        "oauth_tokens.grant_id",
        isAccess ? "oauth_tokens.scopes" : "oauth_grants.scopes",
        "oauth_tokens.expires_at",
        "oauth_tokens.refresh_expires_at",
        "oauth_tokens.created_at",
        "oauth_tokens.used_at",
        "oauth_grants.user_id",
        "users.email",
        "users.deactivated_at",
        "oauth_clients.service_user_id",
      ])
      .where(isAccess ? "oauth_tokens.token_hash" : "oauth_tokens.refresh_hash", "=", token.hash)
      .where("oauth_grants.client_id", "=", clientId)
      .where("oauth_tokens.revoked_at", "is", null)
      .where("oauth_grants.revoked_at", "is", null)
      .executeTakeFirst();
    if (row === undefined) return null;
    // A person who has left takes along what they allowed; the account of an app itself is never one to sign in as.
    if (row.user_id !== row.service_user_id && row.deactivated_at !== null) return null;
    const expires = isAccess ? row.expires_at : row.refresh_expires_at;
    if (expires === null || expires <= now || (!isAccess && row.used_at !== null)) return null;
    const { id, grant_id, scopes, user_id, email, created_at } = row;
    return {
      kind: isAccess ? "access" : "refresh",
      id,
      grant_id,
      scopes,
      user_id,
      email,
      created_at,
      expires_at: expires,
    };
  });
}

async function revoke(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  await countAttempt(ctx.app, attemptsFrom(ctx, "oauth"), oauthByAddress);
  const body = await formOf(incoming);
  if (body === null) return malformed();
  if ((body["token"] ?? "") === "") return missing("token");
  const client = await clientOfRequest(ctx, incoming, body);
  if (client === null) return invalidClient();
  const found = await goodToken(ctx, client.id, body["token"] ?? "");
  if (found !== null) {
    await inUnit(ctx, async (work) => {
      if (found.kind === "refresh") await revokeGrant(work, found.grant_id);
      else {
        const now = work.app.clock.now();
        await work.db.updateTable("oauth_tokens").set({ expires_at: now }).where("id", "=", found.id).execute();
      }
    });
  }
  // An unknown token is as good as revoked (RFC 7009, 2.2).
  return plain(null);
}

const epoch = (instant: string): number => Math.floor(new Date(instant).getTime() / 1000);

async function introspect(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  await countAttempt(ctx.app, attemptsFrom(ctx, "oauth"), oauthByAddress);
  const body = await formOf(incoming);
  if (body === null) return malformed();
  if ((body["token"] ?? "") === "") return missing("token");
  const client = await clientOfRequest(ctx, incoming, body);
  // Who cannot prove who they are could otherwise try tokens here.
  if (client === null || !client.is_confidential) return invalidClient();
  const found = await goodToken(ctx, client.id, body["token"] ?? "");
  if (found === null) return plain({ active: false });
  return plain({
    active: true,
    scope: found.scopes.join(" "),
    client_id: client.id,
    ...(found.email === null ? {} : { username: found.email }),
    sub: found.user_id ?? client.id,
    token_type: found.kind === "access" ? "Bearer" : "refresh_token",
    exp: epoch(found.expires_at),
    iat: epoch(found.created_at),
    iss: ctx.tenant.public_url,
  });
}

async function metadata(ctx: Ctx): Promise<Answer> {
  const issuer = ctx.tenant.public_url;
  return plain({
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    scopes_supported: [...ctx.app.registry.permissions.keys()],
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: grantTypes,
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
    revocation_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
    introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    service_documentation: `${issuer}/api/guide`,
  });
}

const post = (path: string, run: (ctx: Ctx, incoming: Incoming) => Promise<Answer>): Route => ({
  method: "POST",
  path,
  door: "hook",
  permission: null,
  maxBytes: 16 * 1024,
  failureBody: inWordsOfOAuth,
  handle: run,
});

export const tokenRoutes: Route[] = [
  post("/oauth/token", token),
  post("/oauth/revoke", revoke),
  post("/oauth/introspect", introspect),
  {
    method: "GET",
    path: "/.well-known/oauth-authorization-server",
    door: "hook",
    permission: null,
    handle: (ctx) => metadata(ctx),
  },
];
