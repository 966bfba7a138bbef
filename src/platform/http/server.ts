import { Elysia } from "elysia";
import { type App } from "../context.ts";
import { Failure } from "../errors.ts";
import { newId } from "../ids.ts";
import { t } from "../language/index.ts";
import { log } from "../log.ts";
import { serve } from "./answer.ts";
import { type Gate, nothingAt } from "./entry.ts";
import { assetAnswer } from "./pages/assets.ts";
import { apiAddresses, methodsAt } from "./jsonapi/methods.ts";
import { withSecurityHeaders } from "./respond.ts";
import { isApi, mostUploadBytes, response, type Route } from "./route.ts";

/** Mounts every route. A path that is declared twice stops the start with its name. */
export function createServer(app: App, routes: readonly Route[], gate: Gate): Elysia {
  const server = new Elysia({ normalize: false });
  const seen = new Set<string>();
  const addresses = apiAddresses(routes);
  for (const route of routes) {
    const name = `${route.method} ${route.path.replace(/:\w+/g, ":")}`;
    if (seen.has(name)) throw new Error(`the route ${name} is declared twice`);
    seen.add(name);
    // The listener would turn the request away before the route could, and without a word.
    if ((route.maxBytes ?? 0) > mostUploadBytes) throw new Error(`the route ${name} takes more than the server does`);
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
    const neighbour = there?.routes[0];
    const route: Route = {
      method: "GET",
      path: "*",
      door: neighbour?.door === "hook" ? "hook" : doorOf(pathname, gate),
      permission: null,
      ...(neighbour?.failureBody === undefined ? {} : { failureBody: neighbour.failureBody }),
      handle: async () => {
        if (there === null) throw nothingAt(route);
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
  if (isApi(path) || path.startsWith("/api/")) return "api";
  if (gate.enter !== undefined) return "open";
  return path.startsWith("/portal") ? "portal" : "open";
}
