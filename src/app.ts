import { modules } from "./modules/index.ts";
import { journalOf } from "./platform/access/access-log.ts";
import { startBackground, type Background } from "./platform/background.ts";
import type { Clock } from "./platform/clock.ts";
import type { App, AppOptions, Tenant } from "./platform/context.ts";
import type { Keyring } from "./platform/crypto/keyring.ts";
import type { Database } from "./platform/database/database.ts";
import type { FileStore } from "./platform/files/store.ts";
import { createHub } from "./platform/live/hub.ts";
import { listenToOthers } from "./platform/live/listen.ts";
import { moduleRoutes, operatorRoutes } from "./platform/http/module-routes.ts";
import { trafficOf } from "./platform/http/traffic.ts";
import type { Gate } from "./platform/http/entry.ts";
import { createServer } from "./platform/http/server.ts";
import { buildRegistry } from "./platform/registry.ts";
import { loadTenants } from "./platform/tenants.ts";

export interface Parts {
  edition: App["edition"];
  clock: Clock;
  database: Database;
  keyring: Keyring;
  files: FileStore;
  options: AppOptions;
}

/** The program, put together from platform and modules; the only file that knows both. */
export interface Program {
  app: App;
  /** The HTTP server, not listening yet. */
  server(gate: Gate): ReturnType<typeof createServer>;
  /** The operators' own server, for their host; null in the single edition, which has none. */
  operatorServer(gate: Pick<Gate, "trustedProxies" | "isOpen">): ReturnType<typeof createServer> | null;
  /** Starts events, mail and jobs. */
  startBackground(): Background;
  /** The organizations whose work is done, suspended ones left out. */
  tenants(): Promise<Tenant[]>;
}

export function createProgram(parts: Parts): Program {
  let background: Background | null = null;
  const app: App = {
    ...parts,
    journal: journalOf(parts),
    registry: buildRegistry(modules),
    traffic: trafficOf(parts.clock, parts.options.requestsPerMinute),
    live: createHub(),
    wake: (tenantId) => background?.wake(tenantId),
  };
  const tenants = async (): Promise<Tenant[]> => {
    const rows = await app.database.platform((db) =>
      db.selectFrom("tenants").select("id").where("suspended_at", "is", null).orderBy("id").execute(),
    );
    return loadTenants(
      app,
      rows.map(({ id }) => id),
    );
  };
  return {
    app,
    tenants,
    server: (gate) => createServer(app, moduleRoutes(app.registry), gate),
    operatorServer: (gate) => {
      const { operatorEntry: enter } = app.registry;
      if (enter == null) return null;
      return createServer(app, operatorRoutes(app.registry), {
        ...gate,
        tenantOf: async () => null,
        enter: (incoming, route) => enter(app, incoming, route),
      });
    },
    startBackground: () => {
      const started = startBackground(app);
      const stopListening = listenToOthers(app.database, app.live);
      background = {
        ...started,
        stop: async () => {
          await started.stop();
          await stopListening();
        },
      };
      return background;
    },
  };
}
