import { expect, test } from "bun:test";
import { baseDn, type DirectoryPerson } from "../../../tests/support/directory.ts";
import { harborDirectory, managers, technicians } from "../../../tests/support/harbor-directory.ts";
import { browserOf, makeStaff, password, signIn, tokenOf } from "../../../tests/support/people.ts";
import { inUnit, reading } from "../../platform/context.ts";
import { newId } from "../../platform/ids.ts";
import { mintOneTime, setRoles } from "../staff/index.ts";
import { settingsRow } from "./settings.ts";

/** Whose accounts come, change and go with the directory, and who may say so (PRD 3.1.1). */

const domain = harborDirectory();
const { someone, roleId, settings, login, sync, compared, account, rolesOf } = domain;

/** What the latest comparison did. */
const resultOf = async (): Promise<unknown> =>
  (await reading(domain.t.harbor.system, ({ db }) => settingsRow(db)))?.sync_result;
/** Gives an account the address that somebody has in the directory. */
const giveAddress = (userId: string, { mail }: DirectoryPerson): Promise<unknown> =>
  inUnit(domain.t.harbor.system, ({ db }) =>
    db
      .updateTable("users")
      .set({ email: mail ?? "" })
      .where("id", "=", userId)
      .execute(),
  );
/** Does something while nobody else has a password and the administrators' role. */
async function asOnlyAdministrator(userId: string, run: () => Promise<void>): Promise<void> {
  const role = await roleId("administrator");
  const others = await inUnit(domain.t.harbor.system, ({ db, app }) =>
    db
      .updateTable("users")
      .set({ deactivated_at: app.clock.now() })
      .where("id", "!=", userId)
      .where("password_hash", "is not", null)
      .where("deactivated_at", "is", null)
      .where("id", "in", db.selectFrom("user_roles").select("user_id").where("role_id", "=", role))
      .returning("id")
      .execute(),
  );
  try {
    await run();
  } finally {
    await inUnit(domain.t.harbor.system, ({ db }) =>
      db
        .updateTable("users")
        .set({ deactivated_at: null })
        .where(
          "id",
          "in",
          others.map(({ id }) => id),
        )
        .execute(),
    );
  }
}
/** Somebody who may manage the staff, and nothing else. */
async function peopleOffice(): Promise<{ token: string }> {
  const { body } = await domain.t.api("POST", "/api/v1/roles", {
    key: await domain.t.harbor.key("administrator"),
    body: {
      data: { type: "roles", attributes: { name: `People office ${newId()}`, permissions: ["staff.manage"] } },
    },
  });
  const office = await makeStaff(domain.t.harbor, "technician");
  await inUnit(domain.t.harbor.system, (work) => setRoles(work, office.id, [body.data.id]));
  return { token: await tokenOf(domain.t, office) };
}

