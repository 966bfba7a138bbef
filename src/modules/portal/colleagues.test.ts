import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, clientOf, clientPassword, contactOf, linkFor, tokenOf } from "../../../tests/support/clients.ts";
import { makeColleague } from "../../../tests/support/desk.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import { setRoles } from "../staff/index.ts";
import { saveColleague } from "./colleagues.ts";

let t: TestProgram;
let nordwind: Client;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  nordwind = await clientOf(t, "Nordwind Logistics", "annika@nordwind.test");
  key = await tokenOf(t, nordwind);
});
afterAll(() => t.close());

const path = "/api/v1/portal/company/contacts";
const put = (attributes: Record<string, unknown>, as = key): Promise<ApiAnswer> =>
  t.api("PUT", path, { key: as, body: { data: { type: "contacts", attributes } } });

interface Person {
  id: string;
  attributes: { first_name: string; is_portal_user: boolean; role_id: string | null };
}

const named = ({ body }: ApiAnswer, name: string): Person => {
  const found = (body.data as Person[]).find((one) => one.attributes.first_name === name);
  if (found === undefined) throw new Error(`no ${name}: ${JSON.stringify(body)}`);
  return found;
};

const roleCalled = async (name: string): Promise<string> =>
  (
    await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("roles").select("id").where("name", "=", name).executeTakeFirstOrThrow(),
    )
  ).id;

const refusal = (work: Promise<unknown>): Promise<[number, string]> =>
  work.then(
    () => [200, "done"],
    (failure: Failure) => [failure.status, failure.problems[0]?.code ?? failure.code],
  );

/** Somebody of the company who may say who comes in, and otherwise no more than an ordinary user. */
async function lesserManager(): Promise<Ctx> {
  const person = await makeColleague(t, nordwind.companyId);
  const admin = await t.harbor.key("administrator");
  const { body } = await t.api("POST", "/api/v1/roles", {
    key: admin,
    body: {
      data: {
        type: "roles",
        attributes: { name: "Door keeper", user_type: "portal", permissions: ["portal.contacts.manage"] },
      },
    },
  });
  await inUnit(t.harbor.system, (work) => setRoles(work, person.actor.user_id ?? "", [body.data.id]));
  return t.harbor.actorContext(person.actor.user_id ?? "");
}

