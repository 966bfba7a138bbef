import { type CompiledQuery, sql } from "kysely";
import type { Work } from "../platform/context.ts";
import type { NewRow, Table } from "../platform/database/columns.ts";
import { searchDocuments, storedDocument } from "../platform/database/search.ts";

// Kysely cannot type a table that is only known when the program runs; `writeRows` is typed by its own signature.
interface Loose {
  insertInto(table: string): { values(rows: readonly object[]): { compile(): CompiledQuery } };
  executeQuery(query: CompiledQuery): Promise<unknown>;
}

/**
 * A million rows enter a dozen indexes at places all over them: with the memory that a server needs for its pages, SQLite
 * writes most of those to the file and fetches them again. Kilobytes, and held by this connection alone.
 */
const pagesInMemory = 256 * 1024;

/**
 * Runs `run` while the tables have no indexes but those that keep keys apart, and makes the others again at its end: sorted once, an
 * index costs less than row by row. In the same transaction, so that nobody ever misses one. SQLite only: on PostgreSQL they
 * belong to the role that makes the schema.
 */
export async function withoutIndexes<T>(work: Work, run: () => Promise<T>): Promise<T> {
  if (work.app.database.dialect !== "sqlite") return run();
  const { rows } = await sql<{ name: string; sql: string }>`select name, sql from sqlite_master
    where type = 'index' and sql like 'create index %'`.execute(work.db);
  for (const { name } of rows) await sql`drop index ${sql.id(name)}`.execute(work.db);
  const result = await run();
  for (const index of rows) await sql.raw(index.sql).execute(work.db);
  return result;
}

/** Writes many rows at once. */
export interface Bulk {
  /** How many rows have been written. */
  readonly count: number;
  rows<T extends Table>(table: T, rows: readonly NewRow<T>[]): Promise<void>;
  /** What search finds rows by. `words` overrides what the table's facet says of a row. */
  documents(
    table: Table,
    rows: readonly Record<string, unknown>[],
    words?: (row: Record<string, unknown>) => Words,
  ): Promise<void>;
}

export interface Words {
  title: string;
  body: string;
}

/** The engine lets garbage grow with the machine's memory; a command that writes a million rows must not need gigabytes. */
const collectedEvery = 60_000;

/** Below what either database takes in one statement (SQLite 32,766). */
const mostParameters = 30_000;
const mostRows = 400;

/**
 * Many-row inserts in the caller's unit of work. A statement is built once for each table and number of rows and then run
 * with other values, because building it takes longer than running it. No audit entry is written for a row.
 */
export async function bulkInto(work: Work): Promise<Bulk> {
  if (work.app.database.dialect === "sqlite")
    await sql`pragma cache_size = ${sql.lit(-pagesInMemory)}`.execute(work.db);
  const db = work.db as unknown as Loose;
  const statements = new Map<string, CompiledQuery>();
  const written = new Map<string, number>();
  let count = 0;
  let collected = 0;

  /**
   * PostgreSQL keeps the plan of the look that a reference takes at its table, and made it while that was empty: all rows
   * of the tenant, one after the other, for each reference. Nobody tells it how the table grows, for that is done by
   * `analyze`, which waits for the end of the transaction. So plans are forgotten whenever a table has doubled.
   */
  const planAgain = async (table: string, rows: number): Promise<void> => {
    const before = written.get(table) ?? 0;
    written.set(table, before + rows);
    const hasDoubled = Math.clz32(before) !== Math.clz32(before + rows);
    if (hasDoubled && work.app.database.dialect === "postgres") await sql`discard plans`.execute(work.db);
  };

  const insertOf = (table: Table, rows: number): CompiledQuery => {
    const key = `${table.name} ${rows}`;
    const known = statements.get(key);
    if (known !== undefined) return known;
    const row = Object.fromEntries(Object.keys(table.columns).map((name) => [name, ""]));
    const made = db
      .insertInto(table.name)
      .values(Array.from({ length: rows }, () => ("tenant_id" in row ? { ...row, tenant_id: work.tenant.id } : row)))
      .compile();
    statements.set(key, made);
    return made;
  };

  const writeRows = async (table: Table, rows: readonly object[]): Promise<void> => {
    const columns = Object.entries(table.columns);
    const perStatement = Math.min(mostRows, Math.floor(mostParameters / columns.length));
    for (let from = 0; from < rows.length; from += perStatement) {
      const some = rows.slice(from, from + perStatement) as readonly Record<string, unknown>[];
      const parameters: unknown[] = [];
      for (const row of some)
        for (const [name, column] of columns)
          parameters.push(name === "tenant_id" ? work.tenant.id : (row[name] ?? column.defaultValue));
      await db.executeQuery({ ...insertOf(table, some.length), parameters });
      const { length } = some;
      await planAgain(table.name, length);
      count += length;
      collected += length;
      if (collected < collectedEvery) continue;
      collected = 0;
      Bun.gc(true);
    }
  };

  return {
    get count() {
      return count;
    },
    rows: writeRows,
    documents: async (table, rows, words) => {
      const facet = work.app.registry.search.get(table.name);
      const wordsOf = words ?? facet?.document;
      if (facet === undefined || wordsOf === undefined) return;
      await writeRows(
        searchDocuments,
        rows.map((row) => {
          const { title, body } = wordsOf(row);
          return {
            entity_type: table.name,
            entity_id: String(row["id"]),
            ...storedDocument(title, body),
          };
        }),
      );
    },
  };
}

/** An id that sorts by the time its row was made, in milliseconds. */
export function idAt(milliseconds: number): string {
  return Bun.randomUUIDv7("hex", milliseconds);
}
