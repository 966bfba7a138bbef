import { existsSync, readdirSync, statSync } from "node:fs";
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Kysely, sql } from "kysely";
import { syncPath } from "../platform/backup/archive.ts";
import { stampOf } from "../platform/backup/create.ts";
import type { Config } from "../platform/config/config.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { assertNothingLost, dataPaths, freeBytes } from "../platform/config/data-dir.ts";
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
      const { applied, pending } = await status();
      if (applied.length === 0) assertNothingLost(config.dataDir);
      if (applied.length > 0 && pending.length > 0) await snapshot(path, backups, applied.at(-1) ?? "");
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

/**
 * A copy of the database as it was before an upgrade, so that the upgrade can be taken back. It has its name when it is
 * complete, and takes the place of an earlier one of the same version: a start that fails again and again fills no disk.
 *
 * @throws OperatorProblem `cannot_create` without room for it
 */
async function snapshot(path: string, backups: string, version: string): Promise<void> {
  await mkdir(backups, { recursive: true, mode: 0o700 });
  const earlier = readdirSync(backups).filter((name) => name.startsWith(`before-upgrade-${version}-`));
  // What a start that was cut off has begun.
  for (const name of readdirSync(backups).filter((one) => one.startsWith(".before-upgrade-")))
    await rm(join(backups, name), { force: true });
  assertRoom(path, backups);
  const name = `before-upgrade-${version}-${stampOf(new Date())}.sqlite`;
  const partial = join(backups, `.${name}.partial`);
  const db = new Kysely<unknown>({ dialect: sqliteDialect(openSqlite(path)) });
  try {
    await sql`vacuum into ${partial}`.execute(db);
  } finally {
    await db.destroy();
  }
  await chmod(partial, 0o600);
  await syncPath(partial);
  await rename(partial, join(backups, name));
  await syncPath(backups);
  for (const old of earlier) if (old !== name) await rm(join(backups, old), { force: true });
}

/** The copy takes as much as the database, and so may the migration itself, in the write-ahead log. */
function assertRoom(path: string, backups: string): void {
  const needed = statSync(path).size * 2;
  const free = freeBytes(backups);
  if (free > needed) return;
  const [need, have] = [needed, free].map((bytes) => `${Math.ceil(bytes / 1e6)} MB`);
  throw new OperatorProblem(
    "cannot_create",
    `the database has to be brought up to date, which takes up to ${need}, but only ${have} are free for ${backups}`,
    ["Nothing has been changed. Make room and start again, or start the earlier Purser meanwhile."],
  );
}
