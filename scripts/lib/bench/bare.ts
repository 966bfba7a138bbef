/**
 * The bare limit of a page: a server that runs the SQL which the page ran, renders the templates which it rendered, and
 * does nothing else: no session, no rights, no models. `bun --define MULTI_TENANT=… bare.ts` with its wish on stdin; prints
 * the port.
 */
import type { SQLQueryBindings } from "bun:sqlite";
import type { CompiledQuery, DatabaseConnection, Dialect } from "kysely";
import type { Pool } from "pg";
import { views } from "#generated/views.js";

export interface Wish {
  path: string;
  headers: Record<string, string>;
  dataDir: string;
  /** PostgreSQL, as the serving role; empty: SQLite. */
  databaseUrl: string;
  sqlitePath: string;
}

type Rendered = { name: string; model: object };

/** Every template that is called by the program and not by another template, in that order. */
const rendered: Rendered[] = [];
let depth = 0;
let isRecording = true;
for (const [name, spec] of Object.entries(views)) {
  const template = spec as { main: (container: unknown, model: object, ...rest: unknown[]) => unknown };
  const { main } = template;
  template.main = (container, model, ...rest) => {
    if (!isRecording) return main(container, model, ...rest);
    if (depth === 0) rendered.push({ name, model });
    depth += 1;
    try {
      return main(container, model, ...rest);
    } finally {
      depth -= 1;
    }
  };
}

const wish = (await Bun.stdin.json()) as Wish;
const isSqlite = wish.databaseUrl === "";
const { openSqlite, sqliteDialect } = await import("../../../src/platform/database/sqlite.ts");
const { postgresDialect } = await import("../../../src/platform/database/postgres.ts");
const { openPostgresDatabase, sqliteDatabase } = await import("../../../src/platform/database/database.ts");
const { createProgram } = await import("../../../src/app.ts");
const { keyring } = await import("../../../src/platform/crypto/keyring.ts");
const { parseMasterKey } = await import("../../../src/platform/crypto/master-key.ts");
const { systemClock } = await import("../../../src/platform/clock.ts");
const { fileStore } = await import("../../../src/platform/files/store.ts");
const { render } = await import("../../../src/platform/http/pages/templates.ts");

/** What has gone to the database: not what the program remembered, and with it what begins and ends a read. */
const ran: CompiledQuery[] = [];
const recording = (dialect: Dialect): Dialect => ({
  createAdapter: () => dialect.createAdapter(),
  createIntrospector: (db) => dialect.createIntrospector(db),
  createQueryCompiler: () => dialect.createQueryCompiler(),
  createDriver: () => {
    const driver = dialect.createDriver();
    const acquire = driver.acquireConnection.bind(driver);
    const heard = new WeakSet<DatabaseConnection>();
    driver.acquireConnection = async () => {
      const connection = await acquire();
      if (heard.has(connection)) return connection;
      heard.add(connection);
      const execute = connection.executeQuery.bind(connection);
      connection.executeQuery = (query) => {
        ran.push(query);
        return execute(query);
      };
      return connection;
    };
    return driver;
  },
});

const postgres = isSqlite ? null : postgresDialect(wish.databaseUrl, 20);
const sqliteReader = (): Dialect => sqliteDialect(openSqlite(wish.sqlitePath, { readonly: true }), { isShared: true });
const database =
  postgres === null
    ? sqliteDatabase({ writer: sqliteReader(), reader: recording(sqliteReader()) })
    : openPostgresDatabase(recording(postgres.dialect));
const keyFile = `${wish.dataDir}/secret.key`;
const keys = keyring(parseMasterKey(await Bun.file(keyFile).bytes(), keyFile));
const program = createProgram({
  edition: isSqlite ? "single" : "multi",
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
const tenants = await database.platform((db) => db.selectFrom("tenants").select("id").execute());
const tenantId = tenants[0]?.id ?? "";
const page = program.server({ tenantOf: async () => tenantId, trustedProxies: [], isOpen: () => true });
const ask = (): Promise<Response> =>
  Promise.resolve(page.handle(new Request(`http://127.0.0.1${wish.path}`, { headers: wish.headers })));
// The second time everything that is remembered is there.
await (await ask()).text();
ran.length = 0;
rendered.length = 0;
const answer = await ask();
const body = await answer.text();
if (answer.status !== 200) throw new Error(`${wish.path}: ${answer.status} ${body.slice(0, 300)}`);
isRecording = false;

const statements = ran.map(({ sql: text, parameters }) => ({ text, parameters: [...parameters] }));
const parts = rendered.slice(0, -2);
const [content, layout] = rendered.slice(-2);
if (content === undefined || layout === undefined) throw new Error(`${wish.path} rendered nothing`);

const runSqlite = (): (() => Promise<void>) => {
  const reader = openSqlite(wish.sqlitePath, { readonly: true });
  const prepared = statements.map(({ text, parameters }) => {
    const statement = reader.prepare(text);
    const values = parameters.map(encoded);
    return () => statement.all(...values);
  });
  return async () => {
    for (const run of prepared) run();
  };
};

function encoded(value: unknown): SQLQueryBindings {
  if (typeof value === "boolean") return value ? 1 : 0;
  return (typeof value === "object" && value !== null ? JSON.stringify(value) : value) as SQLQueryBindings;
}

/** On the program's own connections, which keep statements prepared. */
const runPostgres = (pool: Pool) => async (): Promise<void> => {
  const client = await pool.connect();
  try {
    for (const { text, parameters } of statements) await client.query(text, parameters);
  } finally {
    client.release();
  }
};
const runAll = postgres === null ? runSqlite() : runPostgres(postgres.pool);
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async () => {
    await runAll();
    for (const { name, model } of parts) render(name, model, { csrf: "x" });
    const inner = render(content.name, content.model, { csrf: "x" });
    return new Response(render(layout.name, { ...layout.model, content: inner }, { csrf: "x" }), {
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  },
});
console.log(JSON.stringify({ port: server.port, statements: statements.length, bytes: body.length }));
