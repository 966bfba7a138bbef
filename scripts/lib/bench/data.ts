/** The data sets that are measured on: made once by the program itself, kept, and copied for each run. */
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Client, escapeIdentifier } from "pg";
import type { Edition } from "../build.ts";
import { type PostgresServer, startPostgres } from "../postgres.ts";
import { cleanEnvironment } from "./server.ts";

export type DataSize = "medium" | "large";

/** A copy of a data set, to be measured on and thrown away. */
export interface DataCopy {
  dataDir: string;
  /** What the program has to be told to find it. */
  env: Record<string, string>;
  /** Everybody's of the demo. */
  password: string;
  /** Where its PostgreSQL is, as the owner; empty on SQLite. */
  ownerUrl: string;
  drop(): Promise<void>;
}

export interface DataSets {
  copy(size: DataSize): Promise<DataCopy>;
  /** Version of the database, in words. */
  database: string;
  close(): Promise<void>;
}

export async function openDataSets(edition: Edition, folder: string): Promise<DataSets> {
  mkdirSync(folder, { recursive: true });
  return edition.isMultiTenant ? postgresSets(edition, folder) : sqliteSets(edition, folder);
}

/** How fast the demo's generator wrote a data set. */
export interface Written {
  rows: number;
  seconds: number;
}

export const writtenFile = (folder: string, edition: Edition, size: DataSize): Bun.BunFile =>
  Bun.file(join(folder, `written-${edition.name}-${size}.json`));

/** Writes the demo by the executable, and keeps what it says of itself: rows and seconds. Returns everybody's password. */
async function writeDemo(
  folder: string,
  edition: Edition,
  size: DataSize,
  dataDir: string,
  env: Record<string, string>,
): Promise<string> {
  mkdirSync(dataDir, { recursive: true });
  const given = { ...cleanEnvironment(), PURSER_DATA_DIR: dataDir, ...env };
  if (edition.isMultiTenant)
    await runProgram(
      edition,
      ["tenant", "create", "--name", "Harbor IT", "--domain", "127.0.0.1", "--url", "http://127.0.0.1"],
      given,
    );
  const { out, err } = await runProgram(edition, ["demo", "--size", size, "--json"], given);
  const [, rows = "0", seconds = "0"] = /(\d+) rows were written in ([\d.]+) seconds/.exec(err) ?? [];
  await writtenFile(folder, edition, size).write(JSON.stringify({ rows: Number(rows), seconds: Number(seconds) }));
  console.error(`${edition.name}, ${size}: ${rows} rows in ${seconds} seconds`);
  const [first] = JSON.parse(out) as { password: string }[];
  return first?.password ?? "";
}

/** A data set that was made by an earlier version gets its schema once, and not again in each copy. */
async function bringUpToDate(edition: Edition, dataDir: string, env: Record<string, string>): Promise<void> {
  await runProgram(edition, ["migrate"], { ...cleanEnvironment(), PURSER_DATA_DIR: dataDir, ...env });
  rmSync(join(dataDir, "backups"), { recursive: true, force: true });
}

async function runProgram(
  edition: Edition,
  args: string[],
  env: Record<string, string>,
): Promise<{ out: string; err: string }> {
  const child = Bun.spawn([edition.file, ...args], { env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${edition.file} ${args.join(" ")} failed:\n${err}`);
  return { out, err };
}

async function sqliteSets(edition: Edition, folder: string): Promise<DataSets> {
  return {
    database: "SQLite",
    close: async () => {},
    copy: async (size) => {
      const kept = join(folder, `sqlite-${size}`);
      const passwordFile = join(kept, "password");
      if (!existsSync(passwordFile)) {
        rmSync(kept, { recursive: true, force: true });
        await Bun.write(passwordFile, await writeDemo(folder, edition, size, kept, {}));
      }
      await bringUpToDate(edition, kept, {});
      const dataDir = join(folder, `run-${process.pid}-${size}`);
      mkdirSync(dataDir, { recursive: true });
      for (const name of ["purser.sqlite", "secret.key"]) copyFileSync(join(kept, name), join(dataDir, name));
      return {
        dataDir,
        env: {},
        ownerUrl: "",
        password: await Bun.file(passwordFile).text(),
        drop: async () => rmSync(dataDir, { recursive: true, force: true }),
      };
    },
  };
}

/** What an operator would set on a machine of this size; everything about durability stays as PostgreSQL has it. */
export const postgresSettings = { shared_buffers: "512MB", effective_cache_size: "2GB", max_wal_size: "4GB" };

const serving = { user: "purser_serving", password: "purser_serving" };

async function postgresSets(edition: Edition, folder: string): Promise<DataSets> {
  const server = await startPostgres({ folder: join(folder, "postgres"), settings: postgresSettings });
  await ensureServingRole(server);
  const version = await asOwner(server, async (client) => {
    const { rows } = await client.query<{ version: string }>("select current_setting('server_version') as version");
    return rows[0]?.version ?? "";
  });
  return {
    database: `PostgreSQL ${version.split(" ")[0] ?? ""}`,
    close: () => server.stop(),
    copy: async (size) => {
      const kept = `bench_${size}`;
      const keptDir = join(folder, `postgres-${size}`);
      const passwordFile = join(keptDir, "password");
      if (!existsSync(passwordFile)) {
        rmSync(keptDir, { recursive: true, force: true });
        await asOwner(server, async (client) => {
          await client.query(`drop database if exists ${escapeIdentifier(kept)} with (force)`);
          await client.query(`create database ${escapeIdentifier(kept)}`);
        });
        const password = await writeDemo(folder, edition, size, keptDir, addresses(server, kept));
        await asOwner(server, (client) => client.query("vacuum analyze"), kept);
        await Bun.write(passwordFile, password);
      }
      await bringUpToDate(edition, keptDir, addresses(server, kept));
      const name = `bench_run_${process.pid}_${size}`;
      const dataDir = join(folder, `run-${process.pid}-${size}`);
      mkdirSync(dataDir, { recursive: true });
      copyFileSync(join(keptDir, "secret.key"), join(dataDir, "secret.key"));
      await asOwner(server, (client) =>
        client.query(`create database ${escapeIdentifier(name)} template ${escapeIdentifier(kept)} strategy file_copy`),
      );
      const env = addresses(server, name);
      return {
        dataDir,
        env,
        ownerUrl: env["PURSER_MIGRATOR_URL"] ?? "",
        password: await Bun.file(passwordFile).text(),
        drop: async () => {
          rmSync(dataDir, { recursive: true, force: true });
          await asOwner(server, (client) =>
            client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`),
          );
        },
      };
    },
  };
}

function addresses({ url }: PostgresServer, database: string): Record<string, string> {
  const owner = new URL(url);
  owner.pathname = `/${database}`;
  const server = new URL(owner);
  server.username = serving.user;
  server.password = serving.password;
  return { PURSER_MIGRATOR_URL: owner.href, PURSER_DATABASE_URL: server.href };
}

async function asOwner<T>(
  { url }: PostgresServer,
  work: (client: Client) => Promise<T>,
  database = "postgres",
): Promise<T> {
  const address = new URL(url);
  address.pathname = `/${database}`;
  const client = new Client({ connectionString: address.href });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function ensureServingRole(server: PostgresServer): Promise<void> {
  await asOwner(server, async (client) => {
    const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [serving.user]);
    if (rowCount === 0) await client.query(`create role ${serving.user} login password '${serving.password}'`);
  });
}
