import { assetVersion } from "#generated/assets.ts";
import { brandModel, noBrand } from "../brand.ts";
import type { Ctx } from "../context.ts";
import type { Failure } from "../errors.ts";
import { t } from "../language/index.ts";
import { errorDocument } from "./jsonapi/errors.ts";
import type { ErrorPageModel, SetupClosedModel } from "./models/pages.ts";
import { html, jsonResponse, pageResponse, redirectResponse } from "./respond.ts";
import type { Door, Incoming, Route } from "./route.ts";
import { render, renderPage } from "./pages/templates.ts";

/** What a failure looks like: an error document, a page that says what to do, or the way to the sign-in page. */
export async function respondFailure(
  ctx: Ctx | null,
  route: Route,
  incoming: Incoming,
  failure: Failure,
  requestId: string,
): Promise<Response> {
  const extra: Record<string, string> = {
    ...(failure.retryAfterSeconds === undefined ? {} : { "retry-after": String(failure.retryAfterSeconds) }),
    // Whoever is still sending would keep the connection for as long as they like.
    ...(failure.status === 408 ? { connection: "close" } : {}),
  };
  if (route.failureBody !== undefined)
    return Response.json(route.failureBody(failure), {
      status: failure.status,
      headers: { ...extra, "content-type": "application/json", "cache-control": "no-store" },
    });
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
    const prefix = route.door === "portal" ? "/portal" : "";
    const door = prefix + (failure.code === "mfa_setup_required" ? "/account/two-step" : "/sign-in");
    const back =
      incoming.request.method === "GET"
        ? `?next=${encodeURIComponent(incoming.url.pathname + incoming.url.search)}`
        : "";
    return redirectResponse(ctx, incoming, { kind: "redirect", to: door + back, flash: null, cookies: [] });
  }
  const model: ErrorPageModel = {
    status: String(failure.status),
    title: titleOf(failure.status),
    text: failure.message,
    actions: waysOn(ctx, route, incoming, failure.status),
    // A defect's own sentence says it already.
    reference: failure.status >= 500 && !failure.message.includes(requestId) ? requestId : "",
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
    return html(renderPage("plain", frame, "errors/error", model), failure.status, extra);
  }
  if (failure.code === "not_set_up") {
    const closed: SetupClosedModel = { title: t("Not set up yet"), text: failure.message, actions: [] };
    return pageResponse(ctx, { ...route, door: "open" }, incoming, {
      kind: "page",
      view: "setup/closed",
      title: closed.title,
      model: closed,
      status: 503,
    });
  }
  if (failure.code === "suspended") return suspendedPage(ctx, route, incoming, failure, extra);
  if (incoming.isFragment) return html(render("errors/_error", model), failure.status, extra);
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

/** What may pass is tried again where it was; from everything else one begins anew, where there is a beginning. */
function waysOn(ctx: Ctx | null, route: Route, incoming: Incoming, status: number): ErrorPageModel["actions"] {
  const isPassing = (status >= 500 || status === 408 || status === 429) && incoming.request.method === "GET";
  const way = { is_post: false, confirm: "" };
  return [
    ...(isPassing
      ? [
          {
            ...way,
            label: t("Try again"),
            href: incoming.url.pathname + incoming.url.search,
            icon: "refresh",
            look: "primary",
          } as const,
        ]
      : []),
    ...(ctx === null
      ? []
      : [
          {
            ...way,
            label: t("Back to the start"),
            href: route.door === "portal" ? "/portal" : "/",
            icon: "home",
            look: isPassing ? "ghost" : "primary",
          } as const,
        ]),
  ];
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
  const model: SetupClosedModel = { title, text: failure.message, actions: [] };
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
    408: t("That took too long"),
    409: t("That is not possible now"),
    412: t("Changed meanwhile"),
    413: t("That is too large"),
    422: t("Something is not right yet"),
    429: t("Too many attempts"),
    503: t("Back in a moment"),
  };
  return titles[status] ?? t("Something went wrong");
}
