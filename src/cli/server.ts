import { rm, writeFile } from "node:fs/promises";
import { mintOneTime } from "../modules/staff/index.ts";
import type { Config } from "../platform/config/config.ts";
import { dataPaths, freeBytes, isWritable } from "../platform/config/data-dir.ts";
import { inUnit, systemContext } from "../platform/context.ts";
import type { Database } from "../platform/database/database.ts";
import { isOutage } from "../platform/database/failures.ts";
import { complaint, log } from "../platform/log.ts";
import { clientAddress } from "../platform/http/address.ts";
import { hostNameOf } from "../platform/http/host.ts";
import { mostUploadBytes } from "../platform/http/route.ts";
import { isInNetworks } from "../platform/networks.ts";
import { loadTenant } from "../platform/tenants.ts";
import { type Opened, openProgram, publicUrlOf } from "./program.ts";

/** How far the server has come; `/readyz` and the pages shown meanwhile go by it. */
type Phase = "starting" | "ready" | "stopping";

export interface RunningServer {
  url: string;
  /** The links that make the first administrator, for each organization that has none. */
  setupUrls: string[];
  /** For the watchdog: false when a restart might help. Never answers when the database hangs. */
  isWorthKeeping(): Promise<boolean>;
  /** Stops as the operator expects: no new requests, running ones finished within 20 seconds, then the data closed. */
  stop(): Promise<void>;
}

const finishMilliseconds = 20_000;
const backgroundMilliseconds = 10_000;
const readyMilliseconds = 5_000;
const leastFreeBytes = 50 * 1024 * 1024;
const databaseAway = complaint("error", "the database does not take writes");

/**
 * Boots in the operator's order: listens at once (alive, not ready, pages say so), opens and migrates the data, then
 * serves. Anything that would harm stops the start before it touches the data.
 */
