import { Database } from "bun:sqlite";

/** What a look into a database file has found. */
export interface DatabaseCheck {
  /** Sentences; empty when all is well. */
  problems: string[];
  /** Names of the applied migrations, oldest first. */
  migrations: string[];
}

/** Reads a SQLite file through: structure (`integrity_check`), references (`foreign_key_check`), migrations. */
export function checkDatabase(path: string): DatabaseCheck {
  let database: Database | null = null;
  try {
    database = new Database(path, { readonly: true });
    const found = database.query<{ integrity_check: string }, []>("pragma integrity_check(10)").all();
    const problems = found.map((row) => row.integrity_check).filter((text) => text !== "ok");
    const broken = database.query<{ table: string }, []>("pragma foreign_key_check").all();
    if (broken.length > 0) {
      problems.push(
        `${broken.length} references point nowhere, in ${[...new Set(broken.map((row) => row.table))].join(", ")}`,
      );
    }
    return { problems, migrations: migrationsOf(database) };
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)], migrations: [] };
  } finally {
    database?.close();
  }
}

/** The applied migrations; none in a database that was never migrated. */
export function migrationsOf(database: Database): string[] {
  const hasTable =
    database.query("select 1 from sqlite_master where type = 'table' and name = 'migrations'").get() !== null;
  if (!hasTable) return [];
  return database
    .query<{ name: string }, []>("select name from migrations order by name")
    .all()
    .map((row) => row.name);
}

/** The id of the master key that a database's data is under; null when nothing says so. */
export function keyNeededBy(path: string): string | null {
  const database = new Database(path, { readonly: true });
  try {
    const hasTable =
      database.query("select 1 from sqlite_master where type = 'table' and name = 'installation'").get() !== null;
    if (!hasTable) return null;
    return (
      database.query<{ fact_value: string }, []>("select fact_value from installation where fact = 'key_id'").get()
        ?.fact_value ?? null
    );
  } finally {
    database.close();
  }
}
