import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { clientOf, clientPassword, type Client, contactOf, linkFor, tokenOf } from "../../../tests/support/clients.ts";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { startSession } from "../../platform/access/sessions.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import { companies, contacts, updateContact } from "../companies/index.ts";
import { inviteContact, revokeContact } from "./access.ts";

let t: TestProgram;
let nordwind: Client;

beforeAll(async () => {
  t = await startTestProgram();
  nordwind = await clientOf(t, "Nordwind Logistics", "annika@nordwind.test");
});
afterAll(() => t.close());

describe("portal access", () => {
  test("is given by a mail with a link, and taken away at once", async () => {
    const { contactId } = await contactOf(t.harbor, "Ferry Co", "fred@ferry.test");
    const key = await t.harbor.key("technician");
    const given = await t.api("POST", `/api/v1/contacts/${contactId}/portal-access`, { key });
    expect(given.body.data.attributes).toMatchObject({ is_portal_user: true });
    const link = await linkFor(t, "fred@ferry.test");
    expect(link).toStartWith("/portal/invite/");
    const fred = t.browser();
    await fred.open(link);
    expect((await fred.submit(link, { password: "short" })).status).toBe(422);
    expect((await fred.submit(link, { password: clientPassword })).url).toBe("/portal");
    expect((await t.api("POST", `/api/v1/contacts/${contactId}/portal-access`, { key })).status).toBe(409);
    await perform(await t.harbor.as("technician"), revokeContact, { id: contactId });
    expect((await fred.open("/portal")).url).toStartWith("/portal/sign-in");
    await fred.submit("/portal/sign-in", { email: "fred@ferry.test", password: clientPassword });
    expect((await fred.open("/portal")).url).toStartWith("/portal/sign-in");
    await perform(await t.harbor.as("technician"), inviteContact, { id: contactId });
    const again = await linkFor(t, "fred@ferry.test");
    expect(again).not.toBe(link);
    await fred.open(again);
    const used = await fred.submit(again, { password: clientPassword });
    expect([used.status, used.text.includes("You have used this password before.")]).toEqual([422, true]);
    expect((await fred.submit(again, { password: "four blue ferries at noon" })).url).toBe("/portal");
  });

  test("is offered with what the person may do there", async () => {
    const invite = async (name: string, role_key: string): Promise<string> => {
      const email = `${name}@may.test`;
      const { contactId } = await contactOf(t.harbor, `May ${name}`, email);
      const read = <R>(run: (ctx: Ctx) => Promise<R>): Promise<R> => reading(t.harbor.system, run);
      const { id } = await read(({ db }) =>
        db.selectFrom("roles").select("id").where("role_key", "=", role_key).executeTakeFirstOrThrow(),
      );
      await perform(await t.harbor.as("technician"), inviteContact, { id: contactId, role_id: id });
      const mail = await read(({ db }) =>
        db.selectFrom("mails").select("text_body").where("to_address", "=", email).executeTakeFirstOrThrow(),
      );
      return mail.text_body;
    };
    expect(await invite("payer", "client_admin")).toContain("and see invoices");
    const plain = await invite("plain", "client_user");
    expect(plain).toContain("ask for help, and see how it is going");
    expect(plain).not.toMatch(/invoice/i);
  });

  test("is held to the version of the contact that was shown", async () => {
    const key = await t.harbor.key("technician");
    const { contactId } = await contactOf(t.harbor, "Barge Co", "bea@barge.test");
    const path = `/api/v1/contacts/${contactId}/portal-access`;
    const ask = async (method: string, tag: string, body?: object): Promise<number> =>
      (await t.api(method, path, { key, headers: { "if-match": tag }, ...(body === undefined ? {} : { body }) }))
        .status;
    const first = (await t.api("GET", `/api/v1/contacts/${contactId}`, { key })).headers.get("etag") ?? "";
    expect(await ask("POST", first, {})).toBe(200);
    expect(await ask("POST", first)).toBe(412);
    expect(await ask("DELETE", first)).toBe(412);
    const { body } = await t.api("GET", "/api/v1/roles?filter[user_type]=portal", {
      key: await t.harbor.key("administrator"),
    });
    const change = { data: { type: "contacts", id: contactId, attributes: { role_id: body.data[0].id } } };
    expect(await ask("PATCH", first, change)).toBe(412);
    const now = (await t.api("GET", `/api/v1/contacts/${contactId}`, { key })).headers.get("etag") ?? "";
    expect(await ask("PATCH", now, change)).toBe(200);
    expect(await ask("DELETE", now)).toBe(200);
  });

  test("ends with the contact", async () => {
    const gone = await clientOf(t, "Gone GmbH", "gerd@gone.test");
    await inUnit(t.harbor.system, (work) => update(work, contacts, gone.contactId, { archived_at: t.clock.now() }));
    expect((await gone.browser.open("/portal")).url).toStartWith("/portal/sign-in");
  });

  test("ends with the company, and begins again with it", async () => {
    const gone = await clientOf(t, "Left Ltd", "lea@left.test");
    const archived = (archived_at: string | null): Promise<unknown> =>
      inUnit(t.harbor.system, (work) => update(work, companies, gone.companyId, { archived_at }));
    await archived(t.clock.now());
    expect((await gone.browser.open("/portal")).url).toStartWith("/portal/sign-in");
    await gone.browser.submit("/portal/sign-in", { email: "lea@left.test", password: clientPassword });
    expect((await gone.browser.open("/portal")).url).toStartWith("/portal/sign-in");
    await archived(null);
    await gone.browser.submit("/portal/sign-in", { email: "lea@left.test", password: clientPassword });
    expect((await gone.browser.open("/portal")).url).toBe("/portal");
  });

  test("needs an address that nobody else has, a permission, and the own organization", async () => {
    const key = await t.harbor.key("technician");
    const { contactId: silent } = await contactOf(t.harbor, "Silent Co", null);
    const answer = await t.api("POST", `/api/v1/contacts/${silent}/portal-access`, { key });
    expect([answer.status, answer.body.errors[0].source.pointer]).toEqual([422, "/data/attributes/email"]);
    const { contactId: twin } = await contactOf(t.harbor, "Twin Co", nordwind.email);
    expect((await t.api("POST", `/api/v1/contacts/${twin}/portal-access`, { key })).status).toBe(422);
    expect(
      (await t.api("POST", `/api/v1/contacts/${twin}/portal-access`, { key: await t.harbor.key("finance") })).status,
    ).toBe(403);
    const { contactId: foreign } = await contactOf(t.mill, "Foreign Co", "f@foreign.test");
    expect((await t.api("POST", `/api/v1/contacts/${foreign}/portal-access`, { key })).status).toBe(404);
  });

  test("goes with the contact's address: sign-in, links that are on their way, and who has it already", async () => {
    const moved = await clientOf(t, "Renamed Co", "ren@old.test");
    const key = await t.harbor.key("technician");
    const change = (email: string | null, id = moved.contactId): ReturnType<typeof t.api> =>
      t.api("PATCH", `/api/v1/contacts/${id}`, {
        key,
        body: { data: { type: "contacts", id, attributes: { email } } },
      });
    const taken = await change(nordwind.email);
    expect([taken.status, taken.body.errors[0].code, taken.body.errors[0].source.pointer]).toEqual([
      422,
      "duplicate",
      "/data/attributes/email",
    ]);
    expect((await change(null)).body.errors[0].code).toBe("required");
    const visitor = t.browser();
    await visitor.open("/portal/forgot");
    await visitor.submit("/portal/forgot", { email: "ren@old.test" });
    await t.settle();
    const link = await linkFor(t, "ren@old.test");
    expect(link).toStartWith("/portal/reset/");
    expect((await change("Ren@New.test")).status).toBe(200);
    expect((await visitor.open(link)).status).toBe(404);
    const signIn = async (email: string): Promise<string> => {
      await visitor.open("/portal/sign-in");
      return (await visitor.submit("/portal/sign-in", { email, password: clientPassword })).url;
    };
    expect(await signIn("ren@old.test")).toStartWith("/portal/sign-in");
    expect(await signIn("ren@new.test")).toBe("/portal");
    // Both addresses hear of it.
    const told = await reading(t.harbor.system, ({ db }) =>
      db
        .selectFrom("mails")
        .select(["to_address"])
        .where("text_body", "like", "%another e-mail address: ren@new.test.%")
        .execute(),
    );
    expect(told.map(({ to_address }) => to_address).toSorted()).toEqual(["ren@new.test", "ren@old.test"]);
    await perform(await t.harbor.as("technician"), revokeContact, { id: moved.contactId });
    expect((await change(null)).status).toBe(200);
  });

  test("that nobody has taken up yet is mailed anew to the address that the contact gets", async () => {
    const { contactId: id } = await contactOf(t.harbor, "Corrected Co", "typo@corected.test");
    const technician = await t.harbor.as("technician");
    await perform(technician, inviteContact, { id });
    const first = await linkFor(t, "typo@corected.test");
    const body = { data: { type: "contacts", id, attributes: { email: "tina@corrected.test" } } };
    const key = await t.harbor.key("technician");
    expect((await t.api("PATCH", `/api/v1/contacts/${id}`, { key, body })).status).toBe(200);
    const tina = t.browser();
    expect((await tina.open(first)).status).toBe(404);
    const second = await linkFor(t, "tina@corrected.test");
    await tina.open(second);
    expect((await tina.submit(second, { password: clientPassword })).url).toBe("/portal");
    // Whoever has come in already needs no second one: they hear of the change.
    await perform(technician, updateContact, { id, email: "tina@home.test" });
    const mails = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("mails").select("text_body").where("to_address", "=", "tina@home.test").execute(),
    );
    expect(mails.map(({ text_body }) => text_body.includes("/portal/invite/"))).toEqual([false]);
  });

  test("stands on the contact's page with what can be done about it", async () => {
    const { contactId } = await contactOf(t.harbor, "Page Co", "pia@page.test");
    const html = await contactPage(contactId);
    expect(html).toContain("Give portal access");
    await perform(await t.harbor.as("technician"), inviteContact, { id: contactId });
    const invited = await contactPage(contactId);
    expect(invited).toContain("Send the invitation again");
    expect(invited).toContain("Revoke portal access");
  });

  async function contactPage(id: string): Promise<string> {
    const ctx = await t.harbor.as("technician");
    const { token } = await inUnit(ctx, (work) => startSession(work, ctx.actor.user_id ?? ""));
    const answer = await t.fetch(`/contacts/${id}`, { headers: { cookie: `purser=${token}` } });
    return answer.text();
  }

  test("comes with a role that staff choose, and change while it is in use", async () => {
    const { contactId } = await contactOf(t.harbor, "Role Co", "rita@role.test");
    const [user, admin, staff] = await reading(t.harbor.system, async ({ db }) => {
      const found = await db.selectFrom("roles").select(["id", "role_key"]).execute();
      return ["client_user", "client_admin", "technician"].map(
        (key) => found.find((one) => one.role_key === key)?.id ?? "",
      );
    });
    if (user === undefined || admin === undefined) throw new Error("there are standard roles");
    const tech = await browserOf(t, await makeStaff(t.harbor, "technician"));
    const form = await tech.open(`/contacts/${contactId}/portal-access`);
    expect(form.html).toMatch(new RegExp(`value="${admin}" checked`));
    expect((await tech.submit(`/contacts/${contactId}/portal-access`, { role_id: user })).url).toBe(
      `/contacts/${contactId}`,
    );
    expect((await tech.open(`/contacts/${contactId}`)).text).toContain("Client user");
    const link = await linkFor(t, "rita@role.test");
    const rita = t.browser();
    await rita.open(link);
    await rita.submit(link, { password: clientPassword });
    expect((await rita.open("/portal/contacts")).status).toBe(403);
    await tech.open(`/contacts/${contactId}/portal-access/role`);
    await tech.submit(`/contacts/${contactId}/portal-access/role`, { role_id: admin });
    expect((await rita.open("/portal/contacts")).status).toBe(200);
    // Only who manages the staff may see what somebody may do.
    expect((await tech.open(`/contacts/${contactId}`)).text).not.toContain("What this person may do");
    const boss = await browserOf(t, await makeStaff(t.harbor, "administrator"));
    const shown = await boss.open(`/contacts/${contactId}`);
    const access = /\/settings\/staff\/[\w-]+\/access/.exec(shown.html)?.[0] ?? "";
    expect((await boss.open(access)).text).toContain("This person comes in by the portal.");

    const key = await t.harbor.key("technician");
    const path = `/api/v1/contacts/${contactId}/portal-access`;
    const body = (role_id: string | undefined): object => ({
      data: { type: "contacts", id: contactId, attributes: { role_id } },
    });
    expect((await t.api("PATCH", path, { key, body: body(user) })).status).toBe(200);
    expect((await rita.open("/portal/contacts")).status).toBe(403);
    const wrong = await t.api("PATCH", path, { key, body: body(staff) });
    expect([wrong.status, wrong.body.errors[0].source.pointer]).toEqual([422, "/data/attributes/role_id"]);
    const foreign = await t.api("PATCH", path, {
      key: await t.mill.key("administrator"),
      tenant: t.mill,
      body: body(user),
    });
    expect(foreign.status).toBe(404);
    const written = await reading(t.harbor.system, ({ db }) =>
      db
        .selectFrom("audit_log")
        .select(["old_values", "new_values"])
        .where("entity_id", "=", access.split("/")[3] ?? "")
        .execute(),
    );
    expect(JSON.stringify(written)).toContain(JSON.stringify({ role_ids: [admin] }));
    const { contactId: outside } = await contactOf(t.harbor, "Outside Co", "otto@outside.test");
    const none = await t.api("PATCH", `/api/v1/contacts/${outside}/portal-access`, {
      key,
      body: { data: { type: "contacts", id: outside, attributes: { role_id: user } } },
    });
    expect([none.status, none.body.errors[0].code]).toEqual([409, "no_access"]);
  });

  test("opens only the client's door, and nobody comes in without it", async () => {
    expect((await t.browser().open("/portal/tickets")).url).toStartWith("/portal/sign-in");
    expect((await nordwind.browser.open("/companies")).url).toStartWith("/sign-in");
    const key = await tokenOf(t, nordwind);
    for (const path of ["companies", "tickets", "invoices", "users"])
      expect((await t.api("GET", `/api/v1/${path}`, { key })).status).toBe(403);
    for (const path of ["tickets", "invoices", "company"]) {
      expect((await t.api("GET", `/api/v1/portal/${path}`)).status).toBe(401);
      expect((await t.api("GET", `/api/v1/portal/${path}`, { key: await t.harbor.key("administrator") })).status).toBe(
        401,
      );
    }
  });
});

