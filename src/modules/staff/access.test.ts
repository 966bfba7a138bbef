import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { contactOf, letIn } from "../../../tests/support/clients.ts";
import { browserOf, makeStaff, type Person, signIn, tokenOf } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { perform } from "../../platform/action.ts";
import type { Failure } from "../../platform/errors.ts";
import { deactivateStaff, inviteStaff, reactivateStaff, updateStaff } from "./actions.ts";
import { createApiKey } from "./keys.ts";
import { updateRole } from "./roles.ts";

let t: TestProgram;
let boss: Ctx;

beforeAll(async () => {
  t = await startTestProgram();
  boss = await t.harbor.as("administrator");
});
beforeEach(() => t.clock.advance(24 * 3600_000));
afterAll(() => t.close());

const roleId = async (key: string): Promise<string> =>
  (
    await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("roles").select("id").where("role_key", "=", key).executeTakeFirstOrThrow(),
    )
  ).id;

/** How an action that must not go through ends. */
const refusal = (work: Promise<unknown>): Promise<[number, string]> =>
  work.then(
    () => [200, "done"],
    (failure: Failure) => [failure.status, failure.code],
  );

const makeKey = async (person: Person): Promise<string> => {
  const { key } = await perform(await t.harbor.actorContext(person.id), createApiKey, { name: "Script" });
  return key;
};

describe("a person who is deactivated", () => {
  test("is out at once, by browser, API key and access token, and in again when reactivated", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const browser = await browserOf(t, sam);
    const ways = [await makeKey(sam), await tokenOf(t, sam)];
    for (const key of ways) expect((await t.api("GET", "/api/v1/companies", { key })).status).toBe(200);
    await perform(boss, deactivateStaff, { id: sam.id });
    for (const key of ways) expect((await t.api("GET", "/api/v1/companies", { key })).status).toBe(401);
    expect((await browser.open("/companies")).url).toContain("/sign-in");
    await perform(boss, reactivateStaff, { id: sam.id });
    expect((await browser.open("/companies")).url).toContain("/sign-in");
    expect((await signIn(t.browser(), sam)).status).toBe(200);
  });

  test("is of the staff: people of clients are shown, and changed where their contact is", async () => {
    const key = await t.harbor.key("administrator");
    const { contactId } = await contactOf(t.harbor, "Harbor Cafe", "cleo@cafe.test");
    await letIn(t, contactId);
    const { body: people } = await t.api("GET", "/api/v1/users?filter[email]=cleo@cafe.test", { key });
    const userId = people.data[0].id;
    const path = `/api/v1/users/${userId}`;
    expect((await t.api("GET", path, { key })).body.data.attributes.user_type).toBe("portal");
    const body = { data: { type: "users", id: userId, attributes: { name: "Somebody Else" } } };
    const asks: [string, string, object?][] = [
      ["PATCH", path, body],
      ["PUT", path, body],
      ["DELETE", path],
      ["POST", `${path}/end-sessions`],
      ["POST", `${path}/reactivate`],
    ];
    for (const [method, to, sent] of asks) {
      const answer = await t.api(method, to, { key, ...(sent === undefined ? {} : { body: sent }) });
      expect([method, to, answer.status, answer.body.errors[0].code]).toEqual([method, to, 409, "portal_user"]);
    }
  });

  test("is never oneself", async () => {
    expect(await refusal(perform(boss, deactivateStaff, { id: boss.actor.user_id }))).toEqual([409, "own_account"]);
    const alma = await makeStaff(t.harbor, "administrator");
    const own = await (await browserOf(t, alma)).open(`/settings/staff/${alma.id}`);
    expect([own.status, own.text.includes("Deactivate")]).toEqual([200, false]);
  });
});

describe("the last one who may manage staff", () => {
  test("stays: neither deactivated nor without the role, by nobody's doing", async () => {
    const solo = await startTestProgram();
    const administrator = await solo.harbor.as("administrator");
    const technicianRole = (
      await reading(administrator, ({ db }) =>
        db.selectFrom("roles").select("id").where("role_key", "=", "technician").executeTakeFirstOrThrow(),
      )
    ).id;
    const last = { id: administrator.actor.user_id ?? "" };
    expect(await refusal(perform(solo.harbor.system, deactivateStaff, last))).toEqual([409, "last_administrator"]);
    expect(await refusal(perform(administrator, updateStaff, { ...last, role_ids: [technicianRole] }))).toEqual([
      409,
      "last_administrator",
    ]);
    // Somebody who was invited and has not come yet is not one who can let others in.
    const adminRole = (
      await reading(administrator, ({ db }) =>
        db.selectFrom("roles").select("id").where("role_key", "=", "administrator").executeTakeFirstOrThrow(),
      )
    ).id;
    await perform(administrator, inviteStaff, { name: "Not Yet", email: "notyet@harbor.test", role_ids: [adminRole] });
    expect(await refusal(perform(administrator, updateStaff, { ...last, role_ids: [technicianRole] }))).toEqual([
      409,
      "last_administrator",
    ]);
    const second = await makeStaff(solo.harbor, "administrator");
    const other = await solo.harbor.actorContext(second.id);
    const results = await Promise.all([
      refusal(perform(administrator, deactivateStaff, { id: second.id })),
      refusal(perform(other, deactivateStaff, last)),
    ]);
    expect(results.map(([status]) => status).toSorted()).toEqual([200, 409]);
    await solo.close();
  });
});

