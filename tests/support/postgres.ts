/** Databases of the PostgreSQL server that `scripts/test` has started, one for each test file. */
import { Client, escapeIdentifier } from "pg";

/** A database of one's own. `url` is the superuser's; `drop` also ends what is still connected. */
export type TestDatabase = { name: string; url: string; drop: () => Promise<void> };

/**
 * The superuser's address of the test server.
 *
 * @throws outside of `scripts/test`, which alone starts the server
 */
export function postgresUrl(): string {
  const url = process.env["PURSER_TEST_POSTGRES"];
  if (url === undefined || url === "") {
    throw new Error("There is no PostgreSQL: run this test by ./scripts/test --edition multitenant PATTERN");
  }
  return url;
}

/** The address of another database, or of another role, on the same server. */
export function postgresUrlOf(
  name: string,
  role?: { user: string; password: string },
  server: string = postgresUrl(),
): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  if (role) {
    url.username = encodeURIComponent(role.user);
    url.password = encodeURIComponent(role.password);
  }
  return url.href;
}

/**
 * Makes the template database `name` unless another test file has made it already. Test files run at the same time:
 * the first one builds, the others wait for it.
 *
 * @param build fills the new database, for instance by the migrations; its connections must be closed when it is done
 */
export async function ensureTemplate(name: string, build: (url: string) => Promise<void>): Promise<string> {
  await asSuperuser(async (client) => {
    await client.query("select pg_advisory_lock(hashtext($1))", [name]);
    const found = await client.query<{ datistemplate: boolean }>(
      "select datistemplate from pg_database where datname = $1",
      [name],
    );
    if (found.rows[0]?.datistemplate) return;
    // Not a template yet: an earlier builder has failed half-way.
    await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
    await client.query(`create database ${escapeIdentifier(name)}`);
    await build(postgresUrlOf(name));
    await client.query(`alter database ${escapeIdentifier(name)} with is_template true`);
  });
  return name;
}

/** Clones a template (some 70 ms). Nobody may be connected to the template meanwhile. */
export async function createDatabaseFrom(template: string): Promise<TestDatabase> {
  const name = `test_${Bun.randomUUIDv7("hex").replaceAll("-", "")}`;
  await asSuperuser((client) =>
    client.query(`create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)} strategy file_copy`),
  );
  return {
    name,
    url: postgresUrlOf(name),
    drop: () =>
      asSuperuser(async (client) => {
        await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
      }),
  };
}

/** Runs `work` with a connection to the maintenance database; advisory locks go when it ends. */
async function asSuperuser<Result>(
  work: (client: Client) => Promise<Result>,
  server: string = postgresUrl(),
): Promise<Result> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The role that tests serve with: it owns nothing and row-level security holds it. */
export const servingRole = { user: "purser_serving", password: "purser_serving" };

/** Makes the serving role once, also when several test files start at the same moment. */
export async function ensureServingRole(server: string = postgresUrl()): Promise<void> {
  await asSuperuser(async (client) => {
    await client.query("select pg_advisory_lock(hashtext('serving role'))");
    const found = await client.query("select 1 from pg_roles where rolname = $1", [servingRole.user]);
    if (found.rowCount === 0)
      await client.query(`create role ${servingRole.user} login password '${servingRole.password}'`);
    await client.query("select pg_advisory_unlock(hashtext('serving role'))");
  }, server);
}
