import { randomBytes } from "node:crypto";
import { copyFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Kysely, sql } from "kysely";
import { migratePostgres, migrateSqlite } from "../../../src/platform/database/migrator.ts";
import { openSqlite, sqliteDialect } from "../../../src/platform/database/sqlite.ts";
import { newId } from "../../../src/platform/ids.ts";
import { newDataDir } from "../binary.ts";
import { type Installation, newInstallation } from "../installation.ts";
import { fillOlder, olderIds, olderMigrations } from "../older.ts";
import { ensureServingRole, ensureTemplate, postgresUrl, servingRole } from "../postgres.ts";
import { testNow } from "../program.ts";

/** Enough that an upgrade takes a while. */
const more = 3000;

/** An installation whose data an older version has written; every one has the same. */
export async function olderInstallation(): Promise<Installation & { companies: number }> {
  const one = MULTI_TENANT
    ? await newInstallation({ template: await olderTemplate() })
    : await newInstallation({ dataDir: await olderDataDir() });
  writeFileSync(join(one.dataDir, "secret.key"), randomBytes(32), { mode: 0o600 });
  return { ...one, companies: more + 1 };
}

let made: string | null = null;

async function olderDataDir(): Promise<string> {
  const dataDir = newDataDir();
  const path = join(dataDir, "purser.sqlite");
  if (made === null) {
    made = resolve(`tmp/data/older-${newId()}.sqlite`);
    await migrateSqlite(made, olderMigrations);
    const db = new Kysely<unknown>({ dialect: sqliteDialect(openSqlite(made)) });
    await fill(db);
    await sql`pragma wal_checkpoint(truncate)`.execute(db);
    await db.destroy();
  }
  copyFileSync(made, path);
  return dataDir;
}

async function olderTemplate(): Promise<string> {
  const { postgresDialect } = await import("../../../src/platform/database/postgres.ts");
  await ensureServingRole(postgresUrl());
  return ensureTemplate("purser_older", async (url) => {
    await migratePostgres(postgresDialect(url, 2).dialect, olderMigrations, servingRole.user);
    const db = new Kysely<unknown>({ dialect: postgresDialect(url, 1).dialect });
    await fill(db);
    await db.destroy();
  });
}

async function fill(db: Kysely<unknown>): Promise<void> {
  await fillOlder(db);
  for (let at = 0; at < more; at += 100) {
    const rows = Array.from({ length: 100 }, (_, index) => {
      const name = `Client ${at + index}`;
      return sql`(${sql.join([olderIds.tenant, newId(), 1, testNow, testNow, name, name.toLowerCase(), "EUR"])})`;
    });
    await sql`insert into companies (tenant_id, id, version, created_at, updated_at, name, name_key, currency)
      values ${sql.join(rows)}`.execute(db);
  }
}
