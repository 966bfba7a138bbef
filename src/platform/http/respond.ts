import { assetVersion } from "#generated/assets.ts";
import { brandModel, noBrand } from "../brand.ts";
import { can } from "../access/actor.ts";
import { type App, type Ctx, reading, type Tenant } from "../context.ts";
import type { Failure } from "../errors.ts";
import { t } from "../language/index.ts";
import { parseCookies, serializeCookie } from "./cookies.ts";
import { csrfCookie, csrfTokenFor } from "./csrf.ts";
import { errorDocument } from "./jsonapi-errors.ts";
import { isOn } from "../switches.ts";
import type { Answer, Door, Incoming, Route } from "./route.ts";
import { isForActor } from "./panels.ts";
import { keymapOf } from "./shortcuts.ts";
import { render, renderPage } from "./templates.ts";
import type { ErrorPageModel, SetupClosedModel } from "./page-models.ts";
import {
  flashKinds,
  type Flash,
  type LayoutModel,
  type LookModel,
  type NavGroup,
  type NavLink,
} from "./view-models.ts";

const flashCookie = "purser_flash";

/** An answer as a response. */
export async function respond(ctx: Ctx, route: Route, incoming: Incoming, answer: Answer): Promise<Response> {
  switch (answer.kind) {
    case "response":
      return answer.response;
    case "json":
      return jsonResponse(answer.body, answer.status, answer.headers);
    case "redirect":
      return redirectResponse(ctx, incoming, answer);
    case "fragment":
      return fragmentResponse(ctx, incoming, answer);
    case "page":
      return pageResponse(ctx, route, incoming, answer);
  }
}

function jsonResponse(body: unknown, status: number, headers: Record<string, string>): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/vnd.api+json", "cache-control": "no-store", vary: "Accept", ...headers },
  });
}

/** A part of a page; beside it the offer to take back what was just done, for the frame's corner. */
function fragmentResponse(ctx: Ctx, incoming: Incoming, answer: Extract<Answer, { kind: "fragment" }>): Response {
  const csrf = csrfTokenFor(ctx, incoming.request);
  const undo = ctx.request.undo?.offered ?? null;
  const offer = undo === null ? "" : render("partials/_undone", { undo, text: t("Saved.") }, { csrf });
  return html(render(answer.view, answer.model, { csrf }) + offer, answer.status);
}

function html(text: string, status: number): Response {
  return new Response(text, {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", vary: "HX-Request, Cookie" },
  });
}

function redirectResponse(ctx: Ctx, incoming: Incoming, answer: Extract<Answer, { kind: "redirect" }>): Response {
  const headers = new Headers({ location: answer.to, "cache-control": "no-store" });
  for (const cookie of answer.cookies) headers.append("set-cookie", cookie);
  if (answer.flash !== null) {
    const undo = answer.flash.kind === "error" ? null : (ctx.request.undo?.offered ?? null);
    const flash: Flash = undo === null ? answer.flash : { ...answer.flash, undo };
    const value = Buffer.from(JSON.stringify(flash)).toString("base64url");
    headers.append(
      "set-cookie",
      serializeCookie(flashCookie, value, { publicUrl: ctx.tenant.public_url, maxAgeSeconds: 60 }),
    );
  }
  // htmx follows a 303 by itself and would swap a whole page into a part of one; it has a header of its own for this.
  if (incoming.isFragment) {
    headers.set("hx-redirect", answer.to);
    headers.delete("location");
    return new Response(null, { status: 200, headers });
  }
  return new Response(null, { status: 303, headers });
}

async function pageResponse(
  ctx: Ctx,
  route: Route,
  incoming: Incoming,
  answer: Extract<Answer, { kind: "page" }>,
): Promise<Response> {
  const flash = readFlash(incoming);
  const csrf = csrfTokenFor(ctx, incoming.request);
  const isOperator = ctx.actor.kind === "operator";
  const isSignedIn = ctx.actor.kind === "staff" || ctx.actor.kind === "portal" || isOperator;
  const chrome =
    isSignedIn && !isOperator && route.door !== "open" ? await reading(ctx, (reader) => chromeOf(reader)) : {};
  const frame: Omit<LayoutModel, "content"> = {
    title: answer.title,
    organization: ctx.tenant.name,
    ...brandModel(ctx.tenant.brand),
    csrf,
    asset_version: assetVersion,
    user: isSignedIn ? { name: ctx.actor.name, initials: initialsOf(ctx.actor.name), email: ctx.actor.email } : null,
    nav:
      route.door === "staff" || (route.door === "open" && ctx.actor.kind === "staff")
        ? navOf(ctx, incoming.url.pathname)
        : isOperator
          ? operatorNav(incoming.url.pathname)
          : portalNav(ctx, route.door, incoming.url.pathname),
    flash,
    search_query: incoming.url.pathname === "/search" ? (incoming.url.searchParams.get("q") ?? "") : "",
    timer: null,
    show_search: route.door === "staff",
    sign_out_url: route.door === "portal" ? "/portal/sign-out" : "/sign-out",
    user_menu: [
      { label: t("Your account"), href: route.door === "portal" ? "/portal/account" : "/account", icon: "user" },
      {
        label: t("Appearance"),
        href: route.door === "portal" ? "/portal/account/appearance" : "/account/appearance",
        icon: "eye",
      },
      ...(route.door === "portal" ? [] : [{ label: t("Keyboard shortcuts"), href: "/keyboard", icon: "keyboard" }]),
    ],
    create: route.door === "staff" ? createOf(ctx) : [],
    ...(route.door === "staff" ? { keymap: keymapOf(ctx) } : {}),
    ...lookOf(ctx),
    ...chrome,
  };
  const response = html(rendered(route.door, frame, answer), answer.status);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.headers.set(name, value);
  if (flash !== null)
    response.headers.append(
      "set-cookie",
      serializeCookie(flashCookie, "", { publicUrl: ctx.tenant.public_url, maxAgeSeconds: 0 }),
    );
  const cookie = csrfCookie(ctx, incoming.request);
  if (cookie !== null) response.headers.append("set-cookie", cookie);
  return response;
}

