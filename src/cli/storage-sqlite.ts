import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Kysely, sql } from "kysely";
import type { Config } from "../platform/config/config.ts";
import { dataPaths } from "../platform/config/data-dir.ts";
import { openSqliteDatabase } from "../platform/database/database.ts";
import { type Migration, migrateSqlite, migrationStatus } from "../platform/database/migrator.ts";
import { openSqlite, sqliteDialect } from "../platform/database/sqlite.ts";
import { describeToPlanner } from "../platform/database/statistics.ts";
import type { Storage } from "./program.ts";

/** One file in the data directory. */
export function sqliteStorage(config: Config, migrations: Record<string, Migration>): Storage {
  const { database: path, backups } = dataPaths(config.dataDir);
  const status: Storage["status"] = async () => {
    if (!existsSync(path)) return { applied: [], pending: Object.keys(migrations).sort() };
    const db = new Kysely<unknown>({ dialect: sqliteDialect(openSqlite(path)) });
    try {
      return await migrationStatus(db, migrations);
    } finally {
      await db.destroy();
    }
  };
  return {
    status,
    migrate: async () => {
      const { applied } = await status();
      if (applied.length > 0) await snapshot(path, backups, applied.at(-1) ?? "");
      return migrateSqlite(path, migrations);
    },
    open: async () => {
      const connection = openSqlite(path);
      describeToPlanner(connection);
      connection.close();
      return openSqliteDatabase(path);
    },
  };
}

/** A copy of the database as it was before an upgrade, so that the upgrade can be taken back. */
async function snapshot(path: string, backups: string, version: string): Promise<void> {
  await mkdir(backups, { recursive: true, mode: 0o700 });
  const stamp = new Date().toISOString().replace(/[-:]|\..*$/g, "");
  const db = new Kysely<unknown>({ dialect: sqliteDialect(openSqlite(path)) });
  try {
    await sql`vacuum into ${join(backups, `before-upgrade-${version}-${stamp}.sqlite`)}`.execute(db);
  } finally {
    await db.destroy();
  }
}