describe("a role", () => {
  test("that loses a permission loses it for everybody at once, and that is written down", async () => {
    const sam = await makeStaff(t.harbor, "finance");
    const key = await makeKey(sam);
    const browser = await browserOf(t, sam);
    expect((await browser.open("/account/api-keys")).status).toBe(200);
    const id = await roleId("finance");
    const before = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("role_permissions").select("permission").where("role_id", "=", id).execute(),
    );
    const permissions = before
      .map((row) => row.permission)
      .filter((name) => name !== "api_keys.manage" && name !== "companies.read");
    await perform(boss, updateRole, { id, permissions });
    expect((await browser.open("/account/api-keys")).status).toBe(403);
    expect((await t.api("GET", "/api/v1/companies", { key })).status).toBe(403);
    const entry = await reading(t.harbor.system, ({ db }) =>
      db
        .selectFrom("audit_log")
        .select(["user_id", "old_values", "new_values"])
        .where("entity_id", "=", id)
        .where("action", "=", "update")
        .executeTakeFirstOrThrow(),
    );
    expect(entry.user_id).toBe(boss.actor.user_id);
    expect(entry.old_values?.["permissions"]).toContain("api_keys.manage");
    expect(entry.new_values?.["permissions"]).toEqual(permissions.toSorted());
  });

  test("of the administrators keeps everything, and none has a permission that does not exist", async () => {
    expect(await refusal(perform(boss, updateRole, { id: await roleId("administrator"), permissions: [] }))).toEqual([
      409,
      "fixed_role",
    ]);
    expect(
      await refusal(perform(boss, updateRole, { id: await roleId("technician"), permissions: ["world.rule"] })),
    ).toEqual([422, "invalid"]);
  });

  test("of another organization cannot be given", async () => {
    const theirs = await reading(t.mill.system, ({ db }) =>
      db.selectFrom("roles").select("id").where("role_key", "=", "administrator").executeTakeFirstOrThrow(),
    );
    const sam = await makeStaff(t.harbor, "technician");
    expect(await refusal(perform(boss, updateStaff, { id: sam.id, role_ids: [theirs.id] }))).toEqual([422, "invalid"]);
    expect(await refusal(perform(boss, deactivateStaff, { id: (await makeStaff(t.mill, "technician")).id }))).toEqual([
      404,
      "not_found",
    ]);
  });
});

describe("a technician", () => {
  test("gets into none of the settings, by no door", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const browser = await browserOf(t, sam);
    const pages = [
      "/settings/staff",
      "/settings/staff/new",
      `/settings/staff/${sam.id}`,
      `/settings/staff/${sam.id}/edit`,
      "/settings/roles",
      `/settings/roles/${await roleId("technician")}`,
      "/settings/organization",
      "/settings/mail",
      "/settings/mails",
      "/setup/organization",
    ];
    for (const path of pages)
      expect({ path, status: (await browser.open(path)).status }).toEqual({ path, status: 403 });
    for (const path of ["/settings/staff", "/settings/roles"])
      expect((await browser.open(path, { "hx-request": "true", "hx-target": "list-region" })).status).toBe(403);
    const key = await makeKey(sam);
    for (const path of ["users", "roles"]) expect((await t.api("GET", `/api/v1/${path}`, { key })).status).toBe(403);
    const context = await t.harbor.actorContext(sam.id);
    expect(
      await refusal(perform(context, updateStaff, { id: sam.id, role_ids: [await roleId("administrator")] })),
    ).toEqual([403, "forbidden"]);
    const csrf = /name="_csrf" value="([^"]+)"/.exec((await browser.open("/account")).html)?.[1] ?? "";
    expect((await browser.post(`/settings/staff/${boss.actor.user_id}/deactivate`, { _csrf: csrf })).status).toBe(403);
  });
});
