import { Elysia } from "elysia";
import { checkAddress } from "../access/allowed-networks.ts";
import { can, nobody } from "../access/actor.ts";
import { type Identity, identify } from "../access/identify.ts";
import { touchProof } from "../access/sessions.ts";
import { type App, contextOf, type Ctx, reading, type RequestInfo, type Tenant } from "../context.ts";
import { translateDatabaseError } from "../database/failures.ts";
import { Failure, forbidden, notFound, suspended, tooMany, unauthorized } from "../errors.ts";
import { isId, newId, noId } from "../ids.ts";
import { acceptedLanguage, defaultLanguage, inLanguage, languageOf, localeFor, speak, t } from "../language/index.ts";
import { complaint, log } from "../log.ts";
import { isModuleOn } from "../switches.ts";
import { loadTenant } from "../tenants.ts";
import { clientAddress } from "./address.ts";
import { assetAnswer } from "./pages/assets.ts";
import { readBody } from "./body.ts";
import { shareAnswer } from "./cors.ts";
import { parseCookies, portalCookieName, staffCookieName } from "./cookies.ts";
import { checkCsrf, csrfSubject } from "./forms/csrf.ts";
import { deprecationHeaders } from "./jsonapi/deprecation.ts";
import { readForm } from "./forms/form.ts";
import { onceForKey } from "./jsonapi/idempotency.ts";
import type { Toll } from "./traffic.ts";
import { apiAddresses, methodsAt } from "./jsonapi/methods.ts";
import { checkAccept, checkContentType } from "./jsonapi/negotiation.ts";
import { respondFailure } from "./respond-failure.ts";
import { respond, withSecurityHeaders } from "./respond.ts";
import { type Incoming, response, type Route } from "./route.ts";

/** What the server needs to know beside the app: how to find a request's tenant, and whether it is open for business. */
export interface Gate {
  /** The tenant's id for a host name, or null when nobody has it. */
  tenantOf(host: string): Promise<string | null>;
  /** Networks whose `X-Forwarded-*` headers are believed. */
  trustedProxies: readonly string[];
  /** False while the program stops: new requests are turned away. */
  isOpen(): boolean;
  /** Another way in than by an organization's host: the operators' own. */
  enter?(incoming: Incoming, route: Route): Promise<Entered>;
}

/** In whose place a request is answered, and who is acting. */
export interface Entered {
  tenant: Tenant;
  identity: Identity;
}

const defaultMaxBytes = 1024 * 1024;

const databaseAway = complaint("error", "the database did not take a request");

/** Mounts every route. A path that is declared twice stops the start with its name. */
export function createServer(app: App, routes: readonly Route[], gate: Gate): Elysia {
  const server = new Elysia({ normalize: false, serve: { maxRequestBodySize: 64 * 1024 * 1024, idleTimeout: 120 } });
  const seen = new Set<string>();
  const addresses = apiAddresses(routes);
  for (const route of routes) {
    const name = `${route.method} ${route.path.replace(/:\w+/g, ":")}`;
    if (seen.has(name)) throw new Error(`the route ${name} is declared twice`);
    seen.add(name);
    server.route(
      route.method,
      route.path,
      ({ request, params, server: bun }) =>
        serve(
          app,
          route,
          gate,
          request,
          (params ?? {}) as Record<string, string>,
          bun?.requestIP(request)?.address ?? "127.0.0.1",
        ),
      { parse: "none" },
    );
  }
  server.get(
    "/assets/*",
    async ({ params, request }) =>
      withSecurityHeaders(
        app,
        await assetAnswer(params["*"], request.headers.get("accept-encoding") ?? ""),
        null,
        newId(),
      ),
    { parse: "none" },
  );
  server.onError(({ code, request, server: bun }) => {
    if (code !== "NOT_FOUND") log.error("a request failed outside of its handler", { code: String(code) });
    const { pathname } = new URL(request.url);
    const peer = bun?.requestIP(request)?.address ?? "127.0.0.1";
    // Clients that were not written for Purser make addresses of types: `/ticket_notes` is `/ticket-notes`.
    const dashed = pathname.replaceAll("_", "-");
    const meant = dashed === pathname ? null : methodsAt(addresses, dashed);
    const same = meant?.routes.find(({ method }) => method === request.method);
    if (meant !== null && same !== undefined) return serve(app, same, gate, request, meant.params, peer);
    const there = methodsAt(addresses, pathname) ?? meant;
    if (request.method === "HEAD" && there?.get !== undefined)
      return serve(app, there.get, gate, request, there.params, peer).then(withoutBody);
    const allow = { allow: there?.methods.join(", ") ?? "" };
    const route: Route = {
      method: "GET",
      path: "*",
      door: doorOf(pathname, gate),
      permission: null,
      handle: async () => {
        if (there === null) throw notFound();
        if (request.method === "OPTIONS") return response(new Response(null, { status: 204, headers: allow }));
        const message = t("This address takes {methods}.", { methods: allow.allow });
        throw new Failure(405, "method_not_allowed", message);
      },
    };
    return serve(app, route, gate, request, {}, peer).then((answer) => {
      if (answer.status === 405) answer.headers.set("allow", allow.allow);
      return answer;
    });
  });
  return server;
}

