import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProgram, type Program } from "../../src/app.ts";
// States its tables for every test alike: what SQLite's planner is told follows from them, and files share a worker.
import "../../src/modules/tenants/schema.ts";
import { setRoles, makeApiKey } from "../../src/modules/staff/index.ts";
import type { Actor } from "../../src/platform/access/actor.ts";
import { actorOf } from "../../src/platform/access/identify.ts";
import { users } from "../../src/platform/access/schema.ts";
import {
  type AppOptions,
  contextOf,
  type Ctx,
  inUnit,
  systemContext,
  type Tenant,
} from "../../src/platform/context.ts";
import { keyring } from "../../src/platform/crypto/keyring.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { insert, update } from "../../src/platform/database/records.ts";
import { dispatchEvents } from "../../src/platform/events/dispatcher.ts";
import { fileStore } from "../../src/platform/files/store.ts";
import type { StandardRole } from "../../src/platform/module.ts";
import { provisionTenant } from "../../src/platform/provision.ts";
import { loadTenant, organizations } from "../../src/platform/tenants.ts";
import { type FixedClock, fixedClock } from "./clock.ts";
import { type Beginning, openTestDatabase, type RawAddress } from "./database.ts";
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
  clock: FixedClock;
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
  raw: RawAddress;
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

interface Options {
  stripeApiBase?: string;
  isSetUp?: boolean;
  requestsPerMinute?: number;
  allowedNetworks?: readonly string[];
  resolveTxt?: (name: string) => Promise<string[][]>;
  isOperatorMfaRequired?: boolean;
  callOut?: AppOptions["callOut"];
}

function programOver(database: Database, directory: string, clock: FixedClock, options: Options): Program {
  const keys = keyring(new Uint8Array(32).fill(7));
  return createProgram({
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
}

/** A whole program over a database of its own, of the edition that the tests run for; `isSetUp: false`: at its first start. */
export async function startTestProgram(options: Options = {}): Promise<TestProgram> {
  const directory = await mkdtemp(join(tmpdir(), "purser-test-"));
  const clock = fixedClock(testNow);
  const beginning = (options.isSetUp ?? true) ? setUp : firstStart;
  const { database, drop, raw } = await openTestDatabase(directory, beginning);
  const program = programOver(database, directory, clock, options);
  const { app } = program;
  const harbor = await openTenant(program, cast.harbor);
  const mill = await openTenant(program, cast.mill);
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

/** The two organizations of every test. */
const cast = {
  harbor: { name: "Harbor IT", host: "harbor.test" },
  mill: { name: "Mill IT", host: "mill.test" },
} as const;

type Member = (typeof cast)[keyof typeof cast];

/** What a test's database begins with. */
const setUp: Beginning = { name: "set_up", fill: (database) => makeOrganizations(database, true) };
const firstStart: Beginning = { name: "first_start", fill: (database) => makeOrganizations(database, false) };

async function makeOrganizations(database: Database, isSetUp: boolean): Promise<void> {
  const { app } = programOver(database, tmpdir(), fixedClock(testNow), {});
  for (const member of [cast.harbor, cast.mill]) {
    const { name, host } = member;
    const id = await provisionTenant(app, { name, domain: host, public_url: `http://${host}` });
    if (member === cast.harbor && !isSetUp) continue;
    const tenant = await app.database.read(id, (db) => loadTenant(app, db, id));
    await inUnit(systemContext(app, tenant), async (work) => {
      const row = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
      await update(work, organizations, row.id, { set_up_at: testNow });
    });
  }
}

/** One of the organizations that the database begins with. */
async function openTenant(program: Program, { name, host }: Member): Promise<TestTenant> {
  const { app } = program;
  const { domain_tenant_id: id } = await app.database.platform((db) =>
    db.selectFrom("tenant_domains").select("domain_tenant_id").where("domain", "=", host).executeTakeFirstOrThrow(),
  );
  const tenant = await app.database.read(id, (db) => loadTenant(app, db, id));
  const system = systemContext(app, tenant);
  const made = new Map<StandardRole, string>();
  const contextFor = async (userId: string): Promise<Ctx> => {
    const actor = await app.database.read(id, (db) => actorOf(db, userId, null, null));
    return contextOf(app, tenant, actor as Actor, { id: "test", ip: "127.0.0.1", user_agent: "test", origin: "" });
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
