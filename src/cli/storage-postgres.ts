import { Kysely } from "kysely";
import type { Config } from "../platform/config/config.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { openPostgresDatabase } from "../platform/database/database.ts";
import { type Migration, migratePostgres, migrationStatus } from "../platform/database/migrator.ts";
import { postgresDialect } from "../platform/database/postgres.ts";
import { checkServingRole, grantAsBefore } from "../platform/database/serving-role.ts";
import type { Storage } from "./program.ts";

/** A PostgreSQL database with two roles: the owner migrates, the serving role serves. */
export function postgresStorage(config: Config, migrations: Record<string, Migration>): Storage {
  const { databaseUrl, migratorUrl } = config;
  if (databaseUrl === null || migratorUrl === null) {
    throw new OperatorProblem("configuration", "PURSER_DATABASE_URL and PURSER_MIGRATOR_URL must both be set", [
      "The first is the role that serves, the second the owner of the tables.",
    ]);
  }
  const servingRole = decodeURIComponent(new URL(databaseUrl).username);
  const asOwner = async <T>(work: (owner: Kysely<unknown>) => Promise<T>): Promise<T> => {
    const owner = new Kysely<unknown>({ dialect: postgresDialect(migratorUrl, 1).dialect });
    try {
      return await work(owner);
    } finally {
      await owner.destroy();
    }
  };
  return {
    status: () => asOwner((owner) => migrationStatus(owner, migrations)),
    migrate: () => migratePostgres(postgresDialect(migratorUrl, 1).dialect, migrations, servingRole),
    open: async () => {
      await asOwner(async (owner) => {
        await checkServingRole(owner, servingRole);
        await grantAsBefore(owner, servingRole);
      });
      const { dialect, pool } = postgresDialect(databaseUrl);
      return openPostgresDatabase(dialect, pool);
    },
  };
}
