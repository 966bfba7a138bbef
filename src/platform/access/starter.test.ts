import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type OauthDesk, oauthDesk } from "../../../tests/support/oauth.ts";
import { makeStaff, type Person } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { revokeClient } from "../../modules/oauth/clients.ts";
import { revokeApiKey } from "../../modules/staff/keys.ts";
import { createRole, setRoles } from "../../modules/staff/roles.ts";
import { perform } from "../action.ts";
import { type Ctx, inUnit, type Tenant } from "../context.ts";
import { scopeOf } from "./actor.ts";
import { identify } from "./identify.ts";
import { asStarter, type Starter, starterOf } from "./starter.ts";

/** Work that goes on after its request: as whom, and with what. */

let t: TestProgram;
let administrator: Ctx;
let sam: Person;
let { appOf, codeFor, exchange, send } = {} as OauthDesk;

beforeAll(async () => {
  t = await startTestProgram();
  administrator = await t.harbor.as("administrator");
  sam = await makeStaff(t.harbor, "technician", "Sam Tech");
  ({ appOf, codeFor, exchange, send } = oauthDesk(t, sam));
});
afterAll(() => t.close());

/** Who comes with a key or a token, as it is kept with what they begin. */
async function starterBy(bearer: string): Promise<Starter> {
  const brought = { staffCookie: null, portalCookie: null, bearer, ip: "127.0.0.1" };
  const { actor } = await t.app.database.read(t.harbor.id, (db) =>
    identify(t.app, t.harbor.tenant, db, brought, "any"),
  );
  const starter = starterOf(actor);
  if (starter === null) throw new Error("nobody came in");
  return starter;
}

const goesOn = (starter: Starter | null, tenant: Tenant = t.harbor.tenant): Promise<Ctx["actor"]> =>
  asStarter(t.app, tenant, starter, async ({ actor }) => actor);

/** Somebody whose one role holds these permissions. */
async function holderOf(...permissions: string[]): Promise<{ id: string; roleId: string }> {
  const given = { name: `Role ${crypto.randomUUID()}`, permissions };
  const role = await perform(administrator, createRole, given);
  const { id } = await makeStaff(t.harbor, "technician");
  await inUnit(t.harbor.system, (work) => setRoles(work, id, [role.id]));
  return { id, roleId: role.id };
}

describe("what goes on after its request", () => {
  test("does what its person may do now, and no more than they might then", async () => {
    const { id } = await holderOf("tickets.read:own", "time.read", "tickets.write", "companies.read");
    const starter = starterOf((await t.harbor.actorContext(id)).actor);
    const wider = await holderOf("tickets.read", "time.read:team", "tickets.write", "companies.write");
    await inUnit(t.harbor.system, (work) => setRoles(work, id, [wider.roleId]));
    const actor = await goesOn(starter);
    expect([actor.user_id, [...actor.permissions].toSorted()]).toEqual([
      id,
      ["tickets.read", "tickets.write", "time.read"],
    ]);
    expect([scopeOf(actor, "tickets.read"), scopeOf(actor, "time.read")]).toEqual(["own", "team"]);
  });

  test("does nothing of a module that is switched off meanwhile", async () => {
    const starter = starterOf(administrator.actor);
    expect((await goesOn(starter)).permissions.has("time.write")).toBe(true);
    const off = await goesOn(starter, { ...t.harbor.tenant, disabled_modules: ["time"] });
    expect([off.permissions.has("time.write"), off.permissions.has("tickets.write")]).toEqual([false, true]);
  });

  test("stays within the key that it was begun with, and ends with it", async () => {
    const starter = await starterBy(await t.harbor.key("administrator", ["companies.read"]));
    const actor = await goesOn(starter);
    expect(actor).toMatchObject({ api_key_id: starter.api_key_id, is_limited: true });
    expect([...actor.permissions]).toEqual(["companies.read"]);
    await perform(administrator, revokeApiKey, { id: starter.api_key_id });
    expect((await goesOn(starter)).kind).toBe("nobody");
  });

  test("stays within what an app was allowed, and ends when that is taken back", async () => {
    const app = await appOf();
    const { body } = await exchange(app, await codeFor(app.id, { scope: "companies.read" }));
    const starter = await starterBy(body.access_token);
    const actor = await goesOn(starter);
    expect(actor).toMatchObject({ user_id: sam.id, oauth_grant_id: starter.oauth_grant_id, is_limited: true });
    expect([...actor.permissions]).toEqual(["companies.read"]);
    await perform(administrator, revokeClient, { id: app.id });
    expect((await goesOn(starter)).kind).toBe("nobody");
  });

  test("is an app's own where it was begun by an app that acts by itself", async () => {
    const app = await appOf({ is_service: true, redirect_uris: [], scopes: ["companies.read", "companies.write"] });
    const grant = { grant_type: "client_credentials", client_id: app.id, client_secret: app.secret };
    const { body } = await send("/oauth/token", { ...grant, scope: "companies.read" });
    const starter = await starterBy(body.access_token);
    const actor = await goesOn(starter);
    expect(actor).toMatchObject({ kind: "staff", user_id: starter.user_id, is_limited: true });
    expect([...actor.permissions]).toEqual(["companies.read"]);
    await perform(administrator, revokeClient, { id: app.id });
    expect((await goesOn(starter)).kind).toBe("nobody");
  });

  test("is nobody's where the person has gone, and where nobody is known to have begun it", async () => {
    const { id } = await holderOf("companies.read");
    const starter = starterOf((await t.harbor.actorContext(id)).actor);
    await inUnit(t.harbor.system, ({ db }) =>
      db.updateTable("users").set({ deactivated_at: t.clock.now() }).where("id", "=", id).execute(),
    );
    for (const one of [starter, null]) expect((await goesOn(one)).kind).toBe("nobody");
  });
});