/** What streams a file lets go of it. */
async function withoutBody({ status, headers, body }: Response): Promise<Response> {
  await body?.cancel();
  return new Response(null, { status, headers });
}

/** Whose door an address is behind that no route answers. */
function doorOf(path: string, gate: Gate): Route["door"] {
  if (path.startsWith("/api/")) return "api";
  if (gate.enter !== undefined) return "open";
  return path.startsWith("/portal") ? "portal" : "open";
}

/** Answers a request in the language of whoever sent it: until that is known, in the one their browser asks for. */
function serve(...given: Parameters<typeof answerTo>): Promise<Response> {
  const language = isSpokenTo(given[1]) ? acceptedLanguage(given[3].headers.get("accept-language")) : null;
  return inLanguage(language ?? defaultLanguage, language ?? "en-US", () => answerTo(...given));
}

/** Pages speak the reader's language; programs get English. */
function isSpokenTo({ door }: Route): boolean {
  return door !== "api" && door !== "hook";
}

/**
 * Pages are in the language a person has chosen, else in the organization's; for those who are not signed in the browser
 * decides, when it asks for a language that we have.
 */
function speakTo({ actor, tenant }: Pick<Ctx, "actor" | "tenant">, route: Route, request: Request): void {
  const home = tenant.organization_locale;
  // Programs get English, and still the times of the person they act for.
  if (!isSpokenTo(route)) return speak(defaultLanguage, home, actor.timezone);
  const isUnknown = actor.kind === "nobody" || actor.kind === "operator";
  const asked = isUnknown ? acceptedLanguage(request.headers.get("accept-language")) : actor.language;
  const language = asked ?? languageOf(home);
  speak(language, localeFor(language, home), actor.timezone);
}

async function answerTo(
  app: App,
  route: Route,
  gate: Gate,
  request: Request,
  params: Record<string, string>,
  peer: string,
): Promise<Response> {
  const url = new URL(request.url);
  const info: RequestInfo = {
    id: newId(),
    ip: clientAddress(request.headers, peer, gate.trustedProxies),
    user_agent: request.headers.get("user-agent") ?? "",
    ...(route.door === "staff" && route.method === "POST" ? { undo: { offered: null } } : {}),
  };
  const incoming = incomingOf(request, url, params, route.maxBytes ?? defaultMaxBytes);
  const startedAt = performance.now();
  const looks: [entityType: string, id: string][] = [];
  if (request.method === "GET") info.onLook = (...look) => looks.push(look);
  let ctx: Ctx | null = null;
  let toll: Toll | null = null;
  let answer: Response;
  try {
    if (!gate.isOpen()) throw new Failure(503, "stopping", t("Purser is being restarted. Try again in a moment."));
    const { tenant, identity } = await (gate.enter?.(incoming, route) ??
      enterByHost(app, gate, incoming, route, info.ip));
    speakTo({ actor: identity.actor, tenant }, route, request);
    ctx = contextOf(app, tenant, identity.actor, info);
    if (tenant.suspension !== null) {
      // Nothing of who is signed in shows: the same page for staff, clients and strangers.
      ctx = contextOf(app, tenant, nobody, info);
      throw suspended(tenant.suspension);
    }
    await admit(ctx, route, incoming, identity);
    if (route.door === "api" && (identity.actor.kind === "staff" || identity.actor.kind === "portal")) {
      toll = app.traffic.take(tenant, identity.actor);
      if (toll.isRefused) throw tooMany(toll.retryAfterSeconds, t("Too many requests. Try again in a moment."));
    }
    checkAccept(route, request.headers.get("accept"));
    if (identity.isTouchDue) await touchProof(ctx, identity.actor);
    const run = (inner: Ctx): Promise<Response> =>
      route.handle(inner, incoming).then((result) => respond(inner, route, incoming, result));
    // Operators' requests are not any organization's, which is where the answers are kept.
    if (route.method === "POST" && route.door === "api" && identity.actor.kind !== "operator")
      answer = await onceForKey(ctx, request, route.maxBytes ?? defaultMaxBytes, run);
    else answer = await (route.method === "GET" && route.isOutsideRead !== true ? reading(ctx, run) : run(ctx));
  } catch (thrown) {
    const error = translateDatabaseError(thrown);
    const failure = error instanceof Failure ? error : defect(error, info, route);
    if (failure !== thrown && failure.code === "database_unavailable") {
      databaseAway({ request: info.id, error: String(thrown) });
    }
    answer = await respondFailure(ctx, route, incoming, failure, info.id);
  }
  for (const [name, value] of Object.entries(toll?.headers ?? {})) answer.headers.set(name, value);
  // The operators' host has a log of its own.
  if (ctx !== null && ctx.tenant.id !== noId) {
    const { status } = answer;
    if (url.pathname.startsWith("/api/"))
      app.journal.request(ctx, {
        method: request.method,
        path: url.pathname,
        status,
        milliseconds: performance.now() - startedAt,
      });
    if (status < 400) for (const look of looks) app.journal.look(ctx, ...look);
  }
  if (route.doc?.deprecated !== undefined)
    for (const [name, value] of Object.entries(deprecationHeaders(route.doc.deprecated)))
      answer.headers.set(name, value);
  if (ctx !== null && ctx.tenant.id !== noId) {
    // Without the database nobody is let in from elsewhere, and the answer says already what is the matter.
    await shareAnswer(ctx, request, answer).catch((error: unknown) =>
      log.error("whether another origin may read could not be told", { request: info.id, error: String(error) }),
    );
  }
  return withSecurityHeaders(app, answer, ctx?.tenant ?? null, info.id);
}

