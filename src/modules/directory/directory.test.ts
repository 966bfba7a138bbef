import { expect, test } from "bun:test";
import { baseDn, reader, startDirectory } from "../../../tests/support/directory.ts";
import { harborDirectory, managers, technicians } from "../../../tests/support/harbor-directory.ts";
import { browserOf, makeStaff, password, signIn } from "../../../tests/support/people.ts";
import { setUpTwoSteps } from "../../../tests/support/second-step.ts";

/** Staff who sign in by Active Directory (PRD 3.1.1), against a stand-in that speaks LDAP over TLS. */

const domain = harborDirectory();
const { someone, roleId, settings, login, sync, account, rolesOf } = domain;

test("a member of a group signs in with the password of the domain, and has an account with the group's role", async () => {
  const ada = someone({ name: "Ada Byron", title: "Field engineer" });
  expect((await login(ada.mail ?? "", "not this one")).status).toBe(401);
  expect((await login(ada.mail ?? "", ada.password)).status).toBe(200);
  const user = await account(ada.mail ?? "");
  expect(user).toMatchObject({ name: "Ada Byron", title: "Field engineer", password_hash: null });
  expect(await rolesOf(user?.id ?? "")).toEqual(["technician"]);
  const page = await signIn(domain.t.browser(domain.t.harbor), { email: ada.mail ?? "" }, ada.password);
  expect(page.status).toBe(200);
});

test("groups within groups count, several groups give several roles, and the principal name signs in too", async () => {
  const crew = `CN=Night crew,OU=Groups,${baseDn}`;
  domain.server.nested[crew] = [technicians];
  const grace = someone({ memberOf: [crew, managers] });
  expect((await login(grace.principal, grace.password)).status).toBe(200);
  const user = await account(grace.mail ?? "");
  expect(await rolesOf(user?.id ?? "")).toEqual(["manager", "technician"]);
});

test("nobody gets in who is in no group, disabled, without a password, or a pattern", async () => {
  const [outside, disabled, ada] = [someone({ memberOf: [] }), someone({ isDisabled: true }), someone()];
  for (const one of [outside, disabled]) expect((await login(one.mail ?? "", one.password)).status).toBe(401);
  const page = await signIn(domain.t.browser(domain.t.harbor), { email: ada.mail ?? "" }, "");
  expect(page.status).not.toBe(200);
  expect((await login("*@corp.example", ada.password)).status).toBe(401);
  expect(await account(outside.mail ?? "")).toBeUndefined();
});

test("addresses of other domains are not asked for, and own passwords never go there", async () => {
  const morgan = await makeStaff(domain.t.harbor, "technician");
  const before = domain.server.binds.length;
  expect((await login(morgan.email, password)).status).toBe(200);
  expect(domain.server.binds).toHaveLength(before);
});

test("for known and unknown addresses of the domain the directory is asked as often", async () => {
  const ada = someone();
  const asked = async (email: string): Promise<number> => {
    const before = domain.server.binds.length;
    expect((await login(email, "wrong")).status).toBe(401);
    return domain.server.binds.length - before;
  };
  expect(await asked("nobody@corp.example")).toBe(await asked(ada.mail ?? ""));
});

test("a password of the directory is neither changed, reset nor taken away here, and confirms what asks for one", async () => {
  const ada = someone();
  await sync();
  const user = await account(ada.mail ?? "");
  const browser = domain.t.browser(domain.t.harbor);
  await signIn(browser, { email: ada.mail ?? "" }, ada.password);
  expect((await browser.open("/account")).text).toContain("directory keeps your password");
  const key = await domain.t.harbor.key("administrator");
  for (const verb of ["require-new-password", "resend-invite"]) {
    const answer = await domain.t.api("POST", `/api/v1/users/${user?.id}/${verb}`, { key });
    expect([answer.status, answer.body.errors[0].code]).toEqual([409, "directory_password"]);
  }
  const tokens = (await login(ada.mail ?? "", ada.password)).body.data.attributes;
  const changed = await domain.t.api("POST", "/api/v1/auth/password", {
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
  const browser = domain.t.browser(domain.t.harbor);
  await signIn(browser, { email: ada.mail ?? "" }, ada.password);
  await setUpTwoSteps(domain.t, browser);
  const answer = await login(ada.mail ?? "", ada.password);
  expect([answer.status, answer.body.errors[0].code]).toEqual([401, "mfa_required"]);
});

test("when the directory is away its people are told so, and whoever has a password here gets in", async () => {
  const ada = someone();
  await sync();
  const own = await makeStaff(domain.t.harbor, "administrator");
  await domain.server.stop();
  const answer = await login(ada.mail ?? "", ada.password);
  expect([answer.status, answer.body.errors[0].code]).toEqual([503, "directory_unreachable"]);
  expect((await login("nobody@corp.example", "wrong")).status).toBe(503);
  expect((await login(own.email, password)).status).toBe(200);
  domain.server = await startDirectory();
});

test("a server whose certificate nobody vouches for is sent nothing", async () => {
  expect((await settings({ ca_certificate: null })).status).toBe(200);
  const before = domain.server.binds.length;
  const answer = await sync();
  expect(answer.status).toBe(503);
  expect(answer.body.errors[0].detail).toContain("certificate");
  expect(domain.server.binds).toHaveLength(before);
});

test("the password of Purser's account is kept, never shown, and goes to no other server", async () => {
  const answer = await domain.t.api("GET", "/api/v1/directory-settings", {
    key: await domain.t.harbor.key("administrator"),
  });
  expect(JSON.stringify(answer.body)).not.toContain(reader.password);
  expect(JSON.stringify(answer.body)).not.toContain("password_sealed");
  expect((await settings({ base_dn: `OU=People,${baseDn}` })).status).toBe(200);
  const moved = await settings({ host: "other.example" });
  expect([moved.status, moved.body.errors[0].code]).toEqual([422, "required"]);
});

test("what is tried has to be whole: the kept password goes nowhere for want of a name", async () => {
  const browser = await browserOf(domain.t, await makeStaff(domain.t.harbor, "administrator"));
  const page = await browser.open("/settings/directory");
  const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
  const before = domain.server.binds.length;
  const whole = { host: domain.server.host, port: String(domain.server.port), security: "tls", base_dn: baseDn };
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
  expect(domain.server.binds).toHaveLength(before);
});

test("the page tries what is typed, saves it, compares, and says whom it left out and why", async () => {
  const morgan = await makeStaff(domain.t.harbor, "administrator");
  const browser = await browserOf(domain.t, morgan);
  const ada = someone({ name: "Ada Byron" });
  someone({ name: "No Mail", mail: "someone@elsewhere.example" });
  const page = await browser.open("/settings/directory");
  expect(page.text).not.toContain(reader.password);
  const fields = {
    host: domain.server.host,
    port: String(domain.server.port),
    security: "tls",
    ca_certificate: domain.server.certificate,
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
