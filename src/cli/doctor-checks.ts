import { accessSync, constants, existsSync, statSync } from "node:fs";
import { checkDatabase, keyNeededBy } from "../platform/backup/check.ts";
import { assertKnownSchema, listBackups } from "../platform/backup/verify.ts";
import type { Config } from "../platform/config/config.ts";
import { assertNothingLost, dataPaths, freeBytes, prepareDataDir } from "../platform/config/data-dir.ts";
import { earlierKeysAt, keyIdAt, nextKeyFile } from "../platform/crypto/master-key.ts";
import { isDataDirHeld } from "../platform/lock.ts";

/** What one check has found. `fail` is what keeps Purser from working, `warn` what will hurt later. */
export interface Finding {
  check: string;
  status: "ok" | "warn" | "fail";
  detail: string;
}

type Outcome = Omit<Finding, "check">;
const ok = (detail: string): Outcome => ({ status: "ok", detail });
const warn = (detail: string): Outcome => ({ status: "warn", detail });
const fail = (detail: string): Outcome => ({ status: "fail", detail });

const comfortableBytes = 1e9;
const largestWalBytes = 256e6;
const oldestBackupDays = 2;

/** The checks of this edition, each by its name; none changes anything. */
export function checksOf(config: Config, known: readonly string[], now: Date): Record<string, () => Promise<Outcome>> {
  const shared = {
    data_directory: async () => dataDirectory(config),
    disk_space: async () => diskSpace(config),
    secret_key: async () => secretKey(config),
  };
  if (MULTI_TENANT) return { ...shared, database: () => postgres(config, known) };
  return {
    ...shared,
    server: async () => server(config),
    database: async () => sqlite(config, known),
    write_ahead_log: async () => writeAheadLog(config),
    backups: () => backups(config, now),
  };
}

/** Runs the checks one after the other; one that throws has failed with what it said. */
export async function examine(checks: ReturnType<typeof checksOf>): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [check, run] of Object.entries(checks)) {
    const outcome = await run().catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
    findings.push({ check, ...outcome });
  }
  return findings;
}

function dataDirectory({ dataDir }: Config): Outcome {
  if (!existsSync(dataDir)) return warn(`${dataDir} does not exist yet; the first start makes it`);
  prepareDataDir(dataDir);
  const mode = statSync(dataDir).mode & 0o777;
  return (mode & 0o007) === 0
    ? ok(dataDir)
    : warn(`${dataDir} can be read by every user (mode ${mode.toString(8)}); use 700`);
}

function diskSpace({ dataDir }: Config): Outcome {
  if (!existsSync(dataDir)) return ok("nothing is stored yet");
  const free = freeBytes(dataDir);
  const text = `${(free / 1e9).toFixed(1)} GB free`;
  return free > comfortableBytes ? ok(text) : warn(`only ${text}`);
}

function secretKey({ secretKeyFile, dataDir }: Config): Outcome {
  if (!existsSync(secretKeyFile)) {
    const isNew = !existsSync(dataPaths(dataDir).database);
    return isNew
      ? warn(`${secretKeyFile} does not exist yet; the first start makes it`)
      : fail(`${secretKeyFile} is missing`);
  }
  const id = keyIdAt(secretKeyFile);
  const mode = statSync(secretKeyFile).mode & 0o777;
  if ((mode & 0o077) !== 0) return warn(`${secretKeyFile} can be read by others (mode ${mode.toString(8)}); use 600`);
  const next = keyIdAt(nextKeyFile(secretKeyFile));
  if (next !== null)
    return warn(
      `id ${id}; an exchange for ${next} was begun: \`purser key exchange\` goes on with it, or delete ${nextKeyFile(secretKeyFile)}`,
    );
  const earlier = earlierKeysAt(secretKeyFile);
  return ok(earlier.length === 0 ? `id ${id}` : `id ${id}; kept for earlier backups: ${earlier.join(", ")}`);
}

function server({ dataDir }: Config): Outcome {
  return ok(isDataDirHeld(dataDir) ? "running" : "not running");
}

function sqlite(config: Config, known: readonly string[]): Outcome {
  const path = dataPaths(config.dataDir).database;
  if (!existsSync(path)) {
    assertNothingLost(config.dataDir);
    return warn("there is none yet; the first start makes it");
  }
  accessSync(path, constants.R_OK | constants.W_OK);
  const { problems, migrations } = checkDatabase(path);
  if (problems.length > 0) return fail(problems.join("; "));
  if (migrations.length === 0) assertNothingLost(config.dataDir);
  assertKnownSchema(migrations, known);
  const problem = keyProblem(config, keyNeededBy(path));
  if (problem !== null) return fail(problem);
  const pending = known.length - migrations.length;
  return pending === 0 ? ok(`whole, schema ${migrations.at(-1)}`) : warn(`whole, ${pending} migrations pending`);
}

/**
 * Whether the key at hand is another one than the data is sealed with; a missing key has a check of its own. One that waits
 * to be put in its place is as good: the next start does it.
 */
function keyProblem({ secretKeyFile }: Config, needed: string | null): string | null {
  const installed = keyIdAt(secretKeyFile);
  if (needed === null || installed === null || installed === needed) return null;
  return keyIdAt(nextKeyFile(secretKeyFile)) === needed
    ? null
    : `it is sealed with the key ${needed}, but ${secretKeyFile} holds ${installed}`;
}

function writeAheadLog({ dataDir }: Config): Outcome {
  const path = `${dataPaths(dataDir).database}-wal`;
  const bytes = existsSync(path) ? statSync(path).size : 0;
  const text = `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes < largestWalBytes ? ok(text) : warn(`${text}: some reader has been open for long`);
}

async function backups({ dataDir }: Config, now: Date): Promise<Outcome> {
  if (!existsSync(dataPaths(dataDir).database)) return ok("nothing to back up yet");
  const readable = (await listBackups(dataDir)).filter(({ manifest }) => manifest !== null);
  const newest = readable
    .map(({ manifest }) => manifest?.created_at ?? "")
    .toSorted()
    .at(-1);
  if (newest === undefined) return warn("there is none in the data directory");
  const days = (now.getTime() - new Date(newest).getTime()) / 86_400_000;
  return days < oldestBackupDays
    ? ok(`the newest is of ${newest}`)
    : warn(`the newest is ${Math.floor(days)} days old`);
}

/** PostgreSQL as both roles: the owner reads what is applied, the serving one proves that it may write and no more. */
async function postgres(config: Config, known: readonly string[]): Promise<Outcome> {
  if (!MULTI_TENANT) return ok("");
  const [{ postgresStorage }, { migrations }, { openPostgresDatabase }, { postgresDialect }, { assertServingRole }] =
    await Promise.all([
      import("./storage-postgres.ts"),
      import("#generated/migrations.ts"),
      import("../platform/database/database.ts"),
      import("../platform/database/postgres.ts"),
      import("../platform/database/serving-role.ts"),
    ]);
  const { pending } = await postgresStorage(config, migrations).status();
  if (pending.length > 0) return warn(`reached, ${pending.length} migrations pending`);
  const database = openPostgresDatabase(postgresDialect(config.databaseUrl ?? "", 1).dialect);
  try {
    await assertServingRole(database);
    await database.probe();
    const fact = await database.platform((db) =>
      db.selectFrom("installation").select("fact_value").where("fact", "=", "key_id").executeTakeFirst(),
    );
    const problem = keyProblem(config, fact?.fact_value ?? null);
    return problem === null ? ok(`reached, schema ${known.toSorted().at(-1)}`) : fail(problem);
  } finally {
    await database.close();
  }
}
