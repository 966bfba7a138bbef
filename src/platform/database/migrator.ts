import { Kysely, sql } from "kysely";
import { type Schema, schemaOf } from "./ddl.ts";
import { checkServingRole } from "./serving-role.ts";
import { openSqlite, sqliteDialect } from "./sqlite.ts";
import { describeToPlanner } from "./statistics.ts";
import type { Dialect } from "kysely";

/** One step of the schema, the same for both databases. The file's name, a UTC time stamp and a word, is its identity. */
export interface Migration {
  up(schema: Schema): Promise<void>;
}

/** The database has steps this program does not know: it belongs to a newer Purser and is left as it is. */
export class NewerSchema extends Error {
  constructor(readonly unknown: string[]) {
    super(`this database belongs to a newer Purser (it has ${unknown.join(", ")}); left unchanged`);
    this.name = "NewerSchema";
  }
}

export interface MigrationStatus {
  applied: string[];
  pending: string[];
}

type Any = Kysely<{ migrations: { name: string; applied_at: string } }>;

/** Brings a SQLite file to the newest schema, in one transaction that also holds other processes off. */
export async function migrateSqlite(path: string, migrations: Record<string, Migration>): Promise<string[]> {
  const connection = openSqlite(path);
  // Rebuilding a table with foreign keys on would delete its children; they are checked as a whole before the commit.
  connection.run("pragma foreign_keys = off");
  const db = new Kysely<unknown>({ dialect: sqliteDialect(connection) });
  try {
    const done = await db.transaction().execute(async (transaction) => {
      const applied = await apply(transaction, "sqlite", migrations, null);
      const { rows } = await sql`pragma foreign_key_check`.execute(transaction);
      if (rows.length > 0) throw new Error(`the migration leaves ${rows.length} broken references`);
      return applied;
    });
    describeToPlanner(connection);
    return done;
  } finally {
    await db.destroy();
  }
}

/** Brings a PostgreSQL database to the newest schema as its owner; an advisory lock makes other nodes wait. */
export async function migratePostgres(
  dialect: Dialect,
  migrations: Record<string, Migration>,
  servingRole: string,
): Promise<string[]> {
  const db = new Kysely<unknown>({ dialect });
  try {
    return await db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(7305811)`.execute(transaction);
      await checkServingRole(transaction, servingRole);
      return apply(transaction, "postgres", migrations, servingRole);
    });
  } finally {
    await db.destroy();
  }
}

/** What a database has and what it lacks; throws `NewerSchema` when it has more than this program knows. */
export async function migrationStatus(
  db: Kysely<unknown>,
  migrations: Record<string, Migration>,
): Promise<MigrationStatus> {
  const tables = await db.introspection.getTables();
  if (!tables.some((table) => table.name === "migrations"))
    return { applied: [], pending: Object.keys(migrations).sort() };
  const rows = await (db as unknown as Any).selectFrom("migrations").select("name").orderBy("name").execute();
  const applied = rows.map((row) => row.name);
  const unknown = applied.filter((name) => migrations[name] === undefined);
  if (unknown.length > 0) throw new NewerSchema(unknown);
  return {
    applied,
    pending: Object.keys(migrations)
      .filter((name) => !applied.includes(name))
      .sort(),
  };
}

async function apply(
  db: Kysely<unknown>,
  dialect: "sqlite" | "postgres",
  migrations: Record<string, Migration>,
  servingRole: string | null,
): Promise<string[]> {
  const instant = dialect === "sqlite" ? "text" : "timestamptz(3)";
  await sql
    .raw(`create table if not exists migrations (name text primary key not null, applied_at ${instant} not null)`)
    .execute(db);
  if (servingRole !== null) await sql`grant select on migrations to ${sql.id(servingRole)}`.execute(db);
  const { pending } = await migrationStatus(db, migrations);
  const schema = schemaOf(db, dialect, servingRole);
  for (const name of pending) {
    await migrations[name]?.up(schema);
    await (db as unknown as Any)
      .insertInto("migrations")
      .values({ name, applied_at: new Date().toISOString() })
      .execute();
  }
  return pending;
}
