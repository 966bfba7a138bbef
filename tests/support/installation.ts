import { Client, escapeIdentifier } from "pg";
import { freePort } from "../../scripts/lib/ports.ts";
import { type EditionName, newDataDir, runBinary, runKilled, type RunningBinary, startBinary } from "./binary.ts";
import { ensureServingRole, postgresUrl, postgresUrlOf, servingRole } from "./postgres.ts";

/** One installation of the edition that the tests run for, as an operator makes it: data, configuration, an address. */
export interface Installation {
  edition: EditionName;
  url: string;
  dataDir: string;
  /** On PostgreSQL: the owner's address of its database; it sees every row. */
  ownerUrl: string;
  /** The settings that it is started with. */
  env: Record<string, string>;
  /** Starts the server; after `kill9` or `stop` it can be started again. */
  start(env?: Record<string, string>): Promise<RunningBinary>;
  cli(args: string[], stdin?: string): ReturnType<typeof runBinary>;
  /** Runs a verb and kills it with -9 after so many milliseconds; null: it was killed, else its exit code. */
  killed(args: string[], afterMs: number): Promise<number | null>;
  /** Makes the organization and its first administrator without a browser; returns an API key. */
  firstKey(person: { name: string; email: string; password: string }): Promise<string>;
  /** On PostgreSQL: drops the database. */
  close(): Promise<void>;
}

/**
 * `postgres`: the superuser's address of another server than the one that `scripts/test` has started; `template`: the
 * database that its own begins as.
 */
export async function newInstallation(
  more: { env?: Record<string, string>; dataDir?: string; postgres?: string; template?: string } = {},
): Promise<Installation> {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const dataDir = more.dataDir ?? newDataDir();
  const edition: EditionName = MULTI_TENANT ? "multitenant" : "purser";
  const database = MULTI_TENANT
    ? await newDatabase(more.postgres ?? postgresUrl(), more.template ?? "template1")
    : null;
  const env = { PURSER_LISTEN: `127.0.0.1:${port}`, ...database?.env, ...more.env };
  const cli: Installation["cli"] = (args, stdin) =>
    runBinary({ edition, dataDir, env, args, ...(stdin === undefined ? {} : { stdin }) });
  return {
    edition,
    url,
    dataDir,
    env,
    ownerUrl: database?.env.PURSER_MIGRATOR_URL ?? "",
    cli,
    killed: (args, afterMs) => runKilled({ edition, dataDir, env, args }, afterMs),
    start: (extra = {}) => startBinary({ edition, dataDir, env: { ...env, ...extra }, port }),
    firstKey: async ({ name, email, password }) => {
      if (MULTI_TENANT) {
        const made = await cli(["tenant", "create", "--name", "Harbor IT", "--domain", "127.0.0.1", "--url", url]);
        if (made.code !== 0) throw new Error(made.stderr);
      }
      const { code, stdout, stderr } = await cli(
        ["admin", "create", "--email", email, "--name", name, "--password-file", "-", "--api-key"],
        `${password}\n`,
      );
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    },
    close: async () => database?.drop(),
  };
}

interface NewDatabase {
  env: { PURSER_MIGRATOR_URL: string; PURSER_DATABASE_URL: string };
  drop(): Promise<void>;
}

async function newDatabase(server: string, template: string): Promise<NewDatabase> {
  const name = `installation_${Bun.randomUUIDv7("hex").replaceAll("-", "")}`;
  const asSuperuser = async (statement: string): Promise<void> => {
    const client = new Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await ensureServingRole(server);
  await asSuperuser(`create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)}`);
  return {
    env: {
      PURSER_MIGRATOR_URL: postgresUrlOf(name, undefined, server),
      PURSER_DATABASE_URL: postgresUrlOf(name, servingRole, server),
    },
    drop: () => asSuperuser(`drop database if exists ${escapeIdentifier(name)} with (force)`),
  };
}
