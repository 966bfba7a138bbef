import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Client } from "pg";
import type { Table } from "../src/platform/database/columns.ts";
import { statedTables } from "./support/all-tables.ts";
import { allRows, type EveryRow, insertOf, type Row, seedEveryTable } from "./support/every-row.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** Below the program: whoever holds the serving role's password and sends any SQL at all. */

let t: TestProgram;
let tables: Table[];
let rows: EveryRow;
let before: Map<string, Row[]>;
let client: Client;

beforeAll(async () => {
  t = await startTestProgram();
  tables = (await statedTables()).filter((table) => !table.isPlatform);
  rows = await seedEveryTable(t, tables);
  before = new Map();
  for (const table of tables) before.set(table.name, await allRows(t, table.name));
  client = new Client({ connectionString: t.raw.postgresUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await t.close();
});

/** One statement as a tenant, undone afterwards. Answers with the SQLSTATE when it fails. */
async function asTenant(
  tenantId: string | null,
  text: string,
  values: unknown[] = [],
): Promise<{ count: number; rows: Row[]; code: string }> {
  await client.query("begin");
  if (tenantId !== null) await client.query("select set_config('app.current_tenant', $1, true)", [tenantId]);
  try {
    const { rowCount, rows: found } = await client.query<Row>(text, values);
    return { count: rowCount ?? 0, rows: found, code: "" };
  } catch (error) {
    return { count: 0, rows: [], code: (error as { code: string }).code };
  } finally {
    await client.query("rollback");
  }
}

const notPermitted = "42501";
const foreignKey = "23503";

describe("the serving role, told that it works for another organization,", () => {
  test("sees that organization's rows in every table and none of ours", async () => {
    for (const { name } of tables) {
      const { rows: seen } = await asTenant(t.mill.id, `select tenant_id from ${name}`);
      expect({ name, seen }).toEqual({ name, seen: [{ tenant_id: t.mill.id }] });
      const { count } = await asTenant(t.mill.id, `select 1 from ${name} where tenant_id = $1`, [t.harbor.id]);
      expect({ name, count }).toEqual({ name, count: 0 });
    }
  });

  test("sees nothing at all when it says no tenant, an empty one, or one that does not exist", async () => {
    for (const { name } of tables) {
      for (const nobody of [null, "", Bun.randomUUIDv7()]) {
        const { count, code } = await asTenant(nobody, `select 1 from ${name}`);
        expect({ name, nobody, count, code }).toEqual({ name, nobody, count: 0, code: "" });
      }
    }
  });

  test("changes and deletes nothing of ours", async () => {
    for (const { name, columns } of tables) {
      const right = name === "audit_log" ? notPermitted : "";
      const column = Object.keys(columns).find((one) => one !== "tenant_id") ?? "tenant_id";
      const changed = await asTenant(t.mill.id, `update ${name} set ${column} = ${column} where tenant_id = $1`, [
        t.harbor.id,
      ]);
      expect({ name, ...changed }).toEqual({ name, count: 0, rows: [], code: right });
      const deleted = await asTenant(t.mill.id, `delete from ${name} where tenant_id = $1`, [t.harbor.id]);
      expect({ name, ...deleted }).toEqual({ name, count: 0, rows: [], code: right });
    }
  });

  test("adds nothing to ours, moves nothing there, and empties no table", async () => {
    for (const { name } of tables) {
      const added = await asTenant(t.mill.id, ...insertOf(name, { ...rows.mill.get(name), tenant_id: t.harbor.id }));
      const moved = await asTenant(t.mill.id, `update ${name} set tenant_id = $1`, [t.harbor.id]);
      const emptied = await asTenant(t.mill.id, `truncate ${name}`);
      expect({ name, codes: [added.code, moved.code, emptied.code] }).toEqual({
        name,
        codes: [notPermitted, notPermitted, notPermitted],
      });
    }
  });

  test("finds none of ours by ways around a plain select: locks, copies, merges, statistics, functions of its own", async () => {
    const ours = rows.harbor.get("users")?.["email"] as string;
    for (const { name } of tables) {
      const right = name === "audit_log" ? notPermitted : "";
      const locked = await asTenant(t.mill.id, `select 1 from ${name} where tenant_id = $1 for update`, [t.harbor.id]);
      expect({ name, ...locked }).toEqual({ name, count: 0, rows: [], code: right });
      const joined = await asTenant(
        t.mill.id,
        `select 1 from ${name} a full join ${name} b on true where b.tenant_id = $1`,
        [t.harbor.id],
      );
      expect({ name, ...joined }).toEqual({ name, count: 0, rows: [], code: "" });
      const { rows: statistics } = await asTenant(
        t.mill.id,
        `select 1 from pg_stats where schemaname = 'public' and tablename = $1`,
        [name],
      );
      expect({ name, statistics }).toEqual({ name, statistics: [] });
      if (name === "audit_log") continue;
      const merged = await asTenant(
        t.mill.id,
        `merge into ${name} a using (select $1::uuid as id) b on a.tenant_id = b.id when matched then delete`,
        [t.harbor.id],
      );
      expect({ name, ...merged }).toEqual({ name, count: 0, rows: [], code: "" });
    }
    // The planner may ask a function of one's own first, but never about a row that the policy has not let through.
    await client.query("begin");
    const heard: string[] = [];
    const listen = ({ message }: { message?: string | undefined }): void => void heard.push(message ?? "");
    client.on("notice", listen);
    try {
      await client.query("select set_config('app.current_tenant', $1, true)", [t.mill.id]);
      await client.query(
        `create function pg_temp.leak(text) returns boolean language plpgsql cost 0.0000001 as $$
           begin raise notice '%', $1; return true; end $$`,
      );
      await client.query("select 1 from users where pg_temp.leak(email)");
    } finally {
      await client.query("rollback");
      client.off("notice", listen);
    }
    expect(heard).toEqual([rows.mill.get("users")?.["email"] as string]);
    expect(heard).not.toContain(ours);
  });

  test("gets nothing of ours by the functions that run in the owner's name", async () => {
    const { entity_id: foreign, entity_type: kind, title } = rows.harbor.get("search_documents") ?? {};
    const word = /[a-z0-9]+/.exec(String(title).toLowerCase())?.[0] ?? "";
    for (const [text, values] of [
      ["select entity_id from found_documents($1)", [`${word}:*`]],
      ["select entity_id from newest_documents($1, $2, 100)", [`${word}:*`, kind]],
    ] as const) {
      const found = async (tenantId: string | null): Promise<unknown[]> =>
        (await asTenant(tenantId, text, [...values])).rows.map((row) => row["entity_id"]);
      expect(await found(t.harbor.id)).toContain(foreign);
      expect(await found(t.mill.id)).not.toContain(foreign);
      expect(await found(null)).toEqual([]);
    }
    for (const of of [t.harbor.id, t.mill.id]) {
      const { code } = await asTenant(t.mill.id, "select purge_tenant_rows('users', $1, 10)", [of]);
      expect({ of, code }).toEqual({ of, code: notPermitted });
    }
  });

  test("adds nothing when it says no tenant or an empty one", async () => {
    for (const { name } of tables)
      for (const nobody of [null, ""]) {
        const { code } = await asTenant(nobody, ...insertOf(name, rows.harbor.get(name) ?? {}));
        expect({ name, nobody, code }).toEqual({ name, nobody, code: notPermitted });
      }
  });

  test("cannot refer to any row of ours", async () => {
    for (const { name, columns } of tables) {
      for (const [column, { references: target }] of Object.entries(columns)) {
        const ours = target === null ? undefined : rows.harbor.get(target)?.["id"];
        if (ours === undefined || name === "audit_log") continue;
        const { code } = await asTenant(t.mill.id, `update ${name} set ${column} = $1`, [ours]);
        expect({ reference: `${name}.${column}`, code }).toEqual({ reference: `${name}.${column}`, code: foreignKey });
      }
    }
    const entry = { ...rows.mill.get("audit_log"), id: Bun.randomUUIDv7(), user_id: rows.harbor.get("users")?.["id"] };
    expect((await asTenant(t.mill.id, ...insertOf("audit_log", entry))).code).toBe(foreignKey);
  });

  test("cannot turn the guard off", async () => {
    const attempts = [
      "set row_security = off; select * from users",
      "alter table users disable row level security",
      "drop policy tenant_isolation on users",
      "set role postgres",
      "set session_replication_role = replica",
      "create table mine (x int)",
      "alter table users no force row level security",
      "create policy mine on users using (true)",
      "alter table users owner to purser_serving",
      "create function mine() returns int language sql as 'select 1'",
      "create view mine as select * from users",
      "set session authorization postgres",
      "select setval('search_documents_document_number_seq', 1)",
      "copy users to program 'true'",
      "select pg_read_file('PG_VERSION')",
    ];
    for (const attempt of attempts)
      expect({ attempt, code: (await asTenant(t.mill.id, attempt)).code }).toEqual({ attempt, code: notPermitted });
  });

  test("leaves everything as it was", async () => {
    for (const { name } of tables)
      expect({ name, rows: await allRows(t, name) }).toEqual({ name, rows: before.get(name) ?? [] });
  });
});
