/**
 * The bare limit of a page: a server that runs the SQL which the page ran, renders the templates which it rendered, and
 * does nothing else: no session, no rights, no models. `bun --define MULTI_TENANT=… bare.ts` with its wish on stdin; prints
 * the port.
 */
import { Database as Sqlite, type SQLQueryBindings } from "bun:sqlite";
import { type CompiledQuery, Kysely } from "kysely";
import { Pool } from "pg";
import { views } from "#generated/views.js";
import type { Database } from "../../../src/platform/database/database.ts";
import type { Db } from "../../../src/platform/database/tables.ts";

export interface Wish {
  path: string;
  headers: Record<string, string>;
  dataDir: string;
  /** PostgreSQL, as the serving role; empty: SQLite. */
  databaseUrl: string;
  sqlitePath: string;
}

type Rendered = { name: string; model: object };

/** Every template that is not part of another one, as it is called. */
const rendered: Rendered[] = [];
for (const [name, spec] of Object.entries(views)) {
  if (name.startsWith("partials/") || name.includes("/_")) continue;
  const template = spec as { main: (container: unknown, model: object, ...rest: unknown[]) => unknown };
  const main = template.main;
  template.main = (container, model, ...rest) => {
    rendered.push({ name, model });
    return main(container, model, ...rest);
  };
}

const wish = (await Bun.stdin.json()) as Wish;
const ran: CompiledQuery[] = [];
const { openSqlite, sqliteDialect } = await import("../../../src/platform/database/sqlite.ts");
const { postgresDialect } = await import("../../../src/platform/database/postgres.ts");
const { tenancyPlugin } = await import("../../../src/platform/database/tenancy.ts");
const { createProgram } = await import("../../../src/app.ts");
const { keyring } = await import("../../../src/platform/crypto/keyring.ts");
const { parseMasterKey } = await import("../../../src/platform/crypto/master-key.ts");
const { systemClock } = await import("../../../src/platform/clock.ts");
const { fileStore } = await import("../../../src/platform/files/store.ts");
const { render } = await import("../../../src/platform/http/pages/templates.ts");
const { sql } = await import("kysely");

const dialect =
  wish.databaseUrl === ""
    ? sqliteDialect(openSqlite(wish.sqlitePath, { readonly: true }))
    : postgresDialect(wish.databaseUrl, 2).dialect;
const db = new Kysely<unknown>({ dialect, log: ({ query }) => void ran.push(query) }) as unknown as Db;
let reads = 0;
const refuse = async (): Promise<never> => {
  throw new Error("the bare limit only reads");
};
const database: Database = {
  dialect: wish.databaseUrl === "" ? "sqlite" : "postgres",
  read: (tenantId, work) => {
    // The first read finds out who is asking, which is none of the page's.
    reads += 1;
    if (reads === 2) ran.length = 0;
    return wish.databaseUrl === ""
      ? work(db.withPlugin(tenancyPlugin(tenantId)))
      : db.transaction().execute(async (transaction) => {
          await sql`select set_config('app.current_tenant', ${tenantId}, true)`.execute(transaction);
          return work(transaction.withPlugin(tenancyPlugin(tenantId)));
        });
  },
  platform: (work) => work(db),
  write: refuse,
  probe: refuse,
  close: async () => {},
};
const keyFile = `${wish.dataDir}/secret.key`;
const keys = keyring(parseMasterKey(await Bun.file(keyFile).bytes(), keyFile));
const program = createProgram({
  edition: wish.databaseUrl === "" ? "single" : "multi",
  clock: systemClock,
  database,
  keyring: keys,
  files: fileStore(`${wish.dataDir}/files`, keys),
  options: {
    publicUrl: "http://127.0.0.1",
    stripeApiBase: null,
    dataDir: wish.dataDir,
    adminUrl: null,
    allowedNetworks: [],
    resolveTxt: async () => [],
    requestsPerMinute: { key: null, tenant: null },
  },
});
const { id: tenantId } = await db.selectFrom("tenants").select("id").executeTakeFirstOrThrow();
const page = program.server({ tenantOf: async () => tenantId, trustedProxies: [], isOpen: () => true });
const ask = (): Promise<Response> =>
  Promise.resolve(page.handle(new Request(`http://127.0.0.1${wish.path}`, { headers: wish.headers })));
// The second time everything that is remembered is there.
await (await ask()).text();
reads = 0;
rendered.length = 0;
const answer = await ask();
const body = await answer.text();
if (answer.status !== 200) throw new Error(`${wish.path}: ${answer.status} ${body.slice(0, 300)}`);

const statements = ran
  .filter(({ sql: text }) => !/^(begin|commit|start|set transaction|select set_config)/i.test(text))
  .map(({ sql: text, parameters }) => ({ text, parameters: parameters.map(encoded) }));
const [content, layout] = rendered;
if (content === undefined || layout === undefined) throw new Error(`${wish.path} rendered nothing`);

function encoded(value: unknown): SQLQueryBindings {
  if (typeof value === "boolean" && wish.databaseUrl === "") return value ? 1 : 0;
  return (typeof value === "object" && value !== null ? JSON.stringify(value) : value) as SQLQueryBindings;
}

const runSqlite = (): (() => Promise<void>) => {
  const reader = new Sqlite(wish.sqlitePath, { readonly: true });
  return async () => {
    for (const { text, parameters } of statements) reader.query(text).all(...parameters);
  };
};
const runPostgres = (): (() => Promise<void>) => {
  const pool = new Pool({ connectionString: wish.databaseUrl, max: 20 });
  return async () => {
    const client = await pool.connect();
    try {
      await client.query("begin read only");
      await client.query("select set_config('app.current_tenant', $1, true)", [tenantId]);
      for (const { text, parameters } of statements) await client.query(text, parameters);
      await client.query("commit");
    } finally {
      client.release();
    }
  };
};
const runAll = wish.databaseUrl === "" ? runSqlite() : runPostgres();
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async () => {
    await runAll();
    const inner = render(content.name, content.model, { csrf: "x" });
    return new Response(render(layout.name, { ...layout.model, content: inner }, { csrf: "x" }), {
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  },
});
console.log(JSON.stringify({ port: server.port, statements: statements.length, bytes: body.length }));
