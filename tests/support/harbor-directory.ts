import { afterAll, afterEach, beforeAll, beforeEach, expect } from "bun:test";
import { inUnit, reading } from "../../src/platform/context.ts";
import type { StandardRole } from "../../src/platform/module.ts";
import { baseDn, type DirectoryPerson, reader, startDirectory, type TestDirectory } from "./directory.ts";
import { credentialsOf } from "./people.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "./program.ts";

/** Harbor IT with an Active Directory, which is empty before each test. To be called once in a test file. */

export const technicians = `CN=Technicians,OU=Groups,${baseDn}`;
export const managers = `CN=Managers,OU=Groups,${baseDn}`;

let count = 0;

export function harborDirectory() {
  const domain = {} as { t: TestProgram; server: TestDirectory };

  /** Somebody whom nobody of the other tests is. */
  function someone(given: Partial<DirectoryPerson> = {}): DirectoryPerson {
    count += 1;
    const person = {
      dn: `CN=Person ${count},OU=People,${baseDn}`,
      guid: count.toString(16).padStart(32, "0"),
      mail: `person${count}@corp.example`,
      principal: `p${count}@corp.example`,
      name: `Person ${count}`,
      password: "a password of the domain",
      memberOf: [technicians],
      ...given,
    };
    domain.server.people.push(person);
    return person;
  }

  const roleId = (key: StandardRole): Promise<string> =>
    reading(domain.t.harbor.system, async ({ db }) => {
      const { id } = await db.selectFrom("roles").select("id").where("role_key", "=", key).executeTakeFirstOrThrow();
      return id;
    });

  const settings = async (attributes: Record<string, unknown>): Promise<ApiAnswer> =>
    domain.t.api("PATCH", "/api/v1/directory-settings", {
      key: await domain.t.harbor.key("administrator"),
      body: { data: { type: "directory_settings", attributes } },
    });

  const login = (email: string, given: string): Promise<ApiAnswer> =>
    domain.t.api("POST", "/api/v1/auth/login", { body: credentialsOf({ email }, given) });

  const sync = async (): Promise<ApiAnswer> =>
    domain.t.api("POST", "/api/v1/directory-settings/sync", { key: await domain.t.harbor.key("administrator") });

  /** Compares, and answers what that did. */
  async function compared(): Promise<Record<string, unknown>> {
    expect((await sync()).status).toBe(204);
    const key = await domain.t.harbor.key("administrator");
    return (await domain.t.api("GET", "/api/v1/directory-settings", { key })).body.data.attributes.sync_result;
  }

  /** The account that has an address; undefined: none has. */
  const account = (email: string) =>
    reading(domain.t.harbor.system, ({ db }) =>
      db.selectFrom("users").selectAll().where("user_type", "=", "staff").where("email", "=", email).executeTakeFirst(),
    );

  const rolesOf = (userId: string): Promise<string[]> =>
    reading(domain.t.harbor.system, async ({ db }) => {
      const rows = await db
        .selectFrom("user_roles")
        .innerJoin("roles", "roles.id", "user_roles.role_id")
        .select("roles.role_key")
        .where("user_roles.user_id", "=", userId)
        .orderBy("roles.role_key")
        .execute();
      return rows.map(({ role_key }) => role_key ?? "");
    });

  beforeAll(async () => {
    domain.t = await startTestProgram();
  });
  beforeEach(async () => {
    domain.server = await startDirectory();
    const answer = await settings({
      host: domain.server.host,
      port: domain.server.port,
      security: "tls",
      ca_certificate: domain.server.certificate,
      base_dn: baseDn,
      bind_name: reader.bind_name,
      password: reader.password,
      email_domains: "corp.example",
      is_active: true,
      groups: [
        { role_id: await roleId("technician"), group_dn: technicians },
        { role_id: await roleId("manager"), group_dn: managers },
      ],
    });
    expect(answer.status).toBe(200);
  });
  afterEach(async () => {
    await inUnit(domain.t.harbor.system, async ({ db }) => {
      await db.deleteFrom("directory_people").execute();
      await db.deleteFrom("directory_groups").execute();
      await db.deleteFrom("directory_settings").execute();
    });
    await domain.server.stop();
  });
  afterAll(() => domain.t.close());

  return Object.assign(domain, { someone, roleId, settings, login, sync, compared, account, rolesOf });
}
