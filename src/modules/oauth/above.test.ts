import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type OauthDesk, oauthDesk } from "../../../tests/support/oauth.ts";
import { makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { can } from "../../platform/access/actor.ts";
import { perform } from "../../platform/action.ts";
import { contextOf, type Ctx, inUnit } from "../../platform/context.ts";
import { withinModules } from "../../platform/switches.ts";
import { createRole, setRoles } from "../staff/roles.ts";
import { createClient, revokeClient, rotateSecret, updateClient } from "./clients.ts";

/** Whoever looks after the apps may do less than the apps: they do not get to act as those. */

let t: TestProgram;
let appOf: OauthDesk["appOf"];

beforeAll(async () => {
  t = await startTestProgram();
  const sam = await makeStaff(t.harbor, "technician", "Sam Tech");
  ({ appOf } = oauthDesk(t, sam));
});
afterAll(() => t.close());

/** Somebody with one role, which holds just these permissions. */
async function holderOf(...permissions: string[]): Promise<Ctx> {
  const role = await perform(await t.harbor.as("administrator"), createRole, {
    name: `Role ${crypto.randomUUID()}`,
    permissions,
  });
  const { id } = await makeStaff(t.harbor, "technician");
  await inUnit(t.harbor.system, (work) => setRoles(work, id, [role.id]));
  return t.harbor.actorContext(id);
}

describe("somebody who may look after apps and little else", () => {
  test("gets no new secret of an app that may do more, nor has its codes sent elsewhere or lets it act by itself", async () => {
    const keeper = await holderOf("oauth.manage", "companies.read");
    const above = { code: "above_own", status: 403 };
    const person = await appOf({ scopes: ["companies.read", "staff.manage"] });
    const service = await appOf({ scopes: ["staff.manage"], is_service: true, redirect_uris: [] });
    for (const { id } of [person, service])
      await expect(perform(keeper, rotateSecret, { id })).rejects.toMatchObject(above);
    for (const values of [{ is_service: true }, { redirect_uris: ["https://evil.test/cb"] }, { name: "Mine" }])
      await expect(perform(keeper, updateClient, { id: person.id, ...values })).rejects.toMatchObject(above);
  });

  test("looks after apps that may do no more, and takes any app out of use", async () => {
    const keeper = await holderOf("oauth.manage", "companies.read");
    const like = await appOf({ scopes: ["companies.read"] });
    expect((await perform(keeper, rotateSecret, { id: like.id })).secret).not.toBe("");
    await perform(keeper, updateClient, { id: like.id, name: "Renamed" });
    const above = await appOf({ scopes: ["staff.manage"] });
    expect((await perform(keeper, revokeClient, { id: above.id })).revoked_at).not.toBeNull();
  });

  test("lets no app act by itself on all records where they see their own only", async () => {
    const keeper = await holderOf("oauth.manage", "tickets.read:own");
    const scopes = ["tickets.read"];
    const beyond = { status: 422, problems: [{ field: "scopes", code: "beyond_own" }] };
    const service = { name: "Copies tickets", scopes, is_service: true, redirect_uris: [] };
    await expect(perform(keeper, createClient, service)).rejects.toMatchObject(beyond);
    // In a person's name it sees no more than the person.
    const { id } = await appOf({ scopes });
    await perform(keeper, rotateSecret, { id });
    await expect(perform(keeper, updateClient, { id, is_service: true })).rejects.toMatchObject(beyond);
    const everything = await appOf({ scopes, is_service: true, redirect_uris: [] });
    await expect(perform(keeper, rotateSecret, { id: everything.id })).rejects.toMatchObject({ code: "above_own" });
  });

  test("does not lack the permissions of a module that is switched off", async () => {
    const administrator = await t.harbor.as("administrator");
    const { id } = await appOf({ scopes: ["companies.read", "time.read"] });
    const tenant = { ...administrator.tenant, disabled_modules: ["time"] };
    const ctx = contextOf(t.app, tenant, withinModules(t.app, tenant, administrator.actor));
    expect(can(ctx.actor, "time.read")).toBe(false);
    await perform(ctx, rotateSecret, { id });
    await perform(ctx, updateClient, { id, name: "Still looked after" });
  });
});
