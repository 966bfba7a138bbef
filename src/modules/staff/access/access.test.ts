import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { clientOf } from "../../../../tests/support/clients.ts";
import { makeClient } from "../../../../tests/support/desk.ts";
import { browserOf, makeStaff, type Person } from "../../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { perform } from "../../../platform/action.ts";
import { inUnit, reading } from "../../../platform/context.ts";
import { update } from "../../../platform/database/records.ts";
import { loadTenant, organizations } from "../../../platform/tenants.ts";
import { identify } from "../../../platform/access/identify.ts";
import { type Actor, can, scopeOf } from "../../../platform/access/actor.ts";
import type { StaffRole } from "../../../platform/module.ts";
import { addAll } from "../../../platform/reference.ts";
import { deactivateStaff } from "../actions.ts";
import { makeApiKey, setRoles } from "../index.ts";
import type { PermissionAnswer } from "./permissions.ts";
import type { RecordAnswer } from "./record.ts";

let t: TestProgram;
let admin: string;
let company: string;

interface Access {
  user_type: string;
  key_id: string | null;
  permissions: PermissionAnswer[];
  record: RecordAnswer | null;
}

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.key("administrator");
  await inUnit(t.harbor.system, async (work) => {
    for (const set of t.app.registry.reference) await addAll(work, set);
  });
  company = (await makeClient(t, "Reach Ltd")).company_id;
});
afterAll(() => t.close());

async function made(path: string, type: string, attributes: Record<string, unknown>): Promise<string> {
  const answer = await t.api("POST", `/api/v1/${path}`, { key: admin, body: { data: { type, attributes } } });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.data.id;
}

async function accessOf(id: string, parameters: Record<string, string> = {}, key = admin): Promise<Access> {
  const { status, body } = await t.api("GET", `/api/v1/users/${id}/access?${new URLSearchParams(parameters)}`, { key });
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.data.attributes;
}

const withKey = (person: Person, scopes?: string[]): Promise<{ id: string; key: string }> =>
  inUnit(t.harbor.system, (work) => makeApiKey(work, person.id, { name: "Script", ...(scopes && { scopes }) }));

const staffRoles: StaffRole[] = ["administrator", "manager", "technician", "dispatcher", "sales", "finance"];

/** The actor that a request with this key really has. */
async function actorBy(key: string): Promise<Actor> {
  return reading(t.harbor.system, async ({ db }) => {
    const tenant = await loadTenant(t.app, db, t.harbor.id);
    const credentials = { staffCookie: null, portalCookie: null, bearer: key, ip: "" };
    return (await identify(t.app, tenant, db, credentials, "any")).actor;
  });
}

