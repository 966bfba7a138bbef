import { touchProof } from "../access/sessions.ts";
import { tellOfStrayKey } from "../access/stray-keys.ts";
import { type App, type Ctx, readerOf, reading, type RequestInfo } from "../context.ts";
import { isOutage, translateDatabaseError } from "../database/failures.ts";
import type { Db } from "../database/tables.ts";
import { Failure } from "../errors.ts";
import { newId, noId } from "../ids.ts";
import { acceptedLanguage, defaultLanguage, inLanguage, t } from "../language/index.ts";
import { complaint, log } from "../log.ts";
import { clientAddress, originOf } from "./address.ts";
import { type Entered, enterByHost, type Gate, isSpokenTo, letIn, type Progress, tenantOf } from "./entry.ts";
import { incomingOf } from "./incoming.ts";
import { shareAnswer } from "./cors.ts";
import { deprecationHeaders } from "./jsonapi/deprecation.ts";
import { onceForKey } from "./jsonapi/idempotency.ts";
import { respondFailure } from "./respond-failure.ts";
import { respond, withSecurityHeaders } from "./respond.ts";
import { defaultMaxBytes, type Incoming, type Route } from "./route.ts";

const databaseAway = complaint("error", "the database did not take a request");

/** Answers a request in the language of whoever sent it: until that is known, in the one their browser asks for. */
export function serve(...given: Parameters<typeof answerTo>): Promise<Response> {
  const language = isSpokenTo(given[1]) ? acceptedLanguage(given[3].headers.get("accept-language")) : null;
  return inLanguage(language ?? defaultLanguage, language ?? "en-US", () => answerTo(...given));
}

/** Answers one request; whatever goes wrong becomes an answer too. */
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
    origin: originOf(request, peer, gate.trustedProxies),
    ...(route.door === "staff" && route.method === "POST" ? { undo: { offered: null } } : {}),
  };
  const incoming = incomingOf(request, url, params, route.maxBytes ?? defaultMaxBytes);
  const startedAt = performance.now();
  const looks: [entityType: string, id: string][] = [];
  if (request.method === "GET") info.onLook = (...look) => looks.push(look);
  const progress: Progress = { ctx: null, toll: null, refusal: null, strayKey: null };
  let answer: Response;
  try {
    if (!gate.isOpen()) throw new Failure(503, "stopping", t("Purser is being restarted. Try again in a moment."));
    answer = await answerInside(app, route, gate, incoming, info, progress);
  } catch (thrown) {
    const error = translateDatabaseError(thrown);
    const failure = error instanceof Failure ? error : defect(error, info, route);
    if (failure !== thrown && isOutage(failure)) {
      databaseAway({ request: info.id, error: String(thrown) });
    }
    // Who brings a key or token that opens nothing hears why, where somebody has to be signed in.
    const told = failure.code === "unauthorized" ? (progress.refusal ?? failure) : failure;
    answer = await respondFailure(progress.ctx, route, incoming, told, info.id);
  }
  const { ctx, toll } = progress;
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
    if (progress.strayKey !== null)
      await tellOfStrayKey(ctx, progress.strayKey).catch((error: unknown) =>
        log.error("that a key was refused could not be told", { request: info.id, error: String(error) }),
      );
    if (status < 400) for (const look of looks) app.journal.look(ctx, ...look);
  }
  if (route.doc?.deprecated !== undefined)
    for (const [name, value] of Object.entries(deprecationHeaders(route.doc.deprecated)))
      answer.headers.set(name, value);
  if (ctx !== null && ctx.tenant.id !== noId) {
    // Without the database nobody is let in from elsewhere, and the answer says already what is the matter.
    await shareAnswer(ctx, incoming, answer).catch((error: unknown) =>
      log.error("whether another origin may read could not be told", { request: info.id, error: String(error) }),
    );
  }
  return withSecurityHeaders(app, answer, ctx?.tenant ?? null, info.id);
}

/** Finds out who is asking, lets them in, and does what they ask. */
async function answerInside(
  app: App,
  route: Route,
  gate: Gate,
  incoming: Incoming,
  info: RequestInfo,
  progress: Progress,
): Promise<Response> {
  const { request } = incoming;
  const isRead = route.method === "GET" && route.isOutsideRead !== true;
  const run = async (ctx: Ctx): Promise<Response> => respond(ctx, route, incoming, await route.handle(ctx, incoming));
  if (gate.enter !== undefined) {
    const ctx = await letIn(app, route, incoming, info, await gate.enter(incoming, route), progress);
    return isRead ? reading(ctx, run) : run(ctx);
  }
  const tenantId = await tenantOf(gate, incoming);
  const enter = (db: Db): Promise<Entered> => enterByHost(app, db, tenantId, incoming, route, info.ip);
  if (!isRead) {
    // What comes in may bring a body, and no connection waits for that.
    const entered = await app.database.read(tenantId, enter);
    const ctx = await letIn(app, route, incoming, info, entered, progress);
    if (entered.identity.isTouchDue) await touchProof(ctx, ctx.actor);
    return route.method === "POST" && route.door === "api" ? onceForKey(ctx, request, route, run) : run(ctx);
  }
  // Who is asking and what they get is one read, for each costs a way to the database and back.
  let touch: Ctx | null = null;
  try {
    return await app.database.read(tenantId, async (db) => {
      const entered = await enter(db);
      const ctx = await letIn(app, route, incoming, info, entered, progress);
      if (entered.identity.isTouchDue) touch = ctx;
      return run(readerOf(ctx, db));
    });
  } finally {
    // Also when there was nothing to be found: a key in strange hands is told of from its first request.
    if (touch !== null) await touchProof(touch, (touch as Ctx).actor);
  }
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
