/** One row of every table for each of the two organizations, written below the program. */
import { Database as Sqlite } from "bun:sqlite";
import type { Column, Table } from "../../src/platform/database/columns.ts";
import type { TestProgram } from "./program.ts";

export type Row = Record<string, unknown>;

/** The seeded rows by table name. */
export type EveryRow = Record<"harbor" | "mill", Map<string, Row>>;

/**
 * Empties all of both tenants' tables and puts one row into each, whose references point to the tenant's own other rows.
 * The program itself cannot be used afterwards: its people are gone.
 */
export async function seedEveryTable(t: TestProgram, tables: readonly Table[]): Promise<EveryRow> {
  const own = tables.filter((table) => !table.isPlatform);
  const ids = { harbor: idsFor(own), mill: idsFor(own) };
  const rowsOf = (name: "harbor" | "mill"): Map<string, Row> =>
    new Map(own.map((table) => [table.name, rowOf(table, t[name].id, ids[name])]));
  const rows: EveryRow = { harbor: rowsOf("harbor"), mill: rowsOf("mill") };
  const statements = [
    ...own.map((table): [string, unknown[]] => [`delete from ${table.name}`, []]),
    ...[rows.harbor, rows.mill].flatMap((all) => [...all].map(([name, row]) => insertOf(name, row))),
  ];
  await asOwner(t, statements);
  return rows;
}

/** All rows of a table, as the database holds them, whatever tenant they belong to. */
export async function allRows(t: TestProgram, table: string): Promise<Row[]> {
  if (t.raw.sqlitePath !== "") {
    const db = new Sqlite(t.raw.sqlitePath, { readonly: true });
    const rows = db.query(`select * from ${table} order by tenant_id`).all() as Row[];
    db.close();
    return rows;
  }
  const { Client } = await import("pg");
  const client = new Client({ connectionString: t.raw.ownerUrl });
  await client.connect();
  const { rows } = await client.query<Row>(`select * from ${table} order by tenant_id`);
  await client.end();
  return rows;
}

/** References may go round in a circle, so they are checked when all rows are there. */
async function asOwner(t: TestProgram, statements: [string, unknown[]][]): Promise<void> {
  if (t.raw.sqlitePath !== "") {
    const db = new Sqlite(t.raw.sqlitePath);
    db.run("pragma foreign_keys = off");
    db.transaction(() => {
      for (const [text, values] of statements)
        db.query(text.replaceAll(/\$\d+/g, "?")).run(
          ...values.map((value) => (typeof value === "boolean" ? Number(value) : (value as string | number))),
        );
    })();
    const broken = db.query("pragma foreign_key_check").all();
    db.close();
    if (broken.length > 0) throw new Error(`the seed has broken references: ${JSON.stringify(broken)}`);
    return;
  }
  const { Client } = await import("pg");
  const client = new Client({ connectionString: t.raw.ownerUrl });
  await client.connect();
  await client.query("set session_replication_role = replica");
  for (const [text, values] of statements) await client.query(text, values);
  await client.end();
}

function idsFor(tables: readonly Table[]): Map<string, string> {
  return new Map(tables.map((table) => [table.name, Bun.randomUUIDv7()]));
}

function rowOf(table: Table, tenantId: string, ids: Map<string, string>): Row {
  const row: Row = {};
  for (const [name, column] of Object.entries(table.columns)) {
    if (name === "tenant_id") row[name] = tenantId;
    else if (name === "id") row[name] = ids.get(table.name);
    else if (column.references !== null) row[name] = ids.get(column.references) ?? null;
    else row[name] = valueOf(column, `${table.name} ${name} of ${tenantId}`);
  }
  return row;
}

function valueOf(column: Column, text: string): unknown {
  // Times are written in it, and there are none in a zone that is none.
  if (column.format === "timezone") return "UTC";
  const values: Partial<Record<Column["kind"], unknown>> = {
    id: Bun.randomUUIDv7(),
    enum: column.values[0],
    integer: 1,
    boolean: true,
    instant: "2026-11-21T09:00:00.000Z",
    date: "2026-11-21",
    time: "09:00",
    decimal: "1.5",
    money: 100,
    json: "{}",
  };
  return values[column.kind] ?? text;
}

/** An insert with numbered parameters, as PostgreSQL wants them. */
export function insertOf(table: string, row: Row): [string, unknown[]] {
  const names = Object.keys(row);
  return [
    `insert into ${table} (${names.join(", ")}) values (${names.map((_, index) => `$${index + 1}`).join(", ")})`,
    Object.values(row),
  ];
}