export async function startServer(config: Config): Promise<RunningServer> {
  let phase: Phase = "starting";
  let opened: Opened | null = null;
  let handle: ((request: Request) => Response | Promise<Response>) | null = null;
  let isHostKnown: ReturnType<typeof tlsAnswer> = async () => new Response(null, { status: 404 });
  const { host, port } = config.listen;
  const server: Bun.Server<undefined> = Bun.serve({
    hostname: host,
    port,
    idleTimeout: 120,
    // A little more than any route takes, so that what is just too large is told so by its route.
    maxRequestBodySize: mostUploadBytes + 1024 * 1024,
    fetch: (request): Response | Promise<Response> => {
      // The host is a part of this URL, and it is whatever the client wrote into its header.
      if (!URL.canParse(request.url)) return new Response("The Host header does not name a host.\n", { status: 400 });
      const { pathname } = new URL(request.url);
      if (pathname === "/livez") return new Response("ok\n");
      if (pathname === "/readyz" || pathname === "/up") return readiness(phase, opened?.database ?? null, config);
      if (handle === null || phase === "starting") return notYet();
      if (pathname === tlsPath) return isHostKnown(request, server.requestIP(request)?.address ?? "");
      return handle(request);
    },
    error: (error) => {
      log.error("a request failed before it was handled", { error: error.message });
      return new Response("Something went wrong.\n", { status: 500 });
    },
  });
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`;
  try {
    opened = await openProgram(config, { isAlone: true, publicUrl: publicUrlOf(config, server.port) });
  } catch (error) {
    await server.stop(true);
    throw error;
  }
  const { program, database } = opened;
  const gate = { trustedProxies: config.trustedProxies, isOpen: () => phase === "ready" };
  const findTenant = tenantFinder(database);
  const elysia = program.server({ ...gate, tenantOf: findTenant });
  elysia.server = server as unknown as typeof elysia.server;
  const operators = config.adminUrl === null ? null : program.operatorServer(gate);
  if (operators !== null) operators.server = server as unknown as typeof elysia.server;
  const operatorHost = config.adminUrl === null ? null : new URL(config.adminUrl).hostname;
  isHostKnown = tlsAnswer(config, findTenant, operatorHost);
  handle = (request) =>
    operators !== null && hostNameOf(request) === operatorHost ? operators.fetch(request) : elysia.fetch(request);
  const background = program.startBackground();
  const setupUrls = await writeSetupUrls(opened, config);
  phase = "ready";
  log.info("Purser is ready", { url });
  return {
    url,
    setupUrls,
    isWorthKeeping: () => isWorthKeeping(database),
    stop: async () => {
      phase = "stopping";
      log.info("stopping");
      opened?.program.app.live.close();
      // Waits for running requests, but not for ever: a stream of live updates never ends by itself.
      await Promise.race([server.stop(), Bun.sleep(finishMilliseconds)]);
      await server.stop(true);
      // Nor for a mail server that takes its time: what is interrupted here is found and seen to at the next start.
      await Promise.race([background.stop(), Bun.sleep(backgroundMilliseconds)]);
      await opened?.close();
      log.info("stopped");
    },
  };
}

function notYet(): Response {
  return new Response(
    '<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=3><title>Purser is starting</title><meta name=viewport content="width=device-width"><meta name=color-scheme content="light dark"><main><h1>Purser is starting</h1><p>The data is being opened and brought up to date. This page tries again by itself.</p></main>',
    { status: 503, headers: { "content-type": "text/html; charset=utf-8", "retry-after": "3" } },
  );
}

/** Whether writes would succeed: the database takes one, and there is room on the disk. */
async function readiness(phase: Phase, database: Database | null, config: Config): Promise<Response> {
  const problem = await (async () => {
    if (phase !== "ready" || database === null) return phase;
    if (freeBytes(config.dataDir) < leastFreeBytes) return "the disk is nearly full";
    if (!isWritable(config.dataDir)) return "the data directory does not take writes";
    try {
      await inTime(database.probe());
      return null;
    } catch (error) {
      databaseAway({ error: String(error) });
      return "the database does not take writes";
    }
  })();
  return new Response(`${problem ?? "ok"}\n`, { status: problem === null ? 200 : 503 });
}

/** Whoever asks for readiness wants to know soon: a database that takes its time is not ready. */
async function inTime(work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("the database has not answered in time")), readyMilliseconds);
  await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/**
 * Whether the watchdog should leave the server alone. Less is asked than for readiness: while the disk is full or takes no
 * writes it still answers reads, but would refuse to start again; and a restart does not bring PostgreSQL back.
 */
async function isWorthKeeping(database: Database): Promise<boolean> {
  try {
    await database.probe();
    return true;
  } catch (error) {
    databaseAway({ error: String(error) });
    return isOutage(error);
  }
}

/** Where a proxy that makes certificates when they are first needed asks whether a name is one of ours (Caddy's `ask`). */
const tlsPath = "/internal/tls-allowed";

/** Only the proxy itself is answered: what comes through it from outside brings forwarding headers. */
function tlsAnswer(
  config: Config,
  findTenant: (host: string) => Promise<string | null>,
  operatorHost: string | null,
): (request: Request, peer: string) => Promise<Response> {
  return async (request, peer) => {
    const isForwarded = ["forwarded", "x-forwarded-for", "x-forwarded-host"].some((name) => request.headers.has(name));
    const name = (new URL(request.url).searchParams.get("domain") ?? "").toLowerCase().replace(/\.$/, "");
    const isOurs = MULTI_TENANT && name !== "" && (name === operatorHost || (await findTenant(name)) !== null);
    const isAllowed =
      isOurs && !isForwarded && isInNetworks(clientAddress(new Headers(), peer, []), config.trustedProxies);
    return new Response(isAllowed ? "ok\n" : "no\n", { status: isAllowed ? 200 : 404 });
  };
}

const knownForMilliseconds = 10_000;

/**
 * Finds the organization of a host name; what was found is remembered for ten seconds. The single edition has one, and looks for
 * it once: that look waits for whoever is writing.
 */
function tenantFinder(database: Database): (host: string) => Promise<string | null> {
  const known = new Map<string, { id: string | null; until: number }>();
  return async (asked) => {
    const host = MULTI_TENANT ? asked : "";
    const kept = known.get(host);
    if (kept !== undefined && kept.until > Date.now()) return kept.id;
    const row = await database.platform((db) =>
      MULTI_TENANT
        ? db
            .selectFrom("tenant_domains")
            .select("tenant_domains.domain_tenant_id as id")
            .where("tenant_domains.domain", "=", host)
            .executeTakeFirst()
        : db.selectFrom("tenants").select("id").executeTakeFirst(),
    );
    const id = row?.id ?? null;
    if (known.size > 10_000) known.clear();
    const isForGood = !MULTI_TENANT && id !== null;
    known.set(host, { id, until: isForGood ? Infinity : Date.now() + knownForMilliseconds });
    return id;
  };
}

/** A new setup link for each organization without an administrator, also written where the operator finds it. */
async function writeSetupUrls(opened: Opened, config: Config): Promise<string[]> {
  const { app } = opened.program;
  const urls: string[] = [];
  for (const tenant of await opened.program.tenants())
    if (!tenant.is_set_up) urls.push(await newSetupUrl(app, tenant.id));
  const path = dataPaths(config.dataDir).setupUrl;
  if (urls.length === 0) await rm(path, { force: true });
  else await writeFile(path, `${urls.join("\n")}\n`, { mode: 0o600 });
  return urls;
}

/** A link that makes the first administrator, good for 30 minutes; earlier ones stop working. */
export async function newSetupUrl(app: Opened["program"]["app"], tenantId: string): Promise<string> {
  const tenant = await app.database.read(tenantId, (db) => loadTenant(app, db, tenantId));
  const token = await inUnit(systemContext(app, tenant), (work) => mintOneTime(work, "setup", null));
  return `${tenant.public_url}/setup/start/${token}`;
}
