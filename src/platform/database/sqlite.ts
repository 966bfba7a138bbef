import { Database as Sqlite, type SQLQueryBindings, type Statement } from "bun:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  type LimitNode,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { breath } from "./breath.ts";
import { type ColumnKind, storedKind } from "./columns.ts";
import { UnitFailed } from "./failures.ts";
import { limitInText } from "./limits.ts";

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

/**
 * Kysely over one SQLite connection. Whoever has it holds it, as a transaction does until it ends; unless it `isShared`, as one
 * that only reads can be.
 */
export function sqliteDialect(database: Sqlite, { isShared = false } = {}): Dialect {
  return {
    createDriver: (): Driver => new SqliteDriver(database, isShared),
    createQueryCompiler: (): QueryCompiler => new SteadyQueryCompiler(),
    createAdapter: () => new TransactionalSqliteAdapter(),
    createIntrospector: (db: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(db),
  };
}

/**
 * Writes statements that stay prepared. SQLite looks at the value of a bare `?` while it plans (whether a column is equal to
 * something rare, how many rows are wanted), and so plans anew whenever another value is bound, which takes longer than most
 * statements run. Behind a plus, which changes nothing, it does not look (decision 0043).
 */
class SteadyQueryCompiler extends SqliteQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return "+?";
  }

  protected override visitLimit(node: LimitNode): void {
    const most = limitInText(node);
    if (most === null) super.visitLimit(node);
    else this.append(`limit ${most}`);
  }
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

  constructor(
    private readonly database: Sqlite,
    private readonly isShared: boolean,
  ) {
    this.#connection = new SqliteConnection(database);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.isShared) return this.#connection;
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
    this.#connection.startAnew();
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A full disk may already have rolled the transaction back.
    if (this.database.inTransaction) await connection.executeQuery(CompiledQuery.raw("rollback"));
    this.#connection.startAnew();
  }

  async destroy(): Promise<void> {
    this.#connection.close();
  }
}

/** A statement that has been prepared, and what has to be done to its rows. */
interface Prepared {
  statement: Statement<Record<string, unknown>, SQLQueryBindings[]>;
  hasRows: boolean;
  booleans: string[];
  jsons: string[];
}

/**
 * How many statements stay prepared. Bun's own cache holds twenty, and a page alone runs more; preparing one takes as long as
 * running it.
 */
const mostPrepared = 1000;
const goesBack = /^\s*rollback\b/i;
const leavesSchema = /^\s*(select|insert|update|delete|with|begin|commit|rollback|savepoint|release)\b/i;

class SqliteConnection implements DatabaseConnection {
  readonly #prepared = new Map<string, Prepared>();
  /** A statement of the transaction has failed: only going back helps, as on PostgreSQL. */
  #hasFailed = false;

  constructor(private readonly database: Sqlite) {}

  startAnew(): void {
    this.#hasFailed = false;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const pause = breath();
    if (pause !== undefined) await pause;
    if (goesBack.test(query.sql)) this.#hasFailed = false;
    if (this.#hasFailed) throw new UnitFailed();
    const { inTransaction } = this.database;
    try {
      return this.#run<R>(query);
    } catch (error) {
      this.#hasFailed = inTransaction;
      throw error;
    }
  }

  #run<R>(query: CompiledQuery): QueryResult<R> {
    const prepared = this.#prepare(query.sql);
    try {
      return run<R>(prepared, query.parameters.map(encode));
    } finally {
      // A statement that is neither kept nor finalized keeps the file open when the database is closed.
      if (this.#prepared.get(query.sql) !== prepared) prepared.statement.finalize();
    }
  }

  #prepare(text: string): Prepared {
    const known = this.#prepared.get(text);
    if (known !== undefined) {
      // Where room gets scarce, the one that was used last stands last, so that the first is the one to go.
      if (this.#prepared.size > mostPrepared / 2) {
        this.#prepared.delete(text);
        this.#prepared.set(text, known);
      }
      return known;
    }
    // After a change of the schema `select *` means other columns.
    if (!leavesSchema.test(text)) this.#forget(0);
    const statement: Prepared["statement"] = this.database.prepare(text);
    const names = statement.columnNames;
    const ofKind = (kind: ColumnKind): string[] => names.filter((name) => storedKind(name) === kind);
    const made = {
      statement,
      hasRows: names.length > 0,
      booleans: ofKind("boolean"),
      jsons: ofKind("json"),
    };
    if (leavesSchema.test(text)) {
      this.#forget(mostPrepared - 1);
      this.#prepared.set(text, made);
    }
    return made;
  }

  #forget(left: number): void {
    for (const [text, { statement }] of this.#prepared) {
      if (this.#prepared.size <= left) return;
      statement.finalize();
      this.#prepared.delete(text);
    }
  }

  close(): void {
    this.#forget(0);
    this.database.close();
  }

  // oxlint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("SQLite answers at once; page through the rows instead");
  }
}

function run<R>({ statement, hasRows, booleans, jsons }: Prepared, parameters: SQLQueryBindings[]): QueryResult<R> {
  if (hasRows) {
    const rows = statement.all(...parameters);
    if (booleans.length > 0 || jsons.length > 0) for (const row of rows) decode(row, booleans, jsons);
    return { rows: rows as R[] };
  }
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

function encode(value: unknown): SQLQueryBindings {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === undefined) throw new Error("a query parameter is undefined");
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) return JSON.stringify(value);
  return value as SQLQueryBindings;
}

/** Booleans and JSON come back as numbers and texts; the column's name tells which is which. */
function decode(row: Record<string, unknown>, booleans: readonly string[], jsons: readonly string[]): void {
  for (const name of booleans) if (row[name] !== null) row[name] = row[name] === 1;
  for (const name of jsons) {
    const text = row[name];
    if (typeof text === "string") row[name] = JSON.parse(text);
  }
}
