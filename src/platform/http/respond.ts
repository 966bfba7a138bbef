import { type App, type Ctx, type Tenant } from "../context.ts";
import { t } from "../language/index.ts";
import { cookieNamed, serializeCookie } from "./cookies.ts";
import { csrfCookie, csrfTokenFor } from "./forms/csrf.ts";
import { frameOf } from "./pages/frame.ts";
import type { Answer, Door, Incoming, Route } from "./route.ts";
import { withRowsDrawn } from "./pages/long-tables.ts";
import { render, renderPage } from "./pages/templates.ts";
import { type Flash, flashKinds, type LayoutModel } from "./models/layouts.ts";
import { wholeBody } from "./whole-body.ts";

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

/** A JSON:API document. */
export function jsonResponse(body: unknown, status: number, headers: Record<string, string>): Response {
  return new Response(wholeBody(JSON.stringify(body)), {
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

/** A page or a part of one; no cache may keep it, nor give a part where the whole is asked for. */
export function html(text: string, status: number, more: Record<string, string> = {}): Response {
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    vary: "HX-Request, Cookie",
  };
  return new Response(wholeBody(text), { status, headers: { ...headers, ...more } });
}

/** A redirect after a POST (303); what was done, and the offer to take it back, are said on the next page. */
export function redirectResponse(
  ctx: Ctx,
  incoming: Incoming,
  answer: Extract<Answer, { kind: "redirect" }>,
): Response {
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

/** A page in the layout of its route's door. */
export async function pageResponse(
  ctx: Ctx,
  route: Route,
  incoming: Incoming,
  answer: Extract<Answer, { kind: "page" }>,
): Promise<Response> {
  const flash = readFlash(incoming);
  const csrf = csrfTokenFor(ctx, incoming.request);
  // Whoever lacks the second step is not in yet: nothing of the house stands around what they set up.
  const door = ctx.actor.is_second_step_missing === true ? "open" : route.door;
  const frame = await frameOf(ctx, { ...route, door }, incoming, { title: answer.title, csrf, flash });
  const model = await withRowsDrawn(answer.model, csrf);
  const response = html(rendered(door, frame, { ...answer, model }), answer.status);
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

function rendered(door: Door, frame: Omit<LayoutModel, "content">, answer: { view: string; model: object }): string {
  if (door === "staff" || door === "operator") return renderPage("app", frame, answer.view, answer.model);
  if (door === "portal") return renderPage("portal", frame, answer.view, answer.model);
  return renderPage("plain", frame, answer.view, answer.model);
}

function readFlash(incoming: Incoming): Flash | null {
  const text = cookieNamed(flashCookie, incoming.request);
  if (text === undefined || text === "") return null;
  try {
    const flash = JSON.parse(Buffer.from(text, "base64url").toString()) as Flash;
    return typeof flash.text === "string" && flashKinds.includes(flash.kind) ? flash : null;
  } catch {
    return null;
  }
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