describe("what somebody may do", () => {
  test.each(staffRoles)("is answered for every permission as it really is: %s", async (role) => {
    const person = await makeStaff(t.harbor, role);
    const { key } = await withKey(person);
    const { permissions } = await accessOf(person.id);
    expect(permissions.map((one) => one.permission).toSorted()).toEqual(
      [...t.app.registry.permissions.keys()].toSorted(),
    );
    const actor = await actorBy(key);
    for (const one of permissions) {
      const really = can(actor, one.permission);
      expect([one.permission, one.is_allowed]).toEqual([one.permission, really]);
      expect([one.permission, one.scope]).toEqual([one.permission, really ? scopeOf(actor, one.permission) : null]);
      expect([one.permission, one.reason]).toEqual([one.permission, really ? "granted" : "no_role"]);
      expect(one.roles.length > 0).toBe(really);
    }
    // And as the doors say: every list of the API opens to exactly those of whom the answer is yes.
    for (const resource of t.app.registry.resources.values()) {
      if (resource.permission === null || resource.audience === "portal") continue;
      const { status } = await t.api("GET", `/api/v1/${resource.path}?page[size]=1`, { key });
      const said = permissions.find((one) => one.permission === resource.permission)?.is_allowed;
      expect([resource.path, status]).toEqual([resource.path, said === true ? 200 : 403]);
    }
  });

  test("names all roles that grant it, and the widest of their scopes", async () => {
    const person = await makeStaff(t.harbor, "technician");
    const own = await made("roles", "roles", { name: "Own only", permissions: ["tickets.read:own"] });
    const team = await made("roles", "roles", { name: "Team only", permissions: ["tickets.read:team"] });
    await inUnit(t.harbor.system, (work) => setRoles(work, person.id, [own, team]));
    const read = (await accessOf(person.id)).permissions.find((one) => one.permission === "tickets.read");
    expect(read).toMatchObject({ is_allowed: true, scope: "team", reason: "granted" });
    expect(read?.roles.map(({ name, scope }) => `${name} ${scope}`)).toEqual(["Own only own", "Team only team"]);
  });

  test("with a key is what its scopes leave of it, and the key that asks is told about itself", async () => {
    const person = await makeStaff(t.harbor, "technician");
    const { id, key } = await withKey(person, ["tickets.read", "staff.manage"]);
    const byPerson = await accessOf(person.id, { key_id: id });
    const { body } = await t.api("GET", "/api/v1/me/access", { key });
    expect(body.data.attributes).toEqual(byPerson);
    const reasonOf = (name: string): string | undefined =>
      byPerson.permissions.find((one) => one.permission === name)?.reason;
    expect(byPerson.permissions.filter((one) => one.is_allowed).map((one) => one.permission)).toEqual(["tickets.read"]);
    expect(["tickets.read", "companies.read", "staff.manage"].map(reasonOf)).toEqual([
      "granted",
      "not_in_key",
      "no_role",
    ]);
    const other = await withKey(await makeStaff(t.harbor, "technician"));
    const foreign = await t.api("GET", `/api/v1/users/${person.id}/access?key_id=${other.id}`, { key: admin });
    expect(foreign.status).toBe(404);
  });

  test("is nothing of a module that is switched off, and the roles keep it", async () => {
    const person = await makeStaff(t.harbor, "finance");
    const { key } = await withKey(person);
    const billing = async (): Promise<PermissionAnswer | undefined> =>
      (await accessOf(person.id)).permissions.find((one) => one.permission === "billing.read");
    const switchOff = (...disabled_modules: string[]): Promise<unknown> =>
      inUnit(t.harbor.system, async (work) => {
        const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
        return update(work, organizations, id, { disabled_modules });
      });
    expect(await billing()).toMatchObject({ is_allowed: true, reason: "granted" });
    await switchOff("billing", "payments");
    try {
      expect(await billing()).toMatchObject({ is_allowed: false, reason: "module_off", roles: [{ name: "Finance" }] });
      expect((await actorBy(key)).permissions.has("billing.read")).toBe(false);
      const role = (await billing())?.roles[0]?.id ?? "";
      const permissions = (await t.api("GET", `/api/v1/roles/${role}`, { key: admin })).body.data.attributes
        .permissions;
      expect(permissions).toContain("billing.read");
      const attributes = { description: "Money, and nothing else" };
      const body = { data: { type: "roles", id: role, attributes } };
      expect((await t.api("PATCH", `/api/v1/roles/${role}`, { key: admin, body })).status).toBe(200);
    } finally {
      await switchOff();
    }
    expect(await billing()).toMatchObject({ is_allowed: true, reason: "granted" });
    expect((await actorBy(key)).permissions.has("billing.read")).toBe(true);
  });

  test("is nothing when the account is closed", async () => {
    const person = await makeStaff(t.harbor, "administrator");
    await perform(await t.harbor.as("administrator"), deactivateStaff, { id: person.id });
    const { permissions } = await accessOf(person.id);
    expect(new Set(permissions.map((one) => one.reason))).toEqual(new Set(["account_closed"]));
    expect(permissions.some((one) => one.is_allowed)).toBe(false);
  });

  test("in the portal is of the portal's own permissions", async () => {
    const client = await clientOf(t, "Portal AG", "pia@portal.test");
    const { id } = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("users").select("id").where("contact_id", "=", client.contactId).executeTakeFirstOrThrow(),
    );
    const { user_type, permissions } = await accessOf(id);
    expect(user_type).toBe("portal");
    expect(permissions.map((one) => one.permission)).toEqual([...t.app.registry.portalPermissions.keys()]);
    expect(permissions.every((one) => one.is_allowed && one.roles[0]?.name === "Client admin")).toBe(true);
  });

  test("is nobody else's business than the managers' of the staff, and nobody's of another organization", async () => {
    const [sam, kim] = [await makeStaff(t.harbor, "technician"), await makeStaff(t.harbor, "technician")];
    const { key } = await withKey(sam);
    expect((await t.api("GET", `/api/v1/users/${kim.id}/access`, { key })).status).toBe(403);
    const millKey = await t.mill.key("administrator");
    expect((await t.api("GET", `/api/v1/users/${sam.id}/access`, { key: millKey, tenant: t.mill })).status).toBe(404);
    const browser = await browserOf(t, sam);
    expect((await browser.open(`/settings/staff/${kim.id}/access`)).status).toBe(403);
    const own = await browser.open("/account/access");
    expect([own.status, own.text.includes("Through Technician")]).toEqual([200, true]);
  });
});

