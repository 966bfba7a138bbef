import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { inUnit, reading } from "../../platform/context.ts";
import { setRoles } from "./roles.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const role = (attributes: Record<string, unknown>, id?: string): unknown => ({
  data: { type: "roles", ...(id === undefined ? {} : { id }), attributes },
});

async function make(attributes: Record<string, unknown>): Promise<string> {
  const answer = await t.api("POST", "/api/v1/roles", { key, body: role(attributes) });
  expect(answer.status).toBe(201);
  return answer.body.data.id;
}

const roleOf = async (roleKey: string): Promise<string> =>
  (
    await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("roles").select("id").where("role_key", "=", roleKey).executeTakeFirstOrThrow(),
    )
  ).id;

const permissionsOf = async (id: string): Promise<string[]> =>
  (await t.api("GET", `/api/v1/roles/${id}`, { key })).body.data.attributes.permissions;

/** Somebody with only this role, and a key of theirs. */
async function holderOf(id: string): Promise<string> {
  const person = await makeStaff(t.harbor, "technician");
  await inUnit(t.harbor.system, (work) => setRoles(work, person.id, [id]));
  const { makeApiKey } = await import("./keys.ts");
  return (await inUnit(t.harbor.system, (work) => makeApiKey(work, person.id, { name: "test" }))).key;
}

test("a new organization has the standard roles, six for staff and two for clients' people", async () => {
  const { body } = await t.api("GET", "/api/v1/roles?page[size]=50", { key });
  const named = body.data.map((one: { attributes: Record<string, string> }) => [
    one.attributes["user_type"],
    one.attributes["name"],
  ]);
  for (const name of ["Administrator", "Manager", "Technician", "Dispatcher", "Sales", "Finance"])
    expect(named).toContainEqual(["staff", name]);
  for (const name of ["Client admin", "Client user"]) expect(named).toContainEqual(["portal", name]);
});

test("a standard role is called in its reader's language on its pages, one of one's own as it is", async () => {
  const boss = await makeStaff(t.harbor, "administrator");
  const browser = await browserOf(t, boss);
  await inUnit(t.harbor.system, ({ db }) =>
    db.updateTable("users").set({ language: "de" }).where("id", "=", boss.id).execute(),
  );
  const technicians = await roleOf("technician");
  const at = `/settings/roles/${technicians}`;
  const shown = await browser.open(at);
  expect(shown.html).toContain(">Techniker</h1>");
  const field = /name="name" required\s+value="([^"]*)"/.exec(shown.html);
  expect(field?.[1]).toBe("Techniker");
  const named = async (): Promise<unknown> =>
    (await t.api("GET", `/api/v1/roles/${technicians}`, { key })).body.data.attributes.name;
  await browser.submit(at);
  expect(await named()).toBe("Technician");
  await browser.open(at);
  await browser.submit(at, { name: "Außendienst" });
  expect(await named()).toBe("Außendienst");
  await t.api("PATCH", `/api/v1/roles/${technicians}`, { key, body: role({ name: "Technician" }, technicians) });
  expect((await browser.open("/settings/roles/new")).html).toContain(">Techniker</option>");
  // "Download" is a word of Purser's and would be translated.
  const own = await make({ name: "Download" });
  expect((await browser.open(`/settings/roles/${own}`)).html).toContain(">Download</h1>");
});

