import { Database as SqliteFile } from "bun:sqlite";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrations } from "#generated/migrations.ts";
import { createProgram, type Program } from "../../src/app.ts";
// States its tables for every test alike: what SQLite's planner is told follows from them, and files share a worker.
import "../../src/modules/tenants/schema.ts";
import { setRoles, makeApiKey } from "../../src/modules/staff/index.ts";
import type { Actor } from "../../src/platform/access/actor.ts";
import { actorOf } from "../../src/platform/access/identify.ts";
import { users } from "../../src/platform/access/schema.ts";
import { fixedClock } from "../../src/platform/clock.ts";
import {
  type AppOptions,
  contextOf,
  type Ctx,
  inUnit,
  systemContext,
  type Tenant,
} from "../../src/platform/context.ts";
import { keyring } from "../../src/platform/crypto/keyring.ts";
import { type Database, openPostgresDatabase, openSqliteDatabase } from "../../src/platform/database/database.ts";
import { migratePostgres, migrateSqlite } from "../../src/platform/database/migrator.ts";
import { insert, update } from "../../src/platform/database/records.ts";
import { dispatchEvents } from "../../src/platform/events/dispatcher.ts";
import { fileStore } from "../../src/platform/files/store.ts";
import type { StandardRole } from "../../src/platform/module.ts";
import { provisionTenant } from "../../src/platform/provision.ts";
import { loadTenant, organizations } from "../../src/platform/tenants.ts";
import { type Visitor, visitor } from "./visitor.ts";

/** Where every test's clock stands until moved. */
export const testNow = "2026-11-21T09:00:00.000Z";

/** One organization of a test, with the ways in that its people have. */
export interface TestTenant {
  id: string;
  host: string;
  tenant: Tenant;
  /** Purser itself. */
  system: Ctx;
  /** Somebody of the staff with a role; the same person each time. */
  as(role: StandardRole): Promise<Ctx>;
  /** An API key of that person. */
  key(role: StandardRole, scopes?: string[]): Promise<string>;
  /** A context for any user's id, read anew: permissions and access as they are now. */
  actorContext(userId: string): Promise<Ctx>;
}

export interface TestProgram {
  program: Program;
  app: Program["app"];
  clock: ReturnType<typeof fixedClock>;
  /** The organization whose work the tests do. */
  harbor: TestTenant;
  /** Another one, which must never see any of it. */
  mill: TestTenant;
  /** Sends a request as JSON:API; `as` is an API key. */
  api(
    method: string,
    path: string,
    given?: { key?: string; body?: unknown; headers?: Record<string, string>; tenant?: TestTenant },
  ): Promise<ApiAnswer>;
  /** Somebody with a browser: cookies are kept, forms are filled in and sent as the page has them. */
  browser(tenant?: TestTenant): Visitor;
  /** Any request, straight into the server. */
  fetch(path: string, init?: RequestInit, tenant?: TestTenant): Promise<Response>;
  /** Where the database is, for tests that go below the program; the PostgreSQL address is the serving role's. */
  raw: { sqlitePath: string; postgresUrl: string; ownerUrl: string };
  /** Where the program keeps its files. */
  directory: string;
  /** Lets events that are due take effect. */
  settle(tenant?: TestTenant): Promise<void>;
  close(): Promise<void>;
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  // The document's shape is what the test is about.
  // oxlint-disable-next-line no-explicit-any
  body: any;
}

/** What an answer is and which field its first error points at. */
export const pointerOf = (answer: ApiAnswer): [status: number, pointer: string] => [
  answer.status,
  answer.body.errors?.[0]?.source?.pointer,
];

