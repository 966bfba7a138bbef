import { can } from "../access/actor.ts";
import { actorOf } from "../access/identify.ts";
import { maybeFind } from "../access/reach.ts";
import { type Ctx, reading } from "../context.ts";
import type { TableName } from "../database/tables.ts";
import { malformed, notFound } from "../errors.ts";
import { type Answer, type Incoming, response, type Route } from "../http/route.ts";
import { isId } from "../ids.ts";
import { t } from "../language/index.ts";
import { log } from "../log.ts";
import type { Resource } from "../resource.ts";
import { clientTopic, everySession } from "./topics.ts";
import { loadTenant } from "../tenants.ts";

const mostTopics = 20;

/** The topics that the request asks for, and how the hub calls each. Refuses what is unknown or out of reach. */
async function admitted(ctx: Ctx, asked: readonly string[]): Promise<Map<string, string>> {
  const topics = new Map<string, string>();
  for (const topic of asked) {
    const [name = "", id] = topic.split("/");
    if (ctx.actor.kind === "portal") {
      topics.set(`${ctx.tenant.id}/${await ofClient(ctx, name, id)}`, topic);
      continue;
    }
    if (topic === "notifications") {
      topics.set(`${ctx.tenant.id}/notifications/${ctx.actor.user_id ?? ""}`, topic);
      continue;
    }
    const resource = resourceNamed(ctx, name);
    if (resource === undefined) throw notFound(t("This topic"));
    // Whether a list changes is for those who may open it; of a record, for those who can reach that one.
    if (resource.permission !== null && !can(ctx.actor, resource.permission)) throw notFound(t("This topic"));
    if (id !== undefined && (!isId(id) || (await maybeFind(ctx, resource.table.name as TableName, id)) === undefined))
      throw notFound(t("This topic"));
    topics.set(`${ctx.tenant.id}/${topic}`, topic);
  }
  return topics;
}

/** What a topic is about. Topics are called like tables, `import_batches`, and not like the paths of the API. */
function resourceNamed({ app }: Ctx, name: string): Resource | undefined {
  if (!app.registry.liveTables.has(name)) return undefined;
  return [...app.registry.resources.values()].find(({ table }) => table.name === name);
}

/** What a client may follow: a record within their reach, by what their own page shows of it. */
async function ofClient(ctx: Ctx, name: string, id = ""): Promise<string> {
  const table = resourceNamed(ctx, name)?.table;
  if (table === undefined || !isId(id) || (await maybeFind(ctx, table.name as TableName, id)) === undefined)
    throw notFound(t("This topic"));
  return clientTopic(table.name, id);
}

/** Whether whoever opened a stream may go on: session, person, organization and reach are looked at anew. */
async function mayGoOn(ctx: Ctx, asked: readonly string[]): Promise<boolean> {
  const { app, actor } = ctx;
  const { session_id, user_id } = actor;
  if (session_id === null || user_id === null) return false;
  try {
    return await app.database.read(ctx.tenant.id, async (db) => {
      const now = app.clock.now();
      const session = await db
        .selectFrom("sessions")
        .select("id")
        .where("id", "=", session_id)
        .where("revoked_at", "is", null)
        .where("expires_at", ">", now)
        .executeTakeFirst();
      const present = session === undefined ? null : await actorOf(db, user_id, session_id, null);
      const tenant = await loadTenant(app, db, ctx.tenant.id);
      if (present === null || present.is_second_step_missing === true || tenant.suspension !== null) return false;
      await admitted({ app, tenant, actor: present, request: ctx.request, db, isReader: true }, asked);
      return true;
    });
  } catch (error) {
    log.info("a live stream ends", { tenant: ctx.tenant.id, reason: String(error) });
    return false;
  }
}

/** `GET /live?topics=tickets,tickets/ID,notifications`: a stream that says which of the topics has changed, and no more. */
async function stream(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const asked = [...new Set((incoming.url.searchParams.get("topics") ?? "").split(",").filter((one) => one !== ""))];
  if (asked.length === 0 || asked.length > mostTopics)
    throw malformed(t("Name 1 to {most} topics.", { most: mostTopics }), "bad_topics");
  const topics = await reading(ctx, (reader) => admitted(reader, asked));
  const { live } = ctx.app;
  let end = (): void => {};
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const send = (text: string): void => {
        try {
          controller.enqueue(encoder.encode(text));
        } catch {
          end();
        }
      };
      const check = async (): Promise<void> => {
        if (await mayGoOn(ctx, asked)) send(": alive\n\n");
        else end();
      };
      const sessions = `${ctx.tenant.id}/sessions/${ctx.actor.user_id ?? ""}`;
      const all = everySession(ctx.tenant.id);
      const unsubscribe = live.subscribe([...topics.keys(), sessions, all], (topic) => {
        if (topic === sessions || topic === all) void check();
        else send(`event: changed\ndata: ${topics.get(topic) ?? ""}\n\n`);
      });
      const heartbeat = setInterval(() => void check(), live.heartbeatMilliseconds);
      let isOver = false;
      let closed = (): void => {};
      end = () => {
        if (isOver) return;
        isOver = true;
        clearInterval(heartbeat);
        unsubscribe();
        closed();
        try {
          controller.close();
        } catch {
          // The browser has gone first.
        }
      };
      closed = live.open(ctx.actor.session_id ?? "", () => end());
      send("retry: 5000\n\n");
    },
    cancel: () => end(),
  });
  return response(
    new Response(body, {
      headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
    }),
  );
}

export const liveRoutes: Route[] = [
  { method: "GET", path: "/live", door: "staff", permission: null, isOutsideRead: true, handle: stream },
  { method: "GET", path: "/portal/live", door: "portal", permission: null, isOutsideRead: true, handle: stream },
];
