import { Database } from "bun:sqlite";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { Client, type types } from "pg";
import type { Installation } from "../installation.ts";

/** A row as the database has it; texts for anything but numbers, JSON as text. */
export type Row = Record<string, string | number | null>;

/** The rows of an installation as they lie there, past the program. */
export interface Rows {
  isSqlite: boolean;
  all(sql: string): Promise<Row[]>;
  /** The number that a query answers with. */
  number(sql: string): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens them. A SQLite file is copied first, with its write-ahead log: the look must not recover what the program has to
 * recover itself.
 */
export async function openRows(one: Pick<Installation, "dataDir" | "ownerUrl">): Promise<Rows> {
  return MULTI_TENANT ? openPostgres(one.ownerUrl) : openSqliteCopy(join(one.dataDir, "purser.sqlite"));
}

function numberOf(row: Row | undefined): number {
  return Number(Object.values(row ?? {})[0] ?? 0);
}

function openSqliteCopy(path: string): Rows {
  const folder = mkdtempSync(resolve("tmp/data/look-"));
  for (const end of ["", "-wal"]) if (existsSync(path + end)) copyFileSync(path + end, join(folder, `copy${end}`));
  const database = new Database(join(folder, "copy"));
  const all: Rows["all"] = async (sql) => database.query<Row, []>(sql).all();
  return {
    isSqlite: true,
    all,
    number: async (sql) => numberOf((await all(sql))[0]),
    close: async () => {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function openPostgres(url: string): Promise<Rows> {
  const client = new Client({
    connectionString: url,
    types: { getTypeParser: (oid: number) => ([20, 21, 23, 1700].includes(oid) ? Number : String) } as typeof types,
  });
  // The server may be taken away under it.
  client.on("error", () => undefined);
  await client.connect();
  const all: Rows["all"] = async (sql) => (await client.query<Row>(sql)).rows;
  return { isSqlite: false, all, number: async (sql) => numberOf((await all(sql))[0]), close: () => client.end() };
}