describe("a role of one's own", () => {
  test("is copied, renamed, changed, and deleted when nobody has it", async () => {
    const id = await make({ name: "Night shift", copy_of_id: await roleOf("technician") });
    expect(await permissionsOf(id)).toEqual(await permissionsOf(await roleOf("technician")));
    const changed = await t.api("PATCH", `/api/v1/roles/${id}`, {
      key,
      body: role({ permissions: ["tickets.read", "companies.read"] }, id),
    });
    expect(changed.body.data.attributes).toMatchObject({
      name: "Night shift",
      permissions: ["companies.read", "tickets.read"],
      version: 2,
    });
    await holderOf(id);
    const held = await t.api("DELETE", `/api/v1/roles/${id}`, { key });
    expect([held.status, held.body.errors[0].detail]).toEqual([409, expect.stringContaining("Robin Vale")]);
    const free = await make({ name: "Nobody's" });
    expect((await t.api("DELETE", `/api/v1/roles/${free}`, { key })).status).toBe(204);
  });

  test("gives nobody more than its giver has", async () => {
    const id = await make({ name: "Team lead", permissions: ["staff.manage", "tickets.read"] });
    const lead = await holderOf(id);
    const raised = await t.api("PATCH", `/api/v1/roles/${id}`, {
      key: lead,
      body: role({ permissions: ["staff.manage", "tickets.read", "billing.read"] }, id),
    });
    expect([raised.status, raised.body.errors[0].code]).toEqual([422, "above_own"]);
    const copied = await t.api("POST", "/api/v1/roles", {
      key: lead,
      body: role({ name: "Copy", copy_of_id: await roleOf("administrator") }),
    });
    expect([copied.status, copied.body.errors[0].code]).toEqual([422, "above_own"]);
    const invited = await t.api("POST", "/api/v1/users", {
      key: lead,
      body: {
        data: {
          type: "users",
          attributes: { name: "Mo", email: "mo@harbor.test", role_ids: [await roleOf("administrator")] },
        },
      },
    });
    expect([invited.status, invited.body.errors[0].code]).toEqual([422, "above_own"]);
  });

  test("does not let its holder take over the account of somebody who may do more", async () => {
    const lead = await holderOf(await make({ name: "Front desk", permissions: ["staff.manage"] }));
    const id = (await t.harbor.as("administrator")).actor.user_id ?? "";
    const answer = await t.api("PATCH", `/api/v1/users/${id}`, {
      key: lead,
      body: { data: { type: "users", id, attributes: { email: "mine@evil.test" } } },
    });
    expect([answer.status, answer.body.errors[0].code]).toEqual([403, "above_own"]);
  });

  test("is for staff or for clients' people, and grants what there is for them", async () => {
    const wrong = await t.api("POST", "/api/v1/roles", {
      key,
      body: role({ name: "Spy", user_type: "portal", permissions: ["tickets.read"] }),
    });
    expect(wrong.status).toBe(422);
    const payer = await make({ name: "Payer", user_type: "portal", permissions: ["portal.invoices"] });
    const person = await makeStaff(t.harbor, "technician");
    const answer = await t.api("PATCH", `/api/v1/users/${person.id}`, {
      key,
      body: { data: { type: "users", id: person.id, attributes: { role_ids: [payer] } } },
    });
    expect(answer.status).toBe(422);
  });

  test("is filled in on a page: a heading a module, boxes and how far, and empty when nothing is left", async () => {
    const id = await make({ name: "Desk", permissions: ["tickets.read:own", "time.write", "billing.read"] });
    const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    const at = `/settings/roles/${id}`;
    const shown = await browser.open(at);
    for (const heading of ["Tickets", "Time", "Billing", "Connected apps"])
      expect(shown.html).toContain(`<h2>${heading}</h2>`);
    expect(shown.html).toContain('<option value="tickets.read:own" selected>');
    // As a browser without scripts sends it: nothing touched is nothing changed.
    await browser.submit(at);
    expect(await permissionsOf(id)).toEqual(["billing.read", "tickets.read:own", "time.write"]);
    await browser.open(at);
    await browser.submit(at, { permissions: ["tickets.read:team", "companies.read", ""] });
    expect(await permissionsOf(id)).toEqual(["companies.read", "tickets.read:team"]);
    await browser.open(at);
    await browser.submit(at, { permissions: "" });
    expect(await permissionsOf(id)).toEqual([]);
    const lead = await make({ name: "Lead", permissions: ["staff.manage"] });
    const person = await makeStaff(t.harbor, "technician");
    await inUnit(t.harbor.system, (work) => setRoles(work, person.id, [lead]));
    const small = await browserOf(t, person);
    await small.open(at);
    const refused = await small.submit(at, { permissions: ["billing.read"] });
    expect([refused.status, refused.text.split("You cannot give billing.read").length]).toEqual([422, 2]);
  });

  test("is told of when it gives more", async () => {
    const id = await make({ name: "Raised" });
    await t.api("PATCH", `/api/v1/roles/${id}`, { key, body: role({ permissions: ["billing.read"] }, id) });
    const events = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("events").selectAll().where("event_name", "=", "staff.role_raised").execute(),
    );
    expect(JSON.stringify(events)).toContain(id);
  });
});

test("a standard role stays, and a person whose roles alone change is another version", async () => {
  expect((await t.api("DELETE", `/api/v1/roles/${await roleOf("sales")}`, { key })).status).toBe(409);
  const person = await makeStaff(t.harbor, "technician");
  const before = (await t.api("GET", `/api/v1/users/${person.id}`, { key })).body.data.attributes.version;
  const after = await t.api("PATCH", `/api/v1/users/${person.id}`, {
    key,
    body: { data: { type: "users", id: person.id, attributes: { role_ids: [await roleOf("sales")] } } },
  });
  expect(after.body.data.attributes.version).toBe(before + 1);
});