/** The look that the reader has chosen, for the root element: the page comes in it, so nothing flashes. */
function lookOf({ actor: { likes } }: Ctx): LookModel {
  if (likes === undefined) return {};
  return {
    ...(likes.theme === "system" ? {} : { theme: `purser-${likes.theme}` as const }),
    ...(likes.density === "compact" ? { density: "compact" as const } : {}),
    ...(likes.is_shortcuts_on ? {} : { no_shortcuts: true }),
  };
}

function rendered(door: Door, frame: Omit<LayoutModel, "content">, answer: { view: string; model: object }): string {
  if (door === "staff" || door === "operator") return renderPage("app", frame, answer.view, answer.model);
  if (door === "portal") return renderPage("portal", frame, answer.view, answer.model);
  return renderPage("plain", frame, answer.view, answer.model);
}

async function chromeOf(ctx: Ctx): Promise<Partial<LayoutModel>> {
  const parts = await Promise.all(
    ctx.app.registry.modules.map(
      (module) => (isOn(ctx.app, ctx.tenant, module) ? module.chrome?.(ctx) : undefined) ?? {},
    ),
  );
  return Object.assign({}, ...parts) as Partial<LayoutModel>;
}

function navOf(ctx: Ctx, path: string): NavGroup[] {
  const groups: NavGroup[] = [];
  for (const item of ctx.app.registry.nav) {
    if (!isOn(ctx.app, ctx.tenant, item) || !isForActor(ctx, item)) continue;
    let group = groups.find((known) => known.label === t(item.group));
    if (group === undefined) groups.push((group = { label: t(item.group), items: [] }));
    const isCurrent = item.href === "/" ? path === "/" : path === item.href || path.startsWith(`${item.href}/`);
    group.items.push({ label: t(item.label), href: item.href, icon: item.icon, is_current: isCurrent });
  }
  return groups;
}

function createOf(ctx: Ctx): NavLink[] {
  return ctx.app.registry.create
    .filter((item) => isOn(ctx.app, ctx.tenant, item) && can(ctx.actor, item.permission))
    .map(({ label, href, icon }) => ({ label: t(label), href, icon }));
}

const portalPages = [
  { label: "Home", href: "/portal", icon: "home", permission: null },
  { label: "Requests", href: "/portal/tickets", icon: "ticket", permission: null },
  { label: "Invoices", href: "/portal/invoices", icon: "invoice", permission: "portal.invoices" },
  { label: "People", href: "/portal/contacts", icon: "users", permission: "portal.contacts.manage" },
] as const;

const operatorPages = [
  { label: "Organizations", href: "/tenants", icon: "building" },
  { label: "Usage", href: "/usage", icon: "chart" },
  { label: "Tasks", href: "/tasks", icon: "refresh" },
  { label: "Operators", href: "/operators", icon: "users" },
  { label: "Log", href: "/log", icon: "history" },
];

/** The navigation of the operators' host. */
function operatorNav(path: string): NavGroup[] {
  return [
    {
      label: "",
      items: operatorPages.map((item) => ({
        ...item,
        label: t(item.label),
        is_current: path === item.href || path.startsWith(`${item.href}/`),
      })),
    },
  ];
}

function portalNav(ctx: Ctx, door: Door, path: string): NavGroup[] {
  if (door !== "portal") return [];
  return [
    {
      label: "",
      items: portalPages
        .filter(({ permission }) => permission === null || can(ctx.actor, permission))
        .map(({ label, href, icon }) => ({
          label: t(label),
          href,
          icon,
          is_current: href === "/portal" ? path === "/portal" : path.startsWith(href),
        })),
    },
  ];
}

export function initialsOf(name: string): string {
  const parts = name
    .replace(/\(.*\)/, "")
    .trim()
    .split(/\s+/);
  return [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => (part ?? "").charAt(0).toUpperCase()).join("");
}

function readFlash(incoming: Incoming): Flash | null {
  const text = parseCookies(incoming.request.headers.get("cookie")).get(flashCookie);
  if (text === undefined || text === "") return null;
  try {
    const flash = JSON.parse(Buffer.from(text, "base64url").toString()) as Flash;
    return typeof flash.text === "string" && flashKinds.includes(flash.kind) ? flash : null;
  } catch {
    return null;
  }
}

