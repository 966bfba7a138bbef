import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import {
  baseDn,
  type DirectoryPerson,
  reader,
  startDirectory,
  type TestDirectory,
} from "../../../tests/support/directory.ts";
import { browserOf, credentialsOf, makeStaff, password, signIn, tokenOf } from "../../../tests/support/people.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { setUpTwoSteps } from "../../../tests/support/second-step.ts";
import { inUnit, reading } from "../../platform/context.ts";
import { newId } from "../../platform/ids.ts";
import type { StandardRole } from "../../platform/module.ts";
import { setRoles } from "../staff/index.ts";

/** Staff who sign in by Active Directory (PRD 3.1.1), against a stand-in that speaks LDAP over TLS. */

let t: TestProgram;
let directory: TestDirectory;

beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

const technicians = `CN=Technicians,OU=Groups,${baseDn}`;
const managers = `CN=Managers,OU=Groups,${baseDn}`;

let count = 0;
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
  directory.people.push(person);
  return person;
}

const roleId = (key: StandardRole): Promise<string> =>
  reading(t.harbor.system, async ({ db }) => {
    const { id } = await db.selectFrom("roles").select("id").where("role_key", "=", key).executeTakeFirstOrThrow();
    return id;
  });

const settings = async (
  attributes: Record<string, unknown>,
  role: StandardRole = "administrator",
): Promise<ApiAnswer> =>
  t.api("PATCH", "/api/v1/directory-settings", {
    key: await t.harbor.key(role),
    body: { data: { type: "directory_settings", attributes } },
  });