describe("a client admin", () => {
  test("adds a colleague, lets them in, changes their role and takes access away, and it is written down", async () => {
    const user = await roleCalled("Client user");
    const added = await put({ first_name: "Ole", last_name: "Berg", email: "ole@nordwind.test" });
    expect([added.status, named(added, "Ole").attributes]).toEqual([
      200,
      expect.objectContaining({ is_portal_user: false, role_id: null }),
    ]);
    const { id } = named(added, "Ole");
    expect(named(await put({ id, role_id: user }), "Ole").attributes).toMatchObject({
      is_portal_user: true,
      role_id: user,
    });
    const link = await linkFor(t, "ole@nordwind.test");
    const ole = t.browser();
    await ole.open(link);
    expect((await ole.submit(link, { password: clientPassword })).url).toBe("/portal");
    expect((await ole.open("/portal/contacts")).status).toBe(403);
    expect((await ole.open("/portal/invoices")).status).toBe(403);
    const admin = await roleCalled("Client admin");
    expect(named(await put({ id, role_id: admin }), "Ole").attributes.role_id).toBe(admin);
    expect((await ole.open("/portal/contacts")).status).toBe(200);
    expect(named(await put({ id, role_id: null }), "Ole").attributes).toMatchObject({ is_portal_user: false });
    expect((await ole.open("/portal")).url).toStartWith("/portal/sign-in");
    const entries = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("audit_log").select("actor_name").where("entity_id", "=", id).execute(),
    );
    expect(new Set(entries.map((entry) => entry.actor_name))).toEqual(new Set(["Annika Petersen"]));
  });

  test("changes what a colleague signs in with along with the address, in the own name", async () => {
    const role_id = await roleCalled("Client user");
    const { id } = named(await put({ first_name: "Ada", email: "ada@nordwind.test", role_id }), "Ada");
    expect((await put({ id, email: nordwind.email })).status).toBe(422);
    expect((await put({ id, email: "Ada.New@nordwind.test" })).status).toBe(200);
    const user = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("users").select(["id", "email"]).where("contact_id", "=", id).executeTakeFirstOrThrow(),
    );
    expect(user.email).toBe("ada.new@nordwind.test");
    // Taking the access away is written down in that name, too.
    expect((await put({ id, email: null, role_id: null })).status).toBe(200);
    const entries = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("audit_log").select(["actor_name", "new_values"]).where("entity_id", "=", user.id).execute(),
    );
    expect(entries.some(({ new_values }) => new_values !== null && "deactivated_at" in new_values)).toBe(true);
    expect(new Set(entries.map((entry) => entry.actor_name))).toEqual(new Set(["Annika Petersen"]));
  });

  test("does it on pages, with what was typed kept when something is missing", async () => {
    const { browser } = nordwind;
    await browser.open("/portal/contacts/new");
    const refused = await browser.submit("/portal/contacts/new", {
      first_name: "Silke",
      role_id: await roleCalled("Client user"),
    });
    expect([refused.status, refused.html.includes('value="Silke"')]).toEqual([422, true]);
    const added = await browser.submit("/portal/contacts/new", {
      first_name: "Silke",
      email: "silke@nordwind.test",
      role_id: await roleCalled("Client user"),
    });
    expect([added.url, added.text.includes("silke@nordwind.test")]).toEqual(["/portal/contacts", true]);
    const { id } = named(await t.api("GET", path, { key }), "Silke");
    const shown = async (): Promise<string> => (await browser.open("/portal/contacts?q=silke")).text;
    expect(await shown()).toContain("Invited Nov 21, 2026");
    const silke = t.browser();
    const link = await linkFor(t, "silke@nordwind.test");
    await silke.open(link);
    await silke.submit(link, { password: clientPassword });
    expect([(await shown()).includes("Invited"), (await shown()).includes("Has access")]).toEqual([false, true]);
    expect((await browser.open(`/portal/contacts/${id}`)).text).toContain("No access");
    expect((await browser.submit(`/portal/contacts/${id}`, { title: "Buyer", role_id: "" })).text).toContain("Buyer");
    expect(named(await t.api("GET", path, { key }), "Silke").attributes.is_portal_user).toBe(false);
  });

  test("reads of a standard role in their language, and of one that the team made as it was named", async () => {
    await t.api("POST", "/api/v1/roles", {
      key: await t.harbor.key("administrator"),
      body: { data: { type: "roles", attributes: { name: "Download", user_type: "portal", permissions: [] } } },
    });
    const { browser } = nordwind;
    const speak = (language: string | null) =>
      inUnit(t.harbor.system, ({ db }) => db.updateTable("contacts").set({ language }).execute());
    await speak("de");
    const form = (await browser.open("/portal/contacts/new")).text;
    expect(form).toContain("Download");
    expect(form).not.toContain("Herunterladen");
    expect(form).not.toContain("Client user");
    await speak(null);
  });

  test("keeps the own role and the own access", async () => {
    const own = nordwind.contactId;
    expect((await put({ id: own, role_id: null })).status).toBe(409);
    expect((await put({ id: own, role_id: await roleCalled("Client user") })).status).toBe(409);
    expect((await put({ id: own, title: "Head of IT" })).status).toBe(200);
  });

  test("sees and touches nobody of another company, and nobody of another organization", async () => {
    const other = await contactOf(t.harbor, "Ferry Co", "fred@ferry.test");
    const mill = await contactOf(t.mill, "Foreign Co", "f@foreign.test");
    for (const id of [other.contactId, mill.contactId]) {
      expect((await put({ id, first_name: "Mine" })).status).toBe(404);
      expect((await put({ id, role_id: await roleCalled("Client user") })).status).toBe(404);
      expect((await nordwind.browser.open(`/portal/contacts/${id}`)).status).toBe(404);
    }
    const list = JSON.stringify((await t.api("GET", path, { key })).body);
    expect([list.includes("annika@nordwind.test"), list.includes("ferry.test")]).toEqual([true, false]);
    expect((await put({ first_name: "Moved", company_id: other.companyId })).status).toBe(422);
  });

  test("gives no role of the staff", async () => {
    const { id } = named(await put({ first_name: "Tove", email: "tove@nordwind.test" }), "Tove");
    expect((await put({ id, role_id: await roleCalled("Administrator") })).status).toBe(422);
  });
});

describe("whoever may only say who comes in", () => {
  test("gives nobody more than they have, and leaves those alone who may do more", async () => {
    const keeper = await lesserManager();
    const save = (input: Record<string, unknown>): Promise<[number, string]> =>
      refusal(perform(keeper, saveColleague, input));
    const admin = await roleCalled("Client admin");
    const person = { first_name: "Una", email: "una@nordwind.test" };
    expect(await save({ ...person, role_id: admin })).toEqual([422, "above_own"]);
    expect(await save({ ...person, role_id: await roleCalled("Client user") })).toEqual([200, "done"]);
    expect(await save({ id: nordwind.contactId, role_id: null })).toEqual([403, "above_own"]);
    expect(await save({ id: nordwind.contactId, email: "mine@nordwind.test" })).toEqual([403, "above_own"]);
  });

  test("is nobody without the permission, and nobody of the staff", async () => {
    const colleague = await makeColleague(t, nordwind.companyId);
    expect(await refusal(perform(colleague, saveColleague, { first_name: "No" }))).toEqual([403, "forbidden"]);
    const staff = await t.harbor.as("administrator");
    expect(await refusal(perform(staff, saveColleague, { first_name: "No" }))).toEqual([403, "forbidden"]);
    expect((await put({ first_name: "No" }, await t.harbor.key("administrator"))).status).toBe(401);
  });
});