/** A whole program over a database of its own, of the edition that the tests run for; `isSetUp: false`: at its first start. */
export async function startTestProgram(
  options: {
    stripeApiBase?: string;
    isSetUp?: boolean;
    requestsPerMinute?: number;
    allowedNetworks?: readonly string[];
    resolveTxt?: (name: string) => Promise<string[][]>;
    isOperatorMfaRequired?: boolean;
    callOut?: AppOptions["callOut"];
  } = {},
): Promise<TestProgram> {
  const directory = await mkdtemp(join(tmpdir(), "purser-test-"));
  const clock = fixedClock(testNow);
  const { database, drop, raw } = await openTestDatabase(directory);
  const keys = keyring(new Uint8Array(32).fill(7));
  const program = createProgram({
    edition: MULTI_TENANT ? "multi" : "single",
    clock,
    database,
    keyring: keys,
    files: fileStore(join(directory, "files"), keys),
    options: {
      publicUrl: "http://localhost",
      stripeApiBase: options.stripeApiBase ?? null,
      dataDir: directory,
      adminUrl: "http://admin.test",
      isOperatorMfaRequired: options.isOperatorMfaRequired ?? false,
      resolveTxt: options.resolveTxt ?? (async () => []),
      requestsPerMinute: { key: options.requestsPerMinute ?? null, tenant: null },
      allowedNetworks: options.allowedNetworks ?? [],
      ...(options.callOut === undefined ? {} : { callOut: options.callOut }),
      isStrict: true,
    },
  });
  const { app } = program;
  const harbor = await makeTenant(program, "Harbor IT", "harbor.test", options.isSetUp ?? true);
  const mill = await makeTenant(program, "Mill IT", "mill.test", true);
  const server = program.server({
    tenantOf: async (host) =>
      host === "mill.test" ? mill.id : host === "harbor.test" || host === "localhost" ? harbor.id : null,
    trustedProxies: ["127.0.0.0/8"],
    isOpen: () => true,
  });
  const fetch: TestProgram["fetch"] = (path, init = {}, tenant = harbor) => {
    const headers = new Headers(init.headers);
    headers.set("host", tenant.host);
    return server.handle(new Request(`http://localhost${path}`, { ...init, headers }));
  };
  return {
    program,
    app,
    clock,
    harbor,
    mill,
    raw,
    directory,
    fetch,
    browser: (tenant = harbor) => visitor((path, init) => fetch(path, init, tenant)),
    api: async (method, path, { key, body, headers = {}, tenant = harbor } = {}) => {
      const answer = await fetch(
        path,
        {
          method,
          headers: {
            ...(body === undefined ? {} : { "content-type": "application/vnd.api+json" }),
            ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        },
        tenant,
      );
      const text = await answer.text();
      const isJson = answer.headers.get("content-type")?.includes("json") === true;
      return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
    },
    settle: async (tenant = harbor) => {
      const present = await app.database.read(tenant.id, (db) => loadTenant(app, db, tenant.id));
      while ((await dispatchEvents(app, present)) > 0);
    },
    close: async () => {
      await database.close();
      await drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Which state of the schema a template holds: one is made for each, and copied for every test file. */
function schemaVersion(): string {
  return createHash("sha256")
    .update(Object.keys(migrations).join())
    .update(JSON.stringify(Object.values(migrations).map((one) => one.up.toString())))
    .digest("hex")
    .slice(0, 12);
}

/**
 * Lays an empty database of the newest schema at `path`. One run of `scripts/test` builds it once and copies it for every
 * other test file; without that run's folder it is built each time.
 */
async function laySqlite(path: string): Promise<void> {
  const folder = process.env["PURSER_TEST_TEMPLATES"] ?? "";
  const template = join(folder, `${schemaVersion()}.sqlite`);
  if (folder !== "" && existsSync(template)) return copyFile(template, path);
  await migrateSqlite(path, migrations);
  if (folder === "") return;
  // What is in the log moves into the file; and as test files run at the same time, only a whole copy gets the name.
  const connection = new SqliteFile(path);
  connection.run("pragma wal_checkpoint(truncate)");
  connection.close();
  await copyFile(path, `${template}.${process.pid}`);
  await rename(`${template}.${process.pid}`, template);
}

async function openTestDatabase(
  directory: string,
): Promise<{ database: Database; drop: () => Promise<void>; raw: TestProgram["raw"] }> {
  if (MULTI_TENANT) {
    const { postgresDialect } = await import("../../src/platform/database/postgres.ts");
    const { createDatabaseFrom, ensureServingRole, ensureTemplate, postgresUrlOf, servingRole } =
      await import("./postgres.ts");
    const template = `purser_template_${schemaVersion()}`;
    await ensureTemplate(template, async (url) => {
      await ensureServingRole();
      await migratePostgres(postgresDialect(url, 2).dialect, migrations, servingRole.user);
    });
    const made = await createDatabaseFrom(template);
    const url = postgresUrlOf(made.name, servingRole);
    const { dialect, pool } = postgresDialect(url, 5);
    return {
      database: openPostgresDatabase(dialect, pool),
      drop: made.drop,
      raw: { sqlitePath: "", postgresUrl: url, ownerUrl: made.url },
    };
  }
  const path = join(directory, "purser.sqlite");
  await laySqlite(path);
  return {
    database: openSqliteDatabase(path),
    drop: async () => {},
    raw: { sqlitePath: path, postgresUrl: "", ownerUrl: "" },
  };
}

async function makeTenant(program: Program, name: string, host: string, isSetUp: boolean): Promise<TestTenant> {
  const { app } = program;
  const id = await provisionTenant(app, { name, domain: host, public_url: `http://${host}` });
  const load = (): Promise<Tenant> => app.database.read(id, (db) => loadTenant(app, db, id));
  if (isSetUp)
    await inUnit(systemContext(app, await load()), async (work) => {
      const row = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
      await update(work, organizations, row.id, { set_up_at: testNow });
    });
  const tenant = await load();
  const system = systemContext(app, tenant);
  const made = new Map<StandardRole, string>();
  const contextFor = async (userId: string): Promise<Ctx> => {
    const actor = await app.database.read(id, (db) => actorOf(db, userId, null, null));
    return contextOf(app, tenant, actor as Actor, { id: "test", ip: "127.0.0.1", user_agent: "test" });
  };
  const personOf = async (role: StandardRole): Promise<string> => {
    const known = made.get(role);
    if (known !== undefined) return known;
    const userId = await inUnit(system, async (work) => {
      const user = await insert(work, users, {
        user_type: "staff",
        name: `${role.charAt(0).toUpperCase()}${role.slice(1)} of ${name}`,
        email: `${role}@${host}`,
        password_hash: "x",
      });
      const { id: roleId } = await work.db
        .selectFrom("roles")
        .select("id")
        .where("role_key", "=", role)
        .executeTakeFirstOrThrow();
      await setRoles(work, user.id, [roleId]);
      return user.id;
    });
    made.set(role, userId);
    return userId;
  };
  return {
    id,
    host,
    tenant,
    system,
    actorContext: contextFor,
    as: async (role) => contextFor(await personOf(role)),
    key: async (role, scopes = []) => {
      const userId = await personOf(role);
      const { key } = await inUnit(system, (work) => makeApiKey(work, userId, { name: "test", scopes }));
      return key;
    },
  };
}
