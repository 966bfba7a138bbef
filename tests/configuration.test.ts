import { AsyncLocalStorage } from "node:async_hooks";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { inUnit, reading } from "../src/platform/context.ts";
import { type Database, openPostgresDatabase, openSqliteDatabase } from "../src/platform/database/database.ts";
import { postgresDialect } from "../src/platform/database/postgres.ts";
import type { TableName } from "../src/platform/database/tables.ts";
import { statedTables } from "./support/all-tables.ts";
import { makeEverything } from "./support/everything.ts";
import { startTestProgram, type TestProgram, type TestTenant } from "./support/program.ts";

/** What is kept in memory of an organization's configuration, and that nobody ever sees an older state of it (decision 0033). */

let t: TestProgram;
/** Another process on the same database. */
let elsewhere: Database;

beforeAll(async () => {
  t = await startTestProgram();
  await makeEverything(t);
  elsewhere =
    t.raw.sqlitePath === ""
      ? openPostgresDatabase(postgresDialect(t.raw.postgresUrl, 2).dialect)
      : openSqliteDatabase(t.raw.sqlitePath);
});

afterAll(async () => {
  await elsewhere.close();
  await t.close();
});

const versionOf = (tenant: TestTenant): Promise<number> =>
  elsewhere.platform(async (db) => {
    const row = await db
      .selectFrom("tenants")
      .select("configuration_version")
      .where("id", "=", tenant.id)
      .executeTakeFirstOrThrow();
    return row.configuration_version;
  });

const isMarked = await statedTables().then((all) =>
  all.filter((table) => table.isConfiguration).map(({ name }) => name),
);

describe("every change of a table that counts as configuration raises the organization's version:", () => {
  test.each(isMarked)("%s", async (name) => {
    const table = name as TableName;
    const owner = name === "tenants" ? sql.ref("id") : sql.ref("tenant_id");
    const before = { harbor: await versionOf(t.harbor), mill: await versionOf(t.mill) };
    const undo = new Error("undo");
    let rows = 0n;
    const versions = await new Promise<number[]>((resolve, reject) => {
      elsewhere
        .write(t.harbor.id, async (db) => {
          const seen: number[] = [];
          const look = async (): Promise<void> => {
            const { rows } = await sql<{ version: number }>`
              select configuration_version as version from tenants where id = ${t.harbor.id}`.execute(db);
            seen.push(rows[0]?.version ?? 0);
          };
          await look();
          const { numAffectedRows } =
            await sql`update ${sql.table(table)} set ${owner} = ${owner} where ${owner} = ${t.harbor.id}`.execute(db);
          rows = numAffectedRows ?? 0n;
          await look();
          resolve(seen);
          throw undo;
        })
        .catch((error: unknown) => (error === undo ? undefined : reject(error as Error)));
    });
    // Of some there is nothing yet; that they have their triggers is asked below.
    expect((versions[1] ?? 0) > (versions[0] ?? 0)).toBe(rows > 0n);
    // Taken back with the change itself, and nobody else's meanwhile.
    expect({ harbor: await versionOf(t.harbor), mill: await versionOf(t.mill) }).toEqual(before);
  });

  test("rows that come and go raise it too, for the one it belongs to", async () => {
    const mill = await versionOf(t.mill);
    let last = await versionOf(t.harbor);
    const isHigher = async (): Promise<boolean> => {
      const before = last;
      last = await versionOf(t.harbor);
      return last > before;
    };
    const key = await t.harbor.key("administrator");
    const attributes = { name: "Short lived" };
    const made = await t.api("POST", "/api/v1/teams", { key, body: { data: { type: "teams", attributes } } });
    expect(made.status).toBe(201);
    expect(await isHigher()).toBe(true);
    expect((await t.api("DELETE", `/api/v1/teams/${made.body.data.id}`, { key })).status).toBe(204);
    expect(await isHigher()).toBe(true);
    expect(await versionOf(t.mill)).toBe(mill);
  });

  test("each of them has a trigger for rows that come, change and go", async () => {
    const found = await elsewhere.platform(async (db) => {
      const { rows } =
        elsewhere.dialect === "sqlite"
          ? await sql<{ name: string; events: number }>`
              select tbl_name as name, count(*) as events from sqlite_schema
              where type = 'trigger' and name like '%\\_configuration\\_%' escape '\\' group by tbl_name`.execute(db)
          : await sql<{ name: string; events: number }>`
              select c.relname as name, length(replace((tgtype::int & 28)::bit(5)::text, '0', '')) as events
              from pg_trigger join pg_class c on c.oid = tgrelid
              where tgname like '%\\_configuration' and not tgisinternal`.execute(db);
      return Object.fromEntries(rows.map(({ name, events }) => [name, events]));
    });
    // Of the organization itself there is always the one row.
    expect(found).toEqual(Object.fromEntries(isMarked.map((name) => [name, name === "tenants" ? 1 : 3])));
  });
});