/** The tenant of the host's name and who is acting, in one read. */
async function enterByHost(app: App, gate: Gate, incoming: Incoming, route: Route, ip: string): Promise<Entered> {
  const { request, url } = incoming;
  const tenantId = await gate.tenantOf((request.headers.get("host") ?? url.host).toLowerCase());
  if (tenantId === null) throw notFound(t("An organization at this address"));
  return app.database.read(tenantId, async (db) => {
    const tenant = await loadTenant(app, db, tenantId);
    const cookies = parseCookies(incoming.request.headers.get("cookie"));
    const authorization = incoming.request.headers.get("authorization");
    const bearer =
      authorization !== null && /^bearer /i.test(authorization)
        ? authorization.slice(7).trim()
        : incoming.request.headers.get("x-api-key");
    const isPage = route.door === "staff" || route.door === "portal" || route.door === "open";
    const credentials = {
      staffCookie: cookies.get(staffCookieName(tenant.public_url)) ?? null,
      portalCookie: cookies.get(portalCookieName(tenant.public_url)) ?? null,
      bearer: isPage ? null : bearer,
      ip,
    };
    const door =
      route.door === "staff" || route.door === "portal"
        ? route.door
        : /^\/(api\/v1\/)?portal(\/|$)/.test(incoming.url.pathname)
          ? "portal"
          : "any";
    return { tenant, identity: await identify(app, tenant, db, credentials, door) };
  });
}

/** Whether this actor may come in by this route at all. */
async function admit(ctx: Ctx, route: Route, incoming: Incoming, identity: Identity): Promise<void> {
  const { actor, tenant } = ctx;
  const path = incoming.url.pathname;
  if (!tenant.is_set_up && !path.startsWith("/setup") && path !== "/livez" && path !== "/readyz") {
    throw new Failure(
      503,
      "not_set_up",
      t("Purser has not been set up yet. Open the setup URL that it printed when it started."),
    );
  }
  if (route.module !== undefined && !isModuleOn(ctx.app, tenant, route.module)) throw notFound();
  checkAddress(tenant.allowed_networks, route.door, path, ctx.request.ip);
  if (route.door === "staff" && actor.kind !== "staff") throw unauthorized();
  if (route.door === "portal" && actor.kind !== "portal") throw unauthorized();
  if (route.door === "operator" && actor.kind !== "operator") throw unauthorized();
  const isChange = route.method !== "GET";
  if (isChange && route.door !== "hook" && (identity.isByCookie || route.door !== "api")) {
    checkCsrf(incoming.request, csrfSubject(ctx, incoming.request), await csrfGiven(incoming));
  }
  if (route.permission !== null && !can(actor, route.permission)) {
    throw actor.kind === "nobody" ? unauthorized() : forbidden();
  }
  for (const [name, value] of Object.entries(incoming.params)) {
    if ((name === "id" || name.endsWith("_id")) && !isId(value)) throw notFound();
  }
}

async function csrfGiven(incoming: Incoming): Promise<string> {
  const header = incoming.request.headers.get("x-csrf-token");
  if (header !== null) return header;
  const type = incoming.request.headers.get("content-type") ?? "";
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(type)) return "";
  const token = (await incoming.form()).fields["_csrf"];
  return typeof token === "string" ? token : "";
}

function incomingOf(request: Request, url: URL, params: Record<string, string>, maxBytes: number): Incoming {
  let form: ReturnType<Incoming["form"]> | null = null;
  let text: Promise<string> | null = null;
  const readText = (): Promise<string> => (text ??= readBody(request, maxBytes));
  return {
    request,
    url,
    params,
    isFragment: request.headers.get("hx-request") === "true",
    fragmentTarget: request.headers.get("hx-target") ?? "",
    form: () => (form ??= readForm(request, { maxBytes })),
    text: readText,
    json: async () => {
      checkContentType(request.headers.get("content-type"));
      try {
        return JSON.parse(await readText()) as unknown;
      } catch (error) {
        if (error instanceof Failure) throw error;
        throw new Failure(400, "malformed", t("The body is not valid JSON."));
      }
    },
  };
}

function defect(error: unknown, info: RequestInfo, route: Route): Failure {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: "" };
  log.error("a request failed", {
    request: info.id,
    route: `${route.method} ${route.path}`,
    error: message,
    stack: stack ?? "",
  });
  return new Failure(
    500,
    "defect",
    t("Something went wrong on our side. If it happens again, tell your administrator this number: {id}", {
      id: info.id,
    }),
  );
}
