import { Database as SqliteFile } from "bun:sqlite";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { migrations } from "#generated/migrations.ts";
import { type Database, openPostgresDatabase, openSqliteDatabase } from "../../src/platform/database/database.ts";
import { migratePostgres, migrateSqlite } from "../../src/platform/database/migrator.ts";

/** What a database of the newest schema holds when a test file gets it: made once in a run, and copied from then on. */
export interface Beginning {
  name: string;
  fill(database: Database): Promise<void>;
}

/** Where the database is: a file or, on PostgreSQL, the serving role's address and the owner's. */
export interface RawAddress {
  sqlitePath: string;
  postgresUrl: string;
  ownerUrl: string;
}

/** Which state of the schema a template holds, and what in it. */
function templateName({ name }: Beginning): string {
  const schema = createHash("sha256")
    .update(Object.keys(migrations).join())
    .update(JSON.stringify(Object.values(migrations).map((one) => one.up.toString())))
    .digest("hex")
    .slice(0, 12);
  return `purser_template_${schema}_${name}`;
}

async function filled(database: Database, beginning: Beginning): Promise<void> {
  try {
    await beginning.fill(database);
  } finally {
    await database.close();
  }
}

/** Without the folder of a run of `scripts/test` the file is made each time. */
async function laySqlite(path: string, beginning: Beginning): Promise<void> {
  const folder = process.env["PURSER_TEST_TEMPLATES"] ?? "";
  const template = join(folder, `${templateName(beginning)}.sqlite`);
  if (folder !== "" && existsSync(template)) return copyFile(template, path);
  await migrateSqlite(path, migrations);
  await filled(openSqliteDatabase(path), beginning);
  if (folder === "") return;
  // What is in the log moves into the file; and as test files run at the same time, only a whole copy gets the name.
  const connection = new SqliteFile(path);
  connection.run("pragma wal_checkpoint(truncate)");
  connection.close();
  await copyFile(path, `${template}.${process.pid}`);
  await rename(`${template}.${process.pid}`, template);
}

/** Opens a database of one's own, of the edition that the tests run for; `drop` takes away what `directory` does not hold. */
export async function openTestDatabase(
  directory: string,
  beginning: Beginning,
): Promise<{ database: Database; drop: () => Promise<void>; raw: RawAddress }> {
  if (MULTI_TENANT) {
    const { postgresDialect } = await import("../../src/platform/database/postgres.ts");
    const { createDatabaseFrom, ensureServingRole, ensureTemplate, postgresUrlOf, servingRole } =
      await import("./postgres.ts");
    const open = (url: string): Database => {
      const { dialect, pool } = postgresDialect(url, 5);
      return openPostgresDatabase(dialect, pool);
    };
    const template = templateName(beginning);
    await ensureTemplate(template, async (url) => {
      await ensureServingRole();
      await migratePostgres(postgresDialect(url, 2).dialect, migrations, servingRole.user);
      await filled(open(postgresUrlOf(template, servingRole)), beginning);
    });
    const made = await createDatabaseFrom(template);
    const postgresUrl = postgresUrlOf(made.name, servingRole);
    return {
      database: open(postgresUrl),
      drop: made.drop,
      raw: { sqlitePath: "", postgresUrl, ownerUrl: made.url },
    };
  }
  const path = join(directory, "purser.sqlite");
  await laySqlite(path, beginning);
  return {
    database: openSqliteDatabase(path),
    drop: async () => {},
    raw: { sqlitePath: path, postgresUrl: "", ownerUrl: "" },
  };
}
