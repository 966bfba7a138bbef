import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely } from "kysely";
import { schemaOf } from "./ddl.ts";
import { migrateSqlite, type Migration } from "./migrator.ts";
import { openSqlite, sqliteDialect } from "./sqlite.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "purser-ddl-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const tenant = "0193c2f4-5a6b-7c8d-9e0f-112233445566";
const first: Migration = {
  up: async (schema) => {
    await schema.run("create table tenants (id text primary key not null) strict");
    await schema.createTables({
      boats: { isRecord: true, columns: { name: "text" }, indexes: [["name"]], unique: [["name"]] },
      sailors: { isRecord: true, columns: { name: "text", boat_id: "uuid -> boats" } },
    });
    await schema.run(`insert into tenants values ('${tenant}')`);
    const stamps = "1, '2026-11-21T09:00:00.000Z', '2026-11-21T09:00:00.000Z'";
    await schema.run(`insert into boats values ('boat', '${tenant}', 'Gull', ${stamps})`);
    await schema.run(`insert into sailors values ('ada', '${tenant}', 'Ada', 'boat', ${stamps})`);
    await schema.run("create trigger boats_named after update on boats begin select 1; end");
  },
};
const second: Migration = {
  up: async (schema) => {
    await schema.addColumns("boats", { captain_id: "uuid? -> sailors", is_afloat: "boolean = true" });
  },
};

test("a table that is there gets columns with references, and keeps its rows, keys, indexes, triggers and children", async () => {
  const path = join(directory, "grown.sqlite");
  await migrateSqlite(path, { a: first });
  await migrateSqlite(path, { a: first, b: second });
  const database = openSqlite(path);
  expect(database.query("select name, captain_id, is_afloat from boats").all()).toEqual([
    { name: "Gull", captain_id: null, is_afloat: 1 },
  ]);
  expect(database.query("select boat_id from sailors").all()).toEqual([{ boat_id: "boat" }]);
  const parts = database
    .query("select type, name from sqlite_schema where tbl_name = 'boats' and sql is not null order by type")
    .all();
  expect(parts).toEqual([
    { type: "index", name: "boats_name" },
    { type: "table", name: "boats" },
    { type: "trigger", name: "boats_named" },
  ]);
  expect(() => database.run("update boats set captain_id = 'nobody'")).toThrow("FOREIGN KEY");
  expect(() => database.run("delete from sailors; delete from boats")).not.toThrow();
  expect(() =>
    database.run(`insert into sailors values ('bo', '${tenant}', 'Bo', 'gone', 1, '2026-11-21', '2026-11-21')`),
  ).toThrow("FOREIGN KEY");
  database.close();
});

test("a reference that is broken already stops the migration, and nothing of it stays", async () => {
  const path = join(directory, "broken.sqlite");
  const broken: Migration = {
    up: async (schema) => {
      await schema.addColumns("boats", { captain_id: "uuid?" });
      await schema.run("update boats set captain_id = 'nobody'");
      await schema.addReferences([["boats", "captain_id", "sailors"]]);
    },
  };
  await migrateSqlite(path, { a: first });
  await expect(migrateSqlite(path, { a: first, b: broken })).rejects.toThrow("broken references");
  await migrateSqlite(path, { a: first });
  const database = openSqlite(path);
  expect(database.query("select * from pragma_table_info('boats') where name = 'captain_id'").all()).toEqual([]);
  database.close();
});

test("a table that is not there is named", async () => {
  const db = new Kysely<unknown>({ dialect: sqliteDialect(openSqlite(":memory:")) });
  await expect(schemaOf(db, "sqlite", null).addReferences([["ships", "boat_id", "boats"]])).rejects.toThrow(
    "there is no table ships",
  );
  await db.destroy();
});