test("comparing makes accounts, follows changes, and ends accounts of those who left; whoever comes back is back", async () => {
  const [ada, grace] = [someone(), someone()];
  expect(await compared()).toMatchObject({ made: 2, changed: 0, ended: 0, skipped: [] });
  const browser = await (async () => {
    const visitor = domain.t.browser(domain.t.harbor);
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

test("the last who may manage the staff is neither ended nor given other roles by comparing, is told of, and stops nobody else", async () => {
  const administrators = `CN=Administrators,OU=Groups,${baseDn}`;
  const groups = [
    { role_id: await roleId("administrator"), group_dn: administrators },
    { role_id: await roleId("technician"), group_dn: technicians },
  ];
  expect((await settings({ groups })).status).toBe(200);
  const [first, ada, last] = [someone(), someone({ memberOf: [administrators] }), someone()];
  expect(await compared()).toMatchObject({ made: 3, skipped: [] });
  const boss = await account(ada.mail ?? "");
  // As "purser admin reset-password" does it while the directory is away.
  const token = await inUnit(domain.t.harbor.system, (work) => mintOneTime(work, "reset", boss?.id ?? ""));
  const fields = { password, password_confirmation: password };
  const visitor = domain.t.browser(domain.t.harbor);
  await visitor.open(`/reset/${token}`);
  expect((await visitor.submit(`/reset/${token}`, fields)).status).toBe(200);
  const left = { name: ada.name, email: ada.mail, why: "last_administrator" };
  await asOnlyAdministrator(boss?.id ?? "", async () => {
    const browser = await browserOf(domain.t, { id: boss?.id ?? "", email: ada.mail ?? "" });
    await browser.open("/settings/directory");
    ada.memberOf = [technicians];
    expect((await browser.submit("/settings/directory/sync", {})).text).toContain("Nobody else could manage the staff");
    expect(await resultOf()).toEqual({ made: 0, changed: 0, ended: 0, skipped: [left] });
    expect(await rolesOf(boss?.id ?? "")).toEqual(["administrator"]);

    for (const gone of [first, ada, last]) gone.isDisabled = true;
    const remaining = someone();
    expect((await browser.submit("/settings/directory/sync", {})).text).toContain("Nobody else could manage the staff");
    expect(await resultOf()).toEqual({ made: 1, changed: 0, ended: 2, skipped: [left] });
    expect((await account(ada.mail ?? ""))?.deactivated_at).toBeNull();
    for (const gone of [first, last]) expect((await account(gone.mail ?? ""))?.deactivated_at).not.toBeNull();
    expect(await account(remaining.mail ?? "")).toBeDefined();
  });
  expect(await compared()).toEqual({ made: 0, changed: 0, ended: 1, skipped: [] });
});

test("whom a colleague has deactivated stays out, whatever the directory says", async () => {
  const ada = someone();
  await sync();
  const user = await account(ada.mail ?? "");
  await domain.t.api("DELETE", `/api/v1/users/${user?.id}`, { key: await domain.t.harbor.key("administrator") });
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
  const own = await makeStaff(domain.t.harbor, "technician");
  await giveAddress(own.id, ada);
  expect((await compared())["skipped"]).toEqual([{ name: ada.name, email: ada.mail, why: "own_account" }]);
  expect((await login(ada.mail ?? "", ada.password)).status).toBe(401);
  expect((await login(ada.mail ?? "", password)).status).toBe(200);
  const key = await domain.t.harbor.key("administrator");
  expect((await domain.t.api("POST", `/api/v1/users/${own.id}/link-directory`, { key })).status).toBe(204);
  expect((await login(ada.mail ?? "", password)).status).toBe(401);
  expect((await login(ada.mail ?? "", ada.password)).status).toBe(200);
  expect((await domain.t.api("POST", `/api/v1/users/${own.id}/unlink-directory`, { key })).status).toBe(204);
  expect((await login(ada.mail ?? "", ada.password)).status).toBe(401);
});

test("nobody gives roles by a group that may do more than they, and nobody takes an account over by it", async () => {
  const key = await domain.t.harbor.key("technician");
  expect((await domain.t.api("GET", "/api/v1/directory-settings", { key })).status).toBe(403);
  const { token } = await peopleOffice();
  for (const attributes of [{ base_dn: "DC=evil,DC=example" }, { base_dn: "DC=evil,DC=example", groups: [] }]) {
    const change = await domain.t.api("PATCH", "/api/v1/directory-settings", {
      key: token,
      body: { data: { type: "directory_settings", attributes } },
    });
    expect([change.status, change.body.errors[0].code]).toEqual([422, "above_own"]);
  }
  const ada = someone();
  const boss = await makeStaff(domain.t.harbor, "administrator");
  await giveAddress(boss.id, ada);
  expect((await domain.t.api("POST", `/api/v1/users/${boss.id}/link-directory`, { key: token })).status).toBe(403);
});

test("who links an account gives the roles of its groups in their own name, and none that may do more than they", async () => {
  const office = await peopleOffice();
  const ada = someone();
  const newcomer = await makeStaff(domain.t.harbor, "technician");
  await inUnit(domain.t.harbor.system, (work) => setRoles(work, newcomer.id, []));
  await giveAddress(newcomer.id, ada);
  const path = `/api/v1/users/${newcomer.id}/link-directory`;
  const refused = await domain.t.api("POST", path, { key: office.token });
  expect([refused.status, refused.body.errors[0].code]).toEqual([422, "above_own"]);
  expect(await rolesOf(newcomer.id)).toEqual([]);
  expect((await login(ada.mail ?? "", password)).status).toBe(200);

  const boss = await makeStaff(domain.t.harbor, "administrator", "Ines Vale");
  expect((await domain.t.api("POST", path, { key: await tokenOf(domain.t, boss) })).status).toBe(204);
  expect(await rolesOf(newcomer.id)).toEqual(["technician"]);
  const entries = await reading(domain.t.harbor.system, ({ db }) =>
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
