import { Database as Sqlite, type SQLQueryBindings } from "bun:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { storedKind } from "./columns.ts";

/** Opens a SQLite file the way Purser wants it: WAL, foreign keys on, waiting for a lock instead of failing. */
export function openSqlite(path: string, options: { readonly?: boolean } = {}): Sqlite {
  const database = options.readonly ? new Sqlite(path, { readonly: true }) : new Sqlite(path, { create: true });
  database.run("pragma busy_timeout = 10000");
  if (!options.readonly) database.run("pragma journal_mode = wal");
  database.run("pragma synchronous = normal");
  database.run("pragma foreign_keys = on");
  database.run("pragma cache_size = -32000");
  return database;
}

/** Kysely over one SQLite connection; queries take turns, a transaction holds the connection until it ends. */
export function sqliteDialect(database: Sqlite): Dialect {
  return {
    createDriver: (): Driver => new SqliteDriver(database),
    createQueryCompiler: (): QueryCompiler => new SqliteQueryCompiler(),
    createAdapter: () => new TransactionalSqliteAdapter(),
    createIntrospector: (db: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(db),
  };
}

/** Kysely's own adapter denies that SQLite can undo schema changes; it can, and the migrator relies on it. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection;
  #tail: Promise<void> = Promise.resolve();
  #release: (() => void) | null = null;

  constructor(private readonly database: Sqlite) {
    this.#connection = new SqliteConnection(database);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = promise;
    await before;
    this.#release = resolve;
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    const release = this.#release;
    this.#release = null;
    release?.();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A full disk may already have rolled the transaction back.
    if (this.database.inTransaction) await connection.executeQuery(CompiledQuery.raw("rollback"));
  }

  async destroy(): Promise<void> {
    this.database.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  constructor(private readonly database: Sqlite) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.database.query(query.sql);
    const parameters = query.parameters.map(encode);
    if (statement.columnNames.length > 0) {
      const rows = statement.all(...parameters) as Record<string, unknown>[];
      for (const row of rows) decode(row);
      return { rows: rows as R[] };
    }
    const { changes, lastInsertRowid } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  // oxlint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("SQLite answers at once; page through the rows instead");
  }
}

function encode(value: unknown): SQLQueryBindings {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === undefined) throw new Error("a query parameter is undefined");
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) return JSON.stringify(value);
  return value as SQLQueryBindings;
}

/** Booleans and JSON come back as numbers and texts; the column's name tells which is which. */
function decode(row: Record<string, unknown>): void {
  for (const key in row) {
    const value = row[key];
    if (value === null) continue;
    const kind = storedKind(key);
    if (kind === "boolean") row[key] = value === 1;
    else if (kind === "json" && typeof value === "string") row[key] = JSON.parse(value);
  }
}