describe("a client's account", () => {
  test("changes its password, and other browsers are signed out", async () => {
    const client = await clientOf(t, "Account AG", "aga@account.test");
    const other = t.browser();
    await other.open("/portal/sign-in");
    expect((await other.submit("/portal/sign-in", { email: client.email, password: clientPassword })).url).toBe(
      "/portal",
    );
    const page = await client.browser.open("/portal/account");
    expect(page.text).toContain("Where you are signed in");
    const next = "another quiet harbour";
    const changed = await client.browser.submit("/portal/account/password", {
      present_password: clientPassword,
      new_password: next,
      repeated_password: next,
    });
    expect(changed.text).toContain("Password changed.");
    expect((await other.open("/portal")).url).toStartWith("/portal/sign-in");
  });

  test("gets a new password by a link over the API; an unknown address gets the same answer", async () => {
    const client = await clientOf(t, "Forgetful Inc", "fay@forgetful.test");
    const ask = (email: string): ReturnType<TestProgram["api"]> =>
      t.api("POST", "/api/v1/portal/auth/forgot-password", {
        body: { data: { type: "password_resets", attributes: { email } } },
      });
    expect((await ask("nobody@nowhere.test")).status).toBe(204);
    expect((await ask(client.email)).status).toBe(204);
    await t.settle();
    const token = (await linkFor(t, client.email)).split("/").at(-1) ?? "";
    const reset = (): ReturnType<TestProgram["api"]> =>
      t.api("POST", "/api/v1/portal/auth/reset-password", {
        body: { data: { type: "password_resets", attributes: { token, password: "four blue ferries at noon" } } },
      });
    expect((await reset()).status).toBe(204);
    expect((await reset()).status).toBe(404);
    const key = await tokenOf(t, client, "four blue ferries at noon");
    expect((await t.api("GET", "/api/v1/portal/company", { key })).status).toBe(200);
    expect((await t.api("POST", "/api/v1/portal/auth/logout", { key })).status).toBe(204);
    expect((await t.api("GET", "/api/v1/portal/company", { key })).status).toBe(401);
  });
});