describe("whether somebody sees a record", () => {
  test("is answered as it really is, with the rule, for every scope and record", async () => {
    const roleWith = (name: string, grant: string): Promise<string> =>
      made("roles", "roles", { name, permissions: ["companies.read", "tickets.write", grant] });
    const roles = {
      all: await roleWith("Sees all", "tickets.read"),
      team: await roleWith("Sees the team's", "tickets.read:team"),
      own: await roleWith("Sees own", "tickets.read:own"),
      none: await made("roles", "roles", { name: "Sees none", permissions: ["companies.read"] }),
    };
    const people = Object.fromEntries(
      await Promise.all(
        Object.entries(roles).map(async ([scope, role]) => {
          const person = await makeStaff(t.harbor, "technician", `Kim ${scope}`);
          await inUnit(t.harbor.system, (work) => setRoles(work, person.id, [role]));
          return [scope, { ...person, key: (await withKey(person)).key }] as const;
        }),
      ),
    );
    const members = Object.values(people).map((person) => person.id);
    const team = await made("teams", "teams", { name: "Green", member_ids: members });
    const ticket = (given: Record<string, unknown>): Promise<string> =>
      made("tickets", "tickets", { title: "Walrus", company_id: company, ...given });
    const expected: Record<string, Record<string, string>> = {
      all: { nobody: "all", team: "all", mine: "all", yours: "all" },
      team: { nobody: "not_team", team: "team", mine: "assigned", yours: "not_team" },
      own: { nobody: "not_own", team: "not_own", mine: "assigned", yours: "not_own" },
      none: { nobody: "no_permission", team: "no_permission", mine: "no_permission", yours: "no_permission" },
    };
    const boss = (await t.harbor.as("administrator")).actor.user_id;
    for (const [scope, rules] of Object.entries(expected)) {
      const person = people[scope];
      if (person === undefined) throw new Error(scope);
      const ids = {
        nobody: await ticket({}),
        team: await ticket({ team_id: team }),
        mine: await ticket({ assigned_to_id: person.id }),
        yours: await ticket({ assigned_to_id: boss }),
      };
      for (const [which, id] of Object.entries(ids)) {
        const { record } = await accessOf(person.id, { record: `/tickets/${id}` });
        const really = (await t.api("GET", `/api/v1/tickets/${id}`, { key: person.key })).status === 200;
        expect([scope, which, record?.rule, record?.is_seen]).toEqual([scope, which, rules[which], really]);
        const change = record?.actions.find((one) => one.name === "tickets.update");
        const body = { data: { type: "tickets", id, attributes: { title: "Changed" } } };
        const changed = (await t.api("PATCH", `/api/v1/tickets/${id}`, { key: person.key, body })).status === 200;
        expect([scope, which, change?.is_allowed]).toEqual([scope, which, changed]);
      }
    }
  });

  test("takes a number, an address of a page or of the API, and says what else it wants", async () => {
    const { id } = await makeStaff(t.harbor, "technician");
    const ticket = await made("tickets", "tickets", { title: "By number", company_id: company });
    const { body } = await t.api("GET", `/api/v1/tickets/${ticket}`, { key: admin });
    const number = body.data.attributes.ticket_number as string;
    for (const given of [number, `#${number}`, `https://desk.test/tickets/${ticket}?x=1`, `/api/v1/tickets/${ticket}`])
      expect((await accessOf(id, { record: given })).record).toMatchObject({ id: ticket, is_seen: true, rule: "all" });
    expect((await accessOf(id, { record: `/companies/${company}/edit` })).record).toMatchObject({
      type: "companies",
      rule: "permission",
    });
    const status = async (record: string, key = admin): Promise<number> =>
      (await t.api("GET", `/api/v1/users/${id}/access?${new URLSearchParams({ record })}`, { key })).status;
    expect([await status("something"), await status("999999"), await status(`/tickets/${id}`)]).toEqual([
      422, 404, 404,
    ]);
  });

  test("on the page reads as a sentence, and a record that the asker does not see is not there", async () => {
    const narrow = await made("roles", "roles", { name: "Narrow", permissions: ["tickets.read:own"] });
    const person = await makeStaff(t.harbor, "technician");
    await inUnit(t.harbor.system, (work) => setRoles(work, person.id, [narrow]));
    const ticket = await made("tickets", "tickets", { title: "Somebody's", company_id: company });
    const boss = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    const { text } = await boss.open(`/settings/staff/${person.id}/access?record=/tickets/${ticket}`);
    expect(text).toContain("No, this person does not see it");
    expect(text).toContain("neither assigned to this person nor opened by them");
    expect(text).toContain("Through Narrow: own only");
    const own = await (await browserOf(t, person)).open(`/account/access?record=/tickets/${ticket}`);
    expect([own.status, own.text.includes("This ticket was not found.")]).toEqual([200, true]);
  });
});
