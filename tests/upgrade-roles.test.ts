import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely, sql } from "kysely";
import { migrations } from "#generated/migrations.ts";
import { createProgram, type Program } from "../src/app.ts";
import { can } from "../src/platform/access/actor.ts";
import { actorOf } from "../src/platform/access/identify.ts";
import { fixedClock } from "../src/platform/clock.ts";
import { keyring } from "../src/platform/crypto/keyring.ts";
import { type Database, openPostgresDatabase, openSqliteDatabase } from "../src/platform/database/database.ts";
import { migratePostgres, migrateSqlite } from "../src/platform/database/migrator.ts";
import { openSqlite, sqliteDialect } from "../src/platform/database/sqlite.ts";
import { fileStore } from "../src/platform/files/store.ts";
import { newId } from "../src/platform/ids.ts";
import { refreshTenant } from "../src/platform/provision.ts";
import { testNow } from "./support/program.ts";

/** An organization from before there were portal roles, brought to this version. */

const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < "20261125T0800"));
const ids = { tenant: newId(), technician: newId(), administrator: newId(), finance: newId(), tess: newId() };
const portal = { company: newId(), contact: newId(), user: newId() };

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
  await migrateSqlite(path, before);
  const db = new Kysely<unknown>({ dialect: sqliteDialect(openSqlite(path)) });
  await fill(db);
  await db.destroy();
  await migrateSqlite(path, migrations);
  return { database: openSqliteDatabase(path), drop: async () => {} };
}

async function onPostgres(): Promise<{ database: Database; drop: () => Promise<void> }> {
  const { postgresDialect } = await import("../src/platform/database/postgres.ts");
  const support = await import("./support/postgres.ts");
  await support.ensureServingRole();
  const made = await support.createDatabaseFrom("template0");
  await migratePostgres(postgresDialect(made.url, 2).dialect, before, support.servingRole.user);
  const db = new Kysely<unknown>({ dialect: postgresDialect(made.url, 1).dialect });
  await fill(db);
  await db.destroy();
  await migratePostgres(postgresDialect(made.url, 2).dialect, migrations, support.servingRole.user);
  const { dialect, pool } = postgresDialect(support.postgresUrlOf(made.name, support.servingRole), 5);
  return { database: openPostgresDatabase(dialect, pool), drop: made.drop };
}

/** As the version before wrote it: technicians were offered `tickets.write`, and somebody has taken it away. */
async function fill(db: Kysely<unknown>): Promise<void> {
  const insert = async (table: string, row: Record<string, unknown>): Promise<void> => {
    const names = sql.join(Object.keys(row).map((name) => sql.ref(name)));
    await sql`insert into ${sql.table(table)} (${names}) values (${sql.join(Object.values(row))})`.execute(db);
  };
  const own = { tenant_id: ids.tenant };
  const record = (id: string): Record<string, unknown> => ({
    ...own,
    id,
    version: 1,
    created_at: testNow,
    updated_at: testNow,
  });
  await insert("tenants", { id: ids.tenant, name: "Harbor IT", created_at: testNow });
  await insert("organizations", { ...record(newId()), name: "Harbor IT", set_up_at: testNow });
  for (const permission of ["tickets.read", "tickets.write", "companies.read", "billing.read", "staff.manage"])
    await insert("offered_permissions", { ...own, permission });
  const roles = {
    administrator: ["staff.manage", "tickets.read"],
    technician: ["tickets.read"],
    finance: ["billing.read"],
  };
  for (const [key, permissions] of Object.entries(roles)) {
    const role_id = ids[key as keyof typeof roles];
    await insert("roles", { ...record(role_id), role_key: key, name: key });
    for (const permission of permissions) await insert("role_permissions", { ...own, role_id, permission });
  }
  const person = { name: "Tess", email: "tess@harbor.test", password_hash: "x" };
  await insert("users", { ...record(ids.tess), ...person, user_type: "staff" });
  await insert("user_roles", { ...own, user_id: ids.tess, role_id: ids.technician });
  await insert("companies", { ...record(portal.company), name: "Nordwind", name_key: "nordwind", currency: "EUR" });
  await insert("contacts", {
    ...record(portal.contact),
    company_id: portal.company,
    first_name: "Annika",
    is_portal_user: sql`true`,
  });
  await insert("users", {
    ...record(portal.user),
    user_type: "portal",
    name: "Annika",
    email: "annika@nordwind.test",
    password_hash: "x",
    contact_id: portal.contact,
  });
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

test("a second start changes nothing", async () => {
  const earlier = await grantsOf({ role_key: "technician" });
  await refreshTenant(program.app, ids.tenant);
  expect(await grantsOf({ role_key: "technician" })).toEqual(earlier);
});
