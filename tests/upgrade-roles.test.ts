import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely } from "kysely";
import { migrations } from "#generated/migrations.ts";
import { createProgram, type Program } from "../src/app.ts";
import { can } from "../src/platform/access/actor.ts";
import { actorOf } from "../src/platform/access/identify.ts";
import { fixedClock } from "./support/clock.ts";
import { reading, systemContext } from "../src/platform/context.ts";
import { keyring } from "../src/platform/crypto/keyring.ts";
import { type Database, openPostgresDatabase, openSqliteDatabase } from "../src/platform/database/database.ts";
import { migratePostgres, migrateSqlite } from "../src/platform/database/migrator.ts";
import { openSqlite, sqliteDialect } from "../src/platform/database/sqlite.ts";
import { searchKinds } from "../src/platform/database/search.ts";
import { fileStore } from "../src/platform/files/store.ts";
import { refreshTenant } from "../src/platform/provision.ts";
import { loadTenant } from "../src/platform/tenants.ts";
import { fillOlder, olderIds as ids, olderMigrations, olderPortal as portal } from "./support/older.ts";
import { testNow } from "./support/program.ts";

/** An organization from before there were portal roles, brought to this version. */

let program: Program;
let database: Database;
let cleanUp: () => Promise<void> = async () => {};

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), "purser-upgrade-"));
  const keys = keyring(new Uint8Array(32).fill(7));
  const opened = MULTI_TENANT ? await onPostgres() : await onSqlite(join(directory, "purser.sqlite"));
  ({ database } = opened);
  cleanUp = async () => {
    await database.close();
    await opened.drop();
    await rm(directory, { recursive: true, force: true });
  };
  program = createProgram({
    edition: MULTI_TENANT ? "multi" : "single",
    clock: fixedClock(testNow),
    database,
    keyring: keys,
    files: fileStore(join(directory, "files"), keys),
    options: {
      publicUrl: "http://localhost",
      stripeApiBase: null,
      dataDir: directory,
      adminUrl: "http://admin.test",
      resolveTxt: async () => [],
      requestsPerMinute: { key: null, tenant: null },
      allowedNetworks: [],
      isStrict: true,
    },
  });
  await refreshTenant(program.app, ids.tenant);
});
afterAll(() => cleanUp());

async function onSqlite(path: string): Promise<{ database: Database; drop: () => Promise<void> }> {
  await migrateSqlite(path, olderMigrations);
  const db = new Kysely<unknown>({ dialect: sqliteDialect(openSqlite(path)) });
  await fillOlder(db);
  await db.destroy();
  await migrateSqlite(path, migrations);
  return { database: openSqliteDatabase(path), drop: async () => {} };
}

async function onPostgres(): Promise<{ database: Database; drop: () => Promise<void> }> {
  const { postgresDialect } = await import("../src/platform/database/postgres.ts");
  const support = await import("./support/postgres.ts");
  await support.ensureServingRole();
  const made = await support.createDatabaseFrom("template0");
  await migratePostgres(postgresDialect(made.url, 2).dialect, olderMigrations, support.servingRole.user);
  const db = new Kysely<unknown>({ dialect: postgresDialect(made.url, 1).dialect });
  await fillOlder(db);
  await db.destroy();
  await migratePostgres(postgresDialect(made.url, 2).dialect, migrations, support.servingRole.user);
  const { dialect, pool } = postgresDialect(support.postgresUrlOf(made.name, support.servingRole), 5);
  return { database: openPostgresDatabase(dialect, pool), drop: made.drop };
}

const grantsOf = async (where: { role_key?: string; name?: string }): Promise<string[]> => {
  const rows = await database.read(ids.tenant, (db) =>
    db
      .selectFrom("role_permissions")
      .innerJoin("roles", "roles.id", "role_permissions.role_id")
      .select(["permission", "roles.role_key", "roles.name"])
      .execute(),
  );
  return rows
    .filter((row) => (where.role_key === undefined ? row.name === where.name : row.role_key === where.role_key))
    .map((row) => row.permission)
    .toSorted();
};

test("what was taken away from a role stays away, and what is new comes", async () => {
  const { technician } = program.app.registry.grants;
  const granted = await grantsOf({ role_key: "technician" });
  expect(granted).not.toContain("tickets.write");
  expect(granted).not.toContain("companies.read");
  expect(granted).toEqual(
    [...technician].filter((one) => !["tickets.write", "companies.read", "billing.read"].includes(one)).toSorted(),
  );
});

test("roles that are new come with all that is theirs", async () => {
  for (const key of ["manager", "dispatcher", "sales", "client_admin", "client_user"] as const)
    expect(await grantsOf({ role_key: key })).toEqual([...program.app.registry.grants[key]].toSorted());
});

test("the people of clients see what they saw: their company's tickets and invoices, and manage nobody", async () => {
  expect(await grantsOf({ name: "Client colleague" })).toEqual(["portal.invoices", "portal.tickets.company"]);
  const actor = await database.read(ids.tenant, (db) => actorOf(db, portal.user, null, null));
  if (actor === null) throw new Error("Annika comes in");
  const asked = ["portal.tickets.company", "portal.invoices", "portal.contacts.manage"];
  expect(asked.map((permission) => can(actor, permission))).toEqual([true, true, false]);
});

test("sites that were there before they could be searched are found by their words", async () => {
  const tenant = await database.read(ids.tenant, (db) => loadTenant(program.app, db, ids.tenant));
  const found = await reading(systemContext(program.app, tenant), (reader) =>
    searchKinds(reader, ["sites"], "lager kiel", 5),
  );
  expect(found.get("sites")).toHaveLength(1);
});

test("a second start changes nothing", async () => {
  const earlier = await grantsOf({ role_key: "technician" });
  await refreshTenant(program.app, ids.tenant);
  expect(await grantsOf({ role_key: "technician" })).toEqual(earlier);
});
