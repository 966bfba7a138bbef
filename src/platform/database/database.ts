import { AsyncLocalStorage } from "node:async_hooks";
import { CompiledQuery, type DatabaseConnection, type Dialect, Kysely, type RawBuilder, sql } from "kysely";
import type { Pool } from "pg";
import { type Later, Waiting } from "./later.ts";
import { type Edition, KeptConfiguration, type Memory, on, readMemory, remembering, unitMemory } from "./memory.ts";
import { fewAtOnce } from "./queue.ts";
import { openSqlite, sqliteDialect } from "./sqlite.ts";
import type { Db } from "./tables.ts";

/** The database as the program uses it: units of work, reads, and the few tables that stand outside tenancy. */
export interface Database {
  readonly dialect: "sqlite" | "postgres";
  /**
   * One transaction of one tenant. Inside it, this handle is the only one: any other use of the database throws. What it gives
   * to `later` is written with it.
   */
  write<T>(tenantId: string, work: (db: Db, later: Later) => Promise<T>): Promise<T>;
  /** Reads of one tenant; never waits for a writer. */
  read<T>(tenantId: string, work: (db: Db) => Promise<T>): Promise<T>;
  /** One transaction on the platform's own tables (tenants, leases, address limits). */
  platform<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** Fails unless a write would succeed now. */
  probe(): Promise<void>;
  /** Hears what transactions send on a channel, where several processes share the database; the answer ends it. */
  listen?(channel: string, hear: (text: string) => void, lost: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const insideUnit = new AsyncLocalStorage<true>();

/** Whether the caller runs inside a unit of work. */
function isInsideUnit(): boolean {
  return insideUnit.getStore() === true;
}

function refuseInsideUnit(): void {
  if (isInsideUnit()) {
    throw new Error("inside a unit of work only its own handle may touch the database");
  }
}

/** Opens the file with one connection that writes and one that only reads; it is made, empty, where it is missing. */
export function openSqliteDatabase(path: string): Database {
  return sqliteDatabase({
    writer: sqliteDialect(openSqlite(path)),
    reader: sqliteDialect(openSqlite(path, { readonly: true }), { isShared: true }),
  });
}

/**
 * So many reads of SQLite are under way at once. It answers at once, so more of them are done no sooner: a hundred pages that go
 * on side by side, a statement of each in turn, are all done at the end, and take twice the work (decision 0039).
 */
const mostReading = 4;

/** SQLite: one connection that writes, one that only reads and so never waits for an open transaction. */
export function sqliteDatabase(dialects: { writer: Dialect; reader: Dialect }): Database {
  const writer = new Kysely<unknown>({ dialect: dialects.writer }) as unknown as Db;
  const reader = new Kysely<unknown>({ dialect: dialects.reader }) as unknown as Db;
  const kept = new KeptConfiguration();
  const inQueue = fewAtOnce(mostReading);
  const transaction = <T>(work: (db: Db) => Promise<T>): Promise<T> => {
    refuseInsideUnit();
    return insideUnit.run(true, () => writer.transaction().execute(work));
  };
  return {
    dialect: "sqlite",
    write: (tenantId, work) =>
      transaction(async (db) => {
        const memory = unitMemory(kept, await db.getExecutor().provideConnection((one) => editionOf(one, tenantId)));
        return inWhole(db, dialects.writer, memory, tenantId, work);
      }),
    platform: transaction,
    read: async (tenantId, work) => {
      refuseInsideUnit();
      return inQueue(() =>
        reader.getExecutor().provideConnection(async (connection) => {
          const edition = await editionOf(connection, tenantId);
          return reads(
            { db: reader, dialect: dialects.reader, connection, memory: readMemory(kept, edition) },
            tenantId,
            work,
          );
        }),
      );
    },
    // Committed: what is taken back never reaches the disk, and so proves nothing about it.
    probe: () =>
      transaction(async (db) => {
        const values = { name: "probe", holder: "", expires_at: new Date().toISOString() };
        await db
          .insertInto("leases")
          .values(values)
          .onConflict((oc) => oc.column("name").doUpdateSet(values))
          .execute();
      }),
    close: async () => {
      await reader.destroy();
      await sql`pragma wal_checkpoint(truncate)`.execute(writer);
      await writer.destroy();
    },
  };
}

/**
 * Runs `work` with a check that throws once it has ended. A statement may come that late from a part that ran on beside one that
 * failed; the connection is somebody else's by then.
 */
async function untilItsEnd<T>(work: (refuseAfterwards: () => void) => Promise<T>): Promise<T> {
  let isOver = false;
  try {
    return await work(() => {
      if (isOver) throw new Error("the read or unit of work that this statement is of has ended");
    });
  } finally {
    isOver = true;
  }
}

/** Where a read runs: `db` is what its handle is like, `connection` is its own while it lasts. */
interface Reading {
  db: Db;
  dialect: Dialect;
  connection: DatabaseConnection;
  memory: Memory;
}

/** The work of a read. Its statements need not wait for each other: on PostgreSQL those that are asked side by side are sent so. */
const reads = <T>(
  { db, dialect, connection, memory }: Reading,
  tenantId: string,
  work: (db: Db) => Promise<T>,
): Promise<T> =>
  untilItsEnd((refuseAfterwards) => {
    const handle = remembering(db, dialect, memory, tenantId, (query) => {
      refuseAfterwards();
      return connection.executeQuery(query);
    });
    return work(handle);
  });

/** The work of a transaction that has begun, and at its end what it has left for later. */
const inWhole = <T>(
  db: Db,
  dialect: Dialect,
  memory: Memory,
  tenantId: string,
  work: (db: Db, later: Later) => Promise<T>,
): Promise<T> =>
  untilItsEnd(async (refuseAfterwards) => {
    const waiting = new Waiting(db, tenantId);
    const executor = db.getExecutor();
    const handle = remembering(db, dialect, memory, tenantId, async (query) => {
      refuseAfterwards();
      await waiting.begins(query.sql);
      return executor.provideConnection((one) => one.executeQuery(query));
    });
    const result = await work(handle, waiting);
    await waiting.flush();
    return result;
  });

interface Versioned {
  configuration_version: number;
}

/** Asked by every read, and so made once: putting it together takes longer than running it. */
const versionOf = CompiledQuery.raw("select configuration_version from tenants where id = ?");

async function editionOf(connection: DatabaseConnection, tenantId: string): Promise<Edition> {
  const { rows } = await connection.executeQuery<Versioned>({ ...versionOf, parameters: [tenantId] });
  return { tenantId, version: rows[0]?.configuration_version ?? null };
}

/** Names the locks of units of work among all advisory locks of the database. */
const unitLock = 7305812;

/**
 * Lets the units of work of one tenant take turns in this process, so that those that wait take no connection from
 * anybody else's pool; a lock in the database does the same between processes.
 */
function turns(): <T>(tenantId: string, run: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return async (tenantId, run) => {
    const turn = (tails.get(tenantId) ?? Promise.resolve()).then(run, run);
    const tail = turn.catch(() => {});
    tails.set(tenantId, tail);
    try {
      return await turn;
    } finally {
      if (tails.get(tenantId) === tail) tails.delete(tenantId);
    }
  };
}

/**
 * PostgreSQL through the serving role: every transaction first says whose it is, and row-level security holds it to that.
 * Units of work of one tenant run one after the other, on all nodes, just as SQLite runs them: what an action has checked
 * is still so when it writes. Reads, and units of different tenants, never wait for each other.
 */
export function openPostgresDatabase(dialect: Dialect, connections?: Pool): Database {
  const pool = new Kysely<unknown>({ dialect }) as unknown as Db;
  const inTurn = turns();
  const kept = new KeptConfiguration();
  /** Opens a transaction in one message, for each would be a way to the server and back: it ends by saying which configuration there is. */
  const open = async (one: DatabaseConnection, tenantId: string, beginning: RawBuilder<unknown>): Promise<Edition> => {
    const id = sql.lit(tenantId);
    const message = sql<Versioned>`${beginning};
      select set_config('app.current_tenant', ${id}, true);
      select configuration_version from tenants where id = ${id}`.compile(pool);
    const { rows } = await one.executeQuery<Versioned>(message);
    return { tenantId, version: rows[0]?.configuration_version ?? null };
  };
  const end = (one: DatabaseConnection, how: "commit" | "rollback"): Promise<unknown> =>
    one.executeQuery(CompiledQuery.raw(how));
  return {
    dialect: "postgres",
    write: (tenantId, work) => {
      refuseInsideUnit();
      const beginning = sql`begin; select pg_advisory_xact_lock(${sql.lit(unitLock)}, hashtext(${sql.lit(tenantId)}))`;
      return inTurn(tenantId, () =>
        insideUnit.run(true, () =>
          pool.getExecutor().provideConnection(async (connection) => {
            try {
              const memory = unitMemory(kept, await open(connection, tenantId, beginning));
              const result = await inWhole(on(pool, dialect, connection), dialect, memory, tenantId, work);
              await end(connection, "commit");
              return result;
            } catch (error) {
              await end(connection, "rollback").catch(() => {});
              throw error;
            }
          }),
        ),
      );
    },
    platform: (work) => {
      refuseInsideUnit();
      return insideUnit.run(true, () => pool.transaction().execute(work));
    },
    read: (tenantId, work) => {
      refuseInsideUnit();
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
      const reading = async (connection: DatabaseConnection): Promise<void> => {
        let how: "commit" | "rollback" = "rollback";
        try {
          const memory = readMemory(kept, await open(connection, tenantId, sql`begin read only`));
          resolve(await reads({ db: pool, dialect, connection, memory }, tenantId, work));
          how = "commit";
        } finally {
          // Nobody waits for the end: what was read has been read, and the connection is held until it has come.
          await end(connection, how).catch(() => {});
        }
      };
      pool.getExecutor().provideConnection(reading).catch(reject);
      return promise;
    },
    ...(connections === undefined ? {} : { listen: (...given) => listenOn(connections, ...given) }),
    probe: () => probeWrite(pool),
    close: () => pool.destroy(),
  };
}

/** Takes a connection out of the pool for as long as it listens. */
async function listenOn(
  connections: Pool,
  channel: string,
  hear: (text: string) => void,
  lost: () => void,
): Promise<() => Promise<void>> {
  const client = await connections.connect();
  let isOver = false;
  let isListening = false;
  const end = (error?: Error): void => {
    if (isOver) return;
    isOver = true;
    client.removeAllListeners("notification");
    client.release(error ?? true);
    // Before it has listened whoever asked hears of it by the answer, and would listen twice.
    if (error !== undefined && isListening) lost();
  };
  client.on("error", end);
  client.on("notification", ({ payload }) => hear(payload ?? ""));
  try {
    await client.query(`listen ${channel}`);
  } catch (error) {
    end(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
  isListening = true;
  return async () => end();
}

/** Takes a write back before it is kept: proves locks and rights, and that the server is none that only reads. */
async function probeWrite(db: Db): Promise<void> {
  refuseInsideUnit();
  const undo = new Error("undo");
  await db
    .transaction()
    .execute(async (transaction) => {
      await sql`update leases set expires_at = expires_at where name = 'probe'`.execute(transaction);
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
}