/** What a failure looks like: an error document, a page that says what to do, or the way to the sign-in page. */
export async function respondFailure(
  ctx: Ctx | null,
  route: Route,
  incoming: Incoming,
  failure: Failure,
  requestId: string,
): Promise<Response> {
  const extra: Record<string, string> =
    failure.retryAfterSeconds === undefined ? {} : { "retry-after": String(failure.retryAfterSeconds) };
  if (route.door === "api" || route.door === "hook") {
    return jsonResponse(errorDocument(failure, requestId), failure.status, {
      ...extra,
      ...(failure.status === 401 ? { "www-authenticate": "Bearer" } : {}),
    });
  }
  // A stream whose session has ended tries again by itself; 204 tells it to stop (HTML, server-sent events), a page would be an error.
  if (failure.status === 401 && incoming.request.headers.get("accept") === "text/event-stream")
    return new Response(null, { status: 204 });
  if (failure.status === 401 && ctx !== null) {
    const door = route.door === "portal" ? "/portal/sign-in" : "/sign-in";
    const back =
      incoming.request.method === "GET"
        ? `?next=${encodeURIComponent(incoming.url.pathname + incoming.url.search)}`
        : "";
    return redirectResponse(ctx, incoming, { kind: "redirect", to: door + back, flash: null, cookies: [] });
  }
  const home = route.door === "portal" ? "/portal" : "/";
  const model: ErrorPageModel = {
    status: String(failure.status),
    title: titleOf(failure.status),
    text: failure.message,
    actions: [
      { label: t("Back to the start"), href: home, icon: "home", look: "primary", is_post: false, confirm: "" },
    ],
    reference: failure.status >= 500 ? requestId : "",
  };
  if (ctx === null) {
    const frame = {
      title: model.title,
      organization: "Purser",
      ...brandModel(noBrand),
      csrf: "",
      asset_version: assetVersion,
      flash: null,
    };
    return html(renderPage("plain", frame, "errors/error", model), failure.status);
  }
  if (failure.code === "not_set_up") {
    const closed: SetupClosedModel = { title: t("Not set up yet"), text: failure.message, action: null };
    return pageResponse(ctx, { ...route, door: "open" }, incoming, {
      kind: "page",
      view: "setup/closed",
      title: closed.title,
      model: closed,
      status: 503,
    });
  }
  if (failure.code === "suspended") return suspendedPage(ctx, route, incoming, failure, extra);
  if (incoming.isFragment) return html(render("errors/_error", model), failure.status);
  const isLost =
    (route.door === "operator" && ctx.actor.kind !== "operator") ||
    (route.door === "staff" && ctx.actor.kind !== "staff") ||
    (route.door === "portal" && ctx.actor.kind !== "portal");
  const door: Door = isLost ? "open" : route.door === "open" && ctx.actor.kind === "staff" ? "staff" : route.door;
  return pageResponse(ctx, { ...route, door }, incoming, {
    kind: "page",
    view: "errors/error",
    title: model.title,
    model,
    status: failure.status,
    headers: extra,
  });
}

/** The one page that the people of a suspended organization get, wherever they were going. */
async function suspendedPage(
  ctx: Ctx,
  route: Route,
  incoming: Incoming,
  failure: Failure,
  headers: Record<string, string>,
): Promise<Response> {
  // A part of a page could not say it: htmx loads the whole page again.
  if (incoming.isFragment)
    return new Response(null, { status: failure.status, headers: { ...headers, "hx-refresh": "true" } });
  const title = t("{name} is suspended", { name: ctx.tenant.name });
  const model: SetupClosedModel = { title, text: failure.message, action: null };
  const open: Route = { ...route, door: "open" };
  return pageResponse(ctx, open, incoming, {
    kind: "page",
    view: "setup/closed",
    title,
    model,
    status: failure.status,
    headers,
  });
}

function titleOf(status: number): string {
  const titles: Record<number, string> = {
    400: t("That request could not be read"),
    403: t("You may not see this"),
    404: t("There is nothing here"),
    409: t("That is not possible now"),
    412: t("Changed meanwhile"),
    413: t("That is too large"),
    422: t("Something is not right yet"),
    429: t("Too many attempts"),
    503: t("Back in a moment"),
  };
  return titles[status] ?? t("Something went wrong");
}

/** The headers that every answer carries. */
export function withSecurityHeaders(app: App, response: Response, tenant: Tenant | null, requestId: string): Response {
  const { headers } = response;
  const checkout =
    app.options.stripeApiBase === null ? "https://checkout.stripe.com" : new URL(app.options.stripeApiBase).origin;
  if (!headers.has("content-security-policy")) {
    headers.set(
      "content-security-policy",
      `default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${checkout}`,
    );
  }
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "same-origin");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("permissions-policy", "camera=(), microphone=(), geolocation=()");
  headers.set("x-request-id", requestId);
  if (tenant?.public_url.startsWith("https://") === true) headers.set("strict-transport-security", "max-age=31536000");
  return response;
}