async function enterDirectory(): Promise<void> {
  const answer = await settings({
    host: directory.host,
    port: directory.port,
    security: "tls",
    ca_certificate: directory.certificate,
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
}

beforeEach(async () => {
  directory = await startDirectory();
  await enterDirectory();
});
afterEach(async () => {
  await inUnit(t.harbor.system, async ({ db }) => {
    await db.deleteFrom("directory_people").execute();
    await db.deleteFrom("directory_groups").execute();
    await db.deleteFrom("directory_settings").execute();
  });
  await directory.stop();
});

const login = (email: string, given: string): Promise<ApiAnswer> =>
  t.api("POST", "/api/v1/auth/login", { body: credentialsOf({ email }, given) });
const sync = async (): Promise<ApiAnswer> =>
  t.api("POST", "/api/v1/directory-settings/sync", { key: await t.harbor.key("administrator") });
/** Compares, and answers what that did. */
async function compared(): Promise<Record<string, unknown>> {
  expect((await sync()).status).toBe(204);
  const { body } = await t.api("GET", "/api/v1/directory-settings", { key: await t.harbor.key("administrator") });
  return body.data.attributes.sync_result;
}
const account = (email: string) =>
  reading(t.harbor.system, ({ db }) =>
    db.selectFrom("users").selectAll().where("user_type", "=", "staff").where("email", "=", email).executeTakeFirst(),
  );
const rolesOf = (userId: string): Promise<string[]> =>
  reading(t.harbor.system, async ({ db }) => {
    const rows = await db
      .selectFrom("user_roles")
      .innerJoin("roles", "roles.id", "user_roles.role_id")
      .select("roles.role_key")
      .where("user_roles.user_id", "=", userId)
      .orderBy("roles.role_key")
      .execute();
    return rows.map(({ role_key }) => role_key ?? "");
  });

/** Gives an account the address that somebody has in the directory. */
const giveAddress = (userId: string, { mail }: DirectoryPerson): Promise<unknown> =>
  inUnit(t.harbor.system, ({ db }) =>
    db
      .updateTable("users")
      .set({ email: mail ?? "" })
      .where("id", "=", userId)
      .execute(),
  );
/** Somebody who may manage the staff, and nothing else. */
async function peopleOffice(): Promise<{ token: string }> {
  const { body } = await t.api("POST", "/api/v1/roles", {
    key: await t.harbor.key("administrator"),
    body: {
      data: { type: "roles", attributes: { name: `People office ${newId()}`, permissions: ["staff.manage"] } },
    },
  });
  const office = await makeStaff(t.harbor, "technician");
  await inUnit(t.harbor.system, (work) => setRoles(work, office.id, [body.data.id]));
  return { token: await tokenOf(t, office) };
}

test("a member of a group signs in with the password of the domain, and has an account with the group's role", async () => {
  const ada = someone({ name: "Ada Byron", title: "Field engineer" });
  expect((await login(ada.mail ?? "", "not this one")).status).toBe(401);
  expect((await login(ada.mail ?? "", ada.password)).status).toBe(200);
  const user = await account(ada.mail ?? "");
  expect(user).toMatchObject({ name: "Ada Byron", title: "Field engineer", password_hash: null });
  expect(await rolesOf(user?.id ?? "")).toEqual(["technician"]);
  const page = await signIn(t.browser(t.harbor), { email: ada.mail ?? "" }, ada.password);
  expect(page.status).toBe(200);
});

test("groups within groups count, several groups give several roles, and the principal name signs in too", async () => {
  const crew = `CN=Night crew,OU=Groups,${baseDn}`;
  directory.nested[crew] = [technicians];
  const grace = someone({ memberOf: [crew, managers] });
  expect((await login(grace.principal, grace.password)).status).toBe(200);
  const user = await account(grace.mail ?? "");
  expect(await rolesOf(user?.id ?? "")).toEqual(["manager", "technician"]);
});

test("nobody gets in who is in no group, disabled, without a password, or a pattern", async () => {
  const [outside, disabled, ada] = [someone({ memberOf: [] }), someone({ isDisabled: true }), someone()];
  for (const one of [outside, disabled]) expect((await login(one.mail ?? "", one.password)).status).toBe(401);
  const page = await signIn(t.browser(t.harbor), { email: ada.mail ?? "" }, "");
  expect(page.status).not.toBe(200);
  expect((await login("*@corp.example", ada.password)).status).toBe(401);
  expect(await account(outside.mail ?? "")).toBeUndefined();
});

test("addresses of other domains are not asked for, and own passwords never go there", async () => {
  const morgan = await makeStaff(t.harbor, "technician");
  const before = directory.binds.length;
  expect((await login(morgan.email, password)).status).toBe(200);
  expect(directory.binds).toHaveLength(before);
});

test("for known and unknown addresses of the domain the directory is asked as often", async () => {
  const ada = someone();
  const asked = async (email: string): Promise<number> => {
    const before = directory.binds.length;
    expect((await login(email, "wrong")).status).toBe(401);
    return directory.binds.length - before;
  };
  expect(await asked("nobody@corp.example")).toBe(await asked(ada.mail ?? ""));
});

test("comparing makes accounts, follows changes, and ends accounts of those who left; whoever comes back is back", async () => {
  const [ada, grace] = [someone(), someone()];
  expect(await compared()).toMatchObject({ made: 2, changed: 0, ended: 0, skipped: [] });
  const browser = await (async () => {
    const visitor = t.browser(t.harbor);
    expect((await signIn(visitor, { email: grace.mail ?? "" }, grace.password)).status).toBe(200);
    return visitor;
  })();
  ada.name = "Ada King";
  ada.memberOf = [managers];
  grace.isDisabled = true;
  expect(await compared()).toMatchObject({ made: 0, changed: 1, ended: 1 });
  const user = await account(ada.mail ?? "");
  expect(user?.name).toBe("Ada King");
  expect(await rolesOf(user?.id ?? "")).toEqual(["manager"]);
  expect((await account(grace.mail ?? ""))?.deactivated_at).not.toBeNull();
  expect((await browser.open("/tickets")).url).toContain("/sign-in");
  grace.isDisabled = false;
  await sync();
  expect((await account(grace.mail ?? ""))?.deactivated_at).toBeNull();
  expect(await compared()).toMatchObject({ made: 0, changed: 0, ended: 0 });
});

test("whom a colleague has deactivated stays out, whatever the directory says", async () => {
  const ada = someone();
  await sync();
  const user = await account(ada.mail ?? "");
  await t.api("DELETE", `/api/v1/users/${user?.id}`, { key: await t.harbor.key("administrator") });
  await sync();
  expect((await login(ada.mail ?? "", ada.password)).status).toBe(401);
});

test("groups without a member change nothing and are told: nobody is locked out by a group that was renamed", async () => {
  const ada = someone();
  await sync();
  ada.memberOf = [];
  const answer = await sync();
  expect(answer.status).toBe(503);
  expect(answer.body.errors[0].detail).toContain("None of the groups has a member");
  expect((await account(ada.mail ?? ""))?.deactivated_at).toBeNull();
});

test("an account with a password of its own is left alone until somebody links it; then only the directory's counts", async () => {
  const ada = someone();
  const own = await makeStaff(t.harbor, "technician");
  await giveAddress(own.id, ada);
  expect((await compared())["skipped"]).toEqual([{ name: ada.name, email: ada.mail, why: "own_account" }]);
  expect((await login(ada.mail ?? "", ada.password)).status).toBe(401);
  expect((await login(ada.mail ?? "", password)).status).toBe(200);
  const key = await t.harbor.key("administrator");
  expect((await t.api("POST", `/api/v1/users/${own.id}/link-directory`, { key })).status).toBe(204);
  expect((await login(ada.mail ?? "", password)).status).toBe(401);
  expect((await login(ada.mail ?? "", ada.password)).status).toBe(200);
  expect((await t.api("POST", `/api/v1/users/${own.id}/unlink-directory`, { key })).status).toBe(204);
  expect((await login(ada.mail ?? "", ada.password)).status).toBe(401);
});

test("a password of the directory is neither changed, reset nor taken away here, and confirms what asks for one", async () => {
  const ada = someone();
  await sync();
  const user = await account(ada.mail ?? "");
  const browser = t.browser(t.harbor);
  await signIn(browser, { email: ada.mail ?? "" }, ada.password);
  expect((await browser.open("/account")).text).toContain("directory keeps your password");
  const key = await t.harbor.key("administrator");
  for (const verb of ["require-new-password", "resend-invite"]) {
    const answer = await t.api("POST", `/api/v1/users/${user?.id}/${verb}`, { key });
    expect([answer.status, answer.body.errors[0].code]).toEqual([409, "directory_password"]);
  }
  const tokens = (await login(ada.mail ?? "", ada.password)).body.data.attributes;
  const changed = await t.api("POST", "/api/v1/auth/password", {
    key: tokens.access_token,
    body: {
      data: {
        type: "passwords",
        attributes: { present_password: ada.password, new_password: "quite another lamp" },
      },
    },
  });
  expect(changed.body.errors[0].code).toBe("directory_password");
});

test("the second step is asked for after the directory's password as after any other", async () => {
  const ada = someone();
  await sync();
  const browser = t.browser(t.harbor);
  await signIn(browser, { email: ada.mail ?? "" }, ada.password);
  await setUpTwoSteps(t, browser);
  const answer = await login(ada.mail ?? "", ada.password);
  expect([answer.status, answer.body.errors[0].code]).toEqual([401, "mfa_required"]);
});

test("when the directory is away its people are told so, and whoever has a password here gets in", async () => {
  const ada = someone();
  await sync();
  const own = await makeStaff(t.harbor, "administrator");
  await directory.stop();
  const answer = await login(ada.mail ?? "", ada.password);
  expect([answer.status, answer.body.errors[0].code]).toEqual([503, "directory_unreachable"]);
  expect((await login("nobody@corp.example", "wrong")).status).toBe(503);
  expect((await login(own.email, password)).status).toBe(200);
  directory = await startDirectory();
});

test("a server whose certificate nobody vouches for is sent nothing", async () => {
  expect((await settings({ ca_certificate: null })).status).toBe(200);
  const before = directory.binds.length;
  const answer = await sync();
  expect(answer.status).toBe(503);
  expect(answer.body.errors[0].detail).toContain("certificate");
  expect(directory.binds).toHaveLength(before);
});

test("the password of Purser's account is kept, never shown, and goes to no other server", async () => {
  const answer = await t.api("GET", "/api/v1/directory-settings", { key: await t.harbor.key("administrator") });
  expect(JSON.stringify(answer.body)).not.toContain(reader.password);
  expect(JSON.stringify(answer.body)).not.toContain("password_sealed");
  expect((await settings({ base_dn: `OU=People,${baseDn}` })).status).toBe(200);
  const moved = await settings({ host: "other.example" });
  expect([moved.status, moved.body.errors[0].code]).toEqual([422, "required"]);
});

test("nobody gives roles by a group that may do more than they, and nobody takes an account over by it", async () => {
  const key = await t.harbor.key("technician");
  expect((await t.api("GET", "/api/v1/directory-settings", { key })).status).toBe(403);
  const { token } = await peopleOffice();
  for (const attributes of [{ base_dn: "DC=evil,DC=example" }, { base_dn: "DC=evil,DC=example", groups: [] }]) {
    const change = await t.api("PATCH", "/api/v1/directory-settings", {
      key: token,
      body: { data: { type: "directory_settings", attributes } },
    });
    expect([change.status, change.body.errors[0].code]).toEqual([422, "above_own"]);
  }
  const ada = someone();
  const boss = await makeStaff(t.harbor, "administrator");
  await giveAddress(boss.id, ada);
  expect((await t.api("POST", `/api/v1/users/${boss.id}/link-directory`, { key: token })).status).toBe(403);
});

test("who links an account gives the roles of its groups in their own name, and none that may do more than they", async () => {
  const office = await peopleOffice();
  const ada = someone();
  const newcomer = await makeStaff(t.harbor, "technician");
  await inUnit(t.harbor.system, (work) => setRoles(work, newcomer.id, []));
  await giveAddress(newcomer.id, ada);
  const path = `/api/v1/users/${newcomer.id}/link-directory`;
  const refused = await t.api("POST", path, { key: office.token });
  expect([refused.status, refused.body.errors[0].code]).toEqual([422, "above_own"]);
  expect(await rolesOf(newcomer.id)).toEqual([]);
  expect((await login(ada.mail ?? "", password)).status).toBe(200);

  const boss = await makeStaff(t.harbor, "administrator", "Ines Vale");
  expect((await t.api("POST", path, { key: await tokenOf(t, boss) })).status).toBe(204);
  expect(await rolesOf(newcomer.id)).toEqual(["technician"]);
  const entries = await reading(t.harbor.system, ({ db }) =>
    db
      .selectFrom("audit_log")
      .select(["actor_name", "new_values"])
      .where("entity_id", "=", newcomer.id)
      .where("user_id", "=", boss.id)
      .execute(),
  );
  expect(entries).toContainEqual({
    actor_name: "Ines Vale",
    new_values: { role_ids: [await roleId("technician")] },
  });
});

test("what is tried has to be whole: the kept password goes nowhere for want of a name", async () => {
  const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  const page = await browser.open("/settings/directory");
  const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
  const before = directory.binds.length;
  const whole = { host: directory.host, port: String(directory.port), security: "tls", base_dn: baseDn };
  for (const fields of [
    {},
    { ...whole, host: "" },
    { ...whole, bind_name: "", host: "localhost" },
    { ...whole, host: "localhost" },
    { ...whole, bind_name: reader.bind_name, email_domains: "corp.example", host: "a name with spaces" },
    { ...whole, bind_name: reader.bind_name, email_domains: "corp.example", port: "0" },
  ]) {
    const tried = await browser.post("/settings/directory/test", { ...fields, _csrf });
    expect([fields, tried.status]).toEqual([fields, 422]);
  }
  expect(directory.binds).toHaveLength(before);
});

test("the page tries what is typed, saves it, compares, and says whom it left out and why", async () => {
  const morgan = await makeStaff(t.harbor, "administrator");
  const browser = await browserOf(t, morgan);
  const ada = someone({ name: "Ada Byron" });
  someone({ name: "No Mail", mail: "someone@elsewhere.example" });
  const page = await browser.open("/settings/directory");
  expect(page.text).not.toContain(reader.password);
  const fields = {
    host: directory.host,
    port: String(directory.port),
    security: "tls",
    ca_certificate: directory.certificate,
    base_dn: baseDn,
    bind_name: reader.bind_name,
    email_domains: "corp.example",
    is_active: "true",
    [`group_${await roleId("technician")}`]: technicians,
  };
  const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
  const tried = await browser.post("/settings/directory/test", { ...fields, _csrf });
  expect(tried.text).toContain("The directory answers. 2 people are in its groups.");
  const bad = await browser.submit("/settings/directory", { ...fields, port: "0" });
  expect(bad.status).toBe(422);
  expect(bad.text).toContain("Enter a port from 1 to 65535");
  expect(bad.html).toContain("Technicians,OU");
  expect((await browser.submit("/settings/directory", fields)).text).toContain("Settings saved.");
  const after = await browser.submit("/settings/directory/sync", {});
  expect(after.text).toContain("1 made");
  expect(after.text).toContain("The address belongs to none of the domains");
  expect((await browser.open("/settings/staff")).text).toContain(ada.mail ?? "");
});
