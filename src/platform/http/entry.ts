import { checkAddress } from "../access/allowed-networks.ts";
import { can, nobody } from "../access/actor.ts";
import { type Identity, identify } from "../access/identify.ts";
import { type App, contextOf, type Ctx, type RequestInfo, type Tenant } from "../context.ts";
import type { Db } from "../database/tables.ts";
import { Failure, forbidden, notFound, secondStepMissing, suspended, tooMany, unauthorized } from "../errors.ts";
import { isId } from "../ids.ts";
import { acceptedLanguage, defaultLanguage, languageOf, localeFor, speak, t } from "../language/index.ts";
import { moduleTitle } from "../module-titles.ts";
import { isModuleOn } from "../switches.ts";
import { loadTenant } from "../tenants.ts";
import { parseCookies, portalCookieName, staffCookieName } from "./cookies.ts";
import { checkCsrf, csrfSubject } from "./forms/csrf.ts";
import { hostNameOf } from "./host.ts";
import type { Toll } from "./traffic.ts";
import { checkAccept } from "./jsonapi/negotiation.ts";
import { checkParameters } from "./jsonapi/parameters.ts";
import { type Incoming, type Route } from "./route.ts";

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

/** What is known of a request so far, for whoever has to answer when it fails on the way. */
export interface Progress {
  ctx: Ctx | null;
  toll: Toll | null;
  /** Why what the request brought to prove somebody opens nothing. */
  refusal: Failure | null;
  /** The API key that was refused for the address that it came from. */
  strayKey: string | null;
}

/** Whose host it is that the request names. */
export async function tenantOf(gate: Gate, { request }: Incoming): Promise<string> {
  const tenantId = await gate.tenantOf(hostNameOf(request));
  if (tenantId === null) throw notFound(t("An organization at this address"));
  return tenantId;
}

/** The organization and who is acting. */
export async function enterByHost(
  app: App,
  db: Db,
  tenantId: string,
  incoming: Incoming,
  route: Route,
  ip: string,
): Promise<Entered> {
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
}

/** The context of whoever may come in; throws for everybody else. */
export async function letIn(
  app: App,
  route: Route,
  incoming: Incoming,
  info: RequestInfo,
  { tenant, identity }: Entered,
  progress: Progress,
): Promise<Ctx> {
  const { actor } = identity;
  progress.refusal = identity.refusal;
  progress.strayKey = identity.stray_key_id;
  speakTo({ actor, tenant }, route, incoming.request);
  const ctx = contextOf(app, tenant, actor, info);
  progress.ctx = ctx;
  if (tenant.suspension !== null) {
    // Nothing of who is signed in shows: the same page for staff, clients and strangers.
    progress.ctx = contextOf(app, tenant, nobody, info);
    throw suspended(tenant.suspension);
  }
  await admit(ctx, route, incoming, identity, progress);
  if (route.door === "api" && (actor.kind === "staff" || actor.kind === "portal")) {
    const toll = app.traffic.take(tenant, actor);
    progress.toll = toll;
    if (toll.isRefused) throw tooMany(toll.retryAfterSeconds, t("Too many requests. Try again in a moment."));
  }
  checkAccept(route, incoming.request.headers.get("accept"));
  checkParameters(route, incoming.url);
  return ctx;
}

/** Whether this actor may come in by this route at all. */
async function admit(
  ctx: Ctx,
  route: Route,
  incoming: Incoming,
  identity: Identity,
  progress: Progress,
): Promise<void> {
  const { actor, tenant } = ctx;
  const path = incoming.url.pathname;
  if (!tenant.is_set_up && !path.startsWith("/setup") && path !== "/livez" && path !== "/readyz") {
    throw new Failure(
      503,
      "not_set_up",
      t(
        'Purser has not been set up yet. Open the setup URL that it printed when it started; the command "purser setup-url" prints a new one.',
      ),
    );
  }
  const off = [route.module, route.needs].find((name) => name !== undefined && !isModuleOn(ctx.app, tenant, name));
  if (off !== undefined) throw actor.kind === "staff" ? switchedOff(ctx, off) : nothingAt(route);
  try {
    checkAddress(tenant.allowed_networks, route.door, path, ctx.request.ip);
  } catch (refusal) {
    progress.strayKey ??= actor.api_key_id;
    throw refusal;
  }
  if (route.door === "staff" && actor.kind !== "staff") throw unauthorized();
  if (route.door === "portal" && actor.kind !== "portal") throw unauthorized();
  if (route.door === "operator" && actor.kind !== "operator") throw unauthorized();
  if (actor.is_second_step_missing === true && isHeld(route)) throw secondStepMissing();
  const isChange = route.method !== "GET";
  if (isChange && route.door !== "hook" && (identity.isByCookie || route.door !== "api")) {
    checkCsrf(incoming.request, csrfSubject(ctx, incoming.request), await csrfGiven(incoming));
  }
  if (route.permission !== null && !can(actor, route.permission)) {
    throw actor.kind === "nobody" ? unauthorized() : forbidden();
  }
  for (const [name, value] of Object.entries(incoming.params)) {
    if ((name === "id" || name.endsWith("_id")) && !isId(value)) throw nothingAt(route, t("This resource"));
  }
}

/** Whether a session without its second step stays outside; the open doors are for everybody. */
const isHeld = ({ door, isOpenWithoutSecondStep }: Route): boolean =>
  door !== "open" && door !== "hook" && isOpenWithoutSecondStep !== true;

/** The staff hears why a page that was there a moment ago is gone; clients and strangers need not know what there could be. */
function switchedOff({ app }: Ctx, name: string): Failure {
  const module = app.registry.modules.find((one) => one.name === name) ?? { name };
  return new Failure(
    404,
    "not_found",
    t("{module} is switched off in this organization. Nothing was changed.", { module: moduleTitle(module) }),
  );
}

/** 404 where nothing can be: pages call themselves pages, the API speaks of addresses and resources. */
export function nothingAt(route: Route, what = t("This address")): Failure {
  return isSpokenTo(route) ? notFound() : notFound(what);
}

async function csrfGiven(incoming: Incoming): Promise<string> {
  const header = incoming.request.headers.get("x-csrf-token");
  if (header !== null) return header;
  const type = incoming.request.headers.get("content-type") ?? "";
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(type)) return "";
  const token = (await incoming.form()).fields["_csrf"];
  return typeof token === "string" ? token : "";
}

/** Pages speak the reader's language; programs get English. */
export function isSpokenTo({ door }: Route): boolean {
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