describe("what another process has changed is seen by the next request:", () => {
  test("a permission that was taken away", async () => {
    const key = await t.harbor.key("technician");
    const ask = async (): Promise<number> => (await t.api("GET", "/api/v1/tickets", { key })).status;
    expect(await ask()).toBe(200);
    await elsewhere.write(t.harbor.id, (db) =>
      db
        .deleteFrom("role_permissions")
        .where("permission", "=", "tickets.read")
        .where("role_id", "in", (eb) => eb.selectFrom("roles").select("id").where("role_key", "=", "technician"))
        .execute(),
    );
    expect(await ask()).toBe(403);
  });

  test("a name", async () => {
    const key = await t.harbor.key("administrator");
    const names = async (): Promise<string[]> =>
      (await t.api("GET", "/api/v1/ticket-queues", { key })).body.data.map(
        (one: { attributes: { name: string } }) => one.attributes.name,
      );
    const [first = ""] = await names();
    await elsewhere.write(t.harbor.id, (db) =>
      db.updateTable("ticket_queues").set({ name: "Night watch" }).where("name", "=", first).execute(),
    );
    expect(await names()).toContain("Night watch");
    expect(await names()).not.toContain(first);
  });

  test("that the organization is suspended", async () => {
    const key = await t.mill.key("administrator");
    const ask = async (): Promise<number> => (await t.api("GET", "/api/v1/teams", { key, tenant: t.mill })).status;
    expect(await ask()).toBe(200);
    const suspend = (at: string | null): Promise<unknown> =>
      elsewhere.platform((db) =>
        db.updateTable("tenants").set({ suspended_at: at }).where("id", "=", t.mill.id).execute(),
      );
    await suspend(t.clock.now());
    expect(await ask()).toBe(503);
    await suspend(null);
    expect(await ask()).toBe(200);
  });
});

const queueNames = (db: Parameters<Parameters<Database["read"]>[1]>[0]): Promise<string[]> =>
  db
    .selectFrom("ticket_queues")
    .select("name")
    .orderBy("name")
    .execute()
    .then((rows) => rows.map(({ name }) => name));

test("a unit of work sees what it has changed itself, and nobody else does before its commit", async () => {
  const outside = AsyncLocalStorage.snapshot();
  const before = await reading(t.harbor.system, ({ db }) => queueNames(db));
  await inUnit(t.harbor.system, async ({ db }) => {
    expect(await queueNames(db)).toEqual(before);
    await db
      .updateTable("ticket_queues")
      .set({ name: "Half done" })
      .where("name", "=", before[0] ?? "")
      .execute();
    expect(await queueNames(db)).toContain("Half done");
    expect(await outside(() => elsewhere.read(t.harbor.id, queueNames))).toEqual(before);
  });
  expect(await reading(t.harbor.system, ({ db }) => queueNames(db))).toContain("Half done");
});

test("what a unit has changed and taken back was never there for others", async () => {
  const before = await reading(t.harbor.system, ({ db }) => queueNames(db));
  await inUnit(t.harbor.system, async ({ db }) => {
    await db.updateTable("ticket_queues").set({ name: "Never" }).execute();
    expect(new Set(await queueNames(db))).toEqual(new Set(["Never"]));
    throw new Error("undo");
  }).catch(() => {});
  expect(await reading(t.harbor.system, ({ db }) => queueNames(db))).toEqual(before);
});

test("nobody can change a row that was read, which others may have got too; the list of them is their own", async () => {
  await reading(t.harbor.system, async ({ db }) => {
    const query = db.selectFrom("organizations").select(["name", "address"]);
    const rows = await query.execute();
    const [row] = rows;
    if (row === undefined) throw new Error("there is no organization");
    expect(() => (row.name = "Somebody else")).toThrow(TypeError);
    expect(() => Object.assign(row.address, { city: "Elsewhere" })).toThrow(TypeError);
    rows.length = 0;
    expect(await query.execute()).toEqual([row]);
  });
});
