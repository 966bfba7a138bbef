import { Client, escapeIdentifier } from "pg";
import { freePort } from "../../scripts/lib/ports.ts";
import { type EditionName, newDataDir, runBinary, type RunningBinary, startBinary } from "./binary.ts";
import { ensureServingRole, postgresUrl, postgresUrlOf, servingRole } from "./postgres.ts";

/** One installation of the edition that the tests run for, as an operator makes it: data, configuration, an address. */
export interface Installation {
  edition: EditionName;
  url: string;
  dataDir: string;
  /** Starts the server; after `kill9` or `stop` it can be started again. */
  start(): Promise<RunningBinary>;
  cli(args: string[], stdin?: string): ReturnType<typeof runBinary>;
  /** Makes the organization and its first administrator without a browser; returns an API key. */
  firstKey(person: { name: string; email: string; password: string }): Promise<string>;
  /** On PostgreSQL: drops the database. */
  close(): Promise<void>;
}

export async function newInstallation(more: { env?: Record<string, string> } = {}): Promise<Installation> {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const dataDir = newDataDir();
  const edition: EditionName = MULTI_TENANT ? "multitenant" : "purser";
  const database = MULTI_TENANT ? await newDatabase() : null;
  const env = { PURSER_LISTEN: `127.0.0.1:${port}`, ...database?.env, ...more.env };
  const cli: Installation["cli"] = (args, stdin) =>
    runBinary({ edition, dataDir, env, args, ...(stdin === undefined ? {} : { stdin }) });
  return {
    edition,
    url,
    dataDir,
    cli,
    start: () => startBinary({ edition, dataDir, env, port }),
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

async function newDatabase(): Promise<{ env: Record<string, string>; drop: () => Promise<void> }> {
  const name = `installation_${Bun.randomUUIDv7("hex").replaceAll("-", "")}`;
  const asSuperuser = async (statement: string): Promise<void> => {
    const client = new Client({ connectionString: postgresUrl() });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await ensureServingRole();
  await asSuperuser(`create database ${escapeIdentifier(name)}`);
  return {
    env: {
      PURSER_MIGRATOR_URL: postgresUrlOf(name),
      PURSER_DATABASE_URL: postgresUrlOf(name, servingRole),
    },
    drop: () => asSuperuser(`drop database if exists ${escapeIdentifier(name)} with (force)`),
  };
}
