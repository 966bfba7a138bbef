import { afterAll, expect, test } from "bun:test";
import { Client, escapeIdentifier } from "pg";
import { newDataDir, runBinary } from "./support/binary.ts";
import { postgresUrl, postgresUrlOf } from "./support/postgres.ts";

const suffix = Bun.randomUUIDv7("hex").replaceAll("-", "").slice(-12);
const database = `roles_${suffix}`;
const [owner, first, second, bypass] = ["owner", "first", "second", "bypass"].map((name) => `${name}_${suffix}`) as [
  string,
  string,
  string,
  string,
];
const dataDir = newDataDir();

async function asSuperuser(...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: postgresUrl() });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Lists the organizations with this role as the one that serves. */
function listAs(role: string): ReturnType<typeof runBinary> {
  return runBinary({
    edition: "multitenant",
    dataDir,
    args: ["tenant", "list"],
    env: {
      PURSER_MIGRATOR_URL: postgresUrlOf(database, { user: owner, password: "secret" }),
      PURSER_DATABASE_URL: postgresUrlOf(database, { user: role, password: "secret" }),
    },
  });
}

afterAll(() =>
  asSuperuser(
    `drop database if exists ${escapeIdentifier(database)} with (force)`,
    ...[owner, first, second, bypass].map((role) => `drop role if exists ${escapeIdentifier(role)}`),
  ),
);

test("a role that row-level security would not hold is refused before anything is made, and the right one then works", async () => {
  await asSuperuser(
    `create role ${owner} login password 'secret' bypassrls`,
    `create role ${bypass} login password 'secret' bypassrls`,
    `create role ${first} login password 'secret'`,
    `create role ${second} login password 'secret'`,
    `create database ${database} owner ${owner}`,
  );
  for (const role of [owner, bypass]) {
    const { code, stderr } = await listAs(role);
    expect([code, stderr]).toEqual([78, expect.stringContaining("may bypass row-level security")]);
  }
  expect((await listAs(`nobody_${suffix}`)).stderr).toContain("does not exist");
  expect(await listAs(first)).toMatchObject({ code: 0, stdout: "" });
});

test("another serving role gets the rights of the one before, and no more", async () => {
  expect(await listAs(second)).toMatchObject({ code: 0, stdout: "" });
  const client = new Client({ connectionString: postgresUrlOf(database) });
  await client.connect();
  try {
    const rightsOf = async (role: string): Promise<unknown[]> =>
      (
        await client.query(
          `select table_name, privilege_type from information_schema.role_table_grants
           where grantee = $1 order by table_name, privilege_type`,
          [role],
        )
      ).rows;
    expect(await rightsOf(second)).toEqual(await rightsOf(first));
  } finally {
    await client.end();
  }
});
