import type { CompiledQuery } from "kysely";
import type { Db } from "./tables.ts";

/** Many rows in few statements, each of which is put together once. */

/** A row as it is written: its columns by their names. */
export type StoredRow = Record<string, unknown>;

const mostRows = 64;

/** In pieces of 64, 32, 16 …: few different statements, which therefore stay prepared. */
export function* inPowers(rows: readonly StoredRow[]): Generator<StoredRow[]> {
  for (let from = 0; from < rows.length;) {
    const count = Math.min(mostRows, 2 ** Math.floor(Math.log2(rows.length - from)));
    yield rows.slice(from, from + count);
    from += count;
  }
}

// Kysely cannot type a table that is only known when the program runs.
interface Loose {
  insertInto(table: string): { values(rows: readonly object[]): Conflicting };
}
interface Conflicting {
  onConflict(build: (oc: never) => unknown): Conflicting;
  returningAll(): Conflicting;
  compile(): CompiledQuery;
}
type OnConflict = {
  columns(names: readonly string[]): {
    doUpdateSet(set: (eb: { ref(name: string): unknown }) => Record<string, unknown>): unknown;
  };
};

const statements = new Map<string, CompiledQuery>();

/**
 * An insert of so many rows, put together once: that takes longer than running it. All rows have the same columns, `tenant_id`
 * among them.
 *
 * @param keys what tells rows apart, where a row that is there is written over; otherwise none
 * @param isAsked whether the rows are to come back as they stand
 */
export function insertOf(
  db: Db,
  table: string,
  rows: readonly StoredRow[],
  keys: readonly string[] = [],
  isAsked = false,
): CompiledQuery {
  const columns = Object.keys(rows[0] ?? {});
  const name = `${table} ${rows.length} ${isAsked} ${keys.join()} ${columns.join()}`;
  const parameters = rows.flatMap((row) => columns.map((column) => row[column]));
  let statement = statements.get(name);
  if (statement === undefined) {
    const insert = (db as unknown as Loose).insertInto(table).values(rows.map((row) => pick(row, columns)));
    const others = columns.filter((column) => column !== "tenant_id" && !keys.includes(column));
    const whole =
      keys.length === 0
        ? insert
        : insert.onConflict((oc) =>
            (oc as OnConflict)
              .columns(["tenant_id", ...keys])
              .doUpdateSet((eb) => Object.fromEntries(others.map((column) => [column, eb.ref(`excluded.${column}`)]))),
          );
    statement = (isAsked ? whole.returningAll() : whole).compile();
    statements.set(name, statement);
  }
  return { ...statement, parameters };
}

function pick(row: StoredRow, columns: readonly string[]): StoredRow {
  return Object.fromEntries(columns.map((column) => [column, row[column]]));
}
