import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserOf, linkFor, makeStaff, password, type Person, signIn } from "../../../tests/support/people.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { updateStaff } from "./actions.ts";
import { endSessions, requireNewPassword } from "./containment.ts";
import { createRole } from "./roles.ts";

let t: TestProgram;
let admin: Person;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await makeStaff(t.harbor, "administrator", "Alma Boss");
});
afterAll(() => t.close());

const set = async (attributes: Record<string, unknown>): Promise<ApiAnswer> =>
  t.api("PATCH", "/api/v1/sign-in-settings", {
    key: await t.harbor.key("administrator"),
    body: { data: { type: "sign_in_settings", attributes } },
  });
const login = (email: string, given = password): Promise<ApiAnswer> =>
  t.api("POST", "/api/v1/auth/login", {
    body: { data: { type: "credentials", attributes: { email, password: given } } },
  });

async function resetting(person: Person, next: string): Promise<{ status: number; text: string }> {
  t.clock.advance(3600_000);
  const browser = t.browser();
  await browser.open("/forgot");
  await browser.submit("/forgot", { email: person.email });
  await t.settle();
  const link = await linkFor(t.harbor, person.email);
  await browser.open(link);
  return browser.submit(link, { password: next });
}

describe("the password policy", () => {
  test("is changed on its page and over the API, within limits, and audited", async () => {
    const browser = await browserOf(t, admin);
    await browser.open("/settings/sign-in");
    const wrong = await browser.submit("/settings/sign-in", { min_password_length: "7" });
    expect(wrong.status).toBe(422);
    expect((await browser.submit("/settings/sign-in", { min_password_length: "14" })).text).toContain(
      "Settings saved.",
    );
    expect((await set({ password_history_count: 25 })).status).toBe(422);
    expect((await set({ min_character_kinds: 5 })).status).toBe(422);
    const { body } = await set({ password_history_count: 3 });
    expect(body.data.attributes).toMatchObject({ min_password_length: 14, password_history_count: 3 });
    const entries = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("audit_log").select("new_values").where("entity_type", "=", "sign_in_settings").execute(),
    );
    expect(entries.map((entry) => entry.new_values)).toContainEqual({ password_history_count: 3 });
  });

  test("asks for the organization's length wherever a password is chosen", async () => {
    await set({ min_password_length: 20 });
    const sam = await makeStaff(t.harbor, "technician");
    const short = await resetting(sam, "calm lamps at dawn");
    expect([short.status, short.text.includes("Use at least 20 characters; this has 18.")]).toEqual([422, true]);
    await set({ min_password_length: 8 });
    expect((await resetting(sam, "calm42lamp")).status).toBe(200);
    await set({ min_password_length: 12 });
    await set({ min_character_kinds: 3 });
    const asked = "At least 12 characters, and 3 of these four";
    expect((await (await browserOf(t, await makeStaff(t.harbor, "technician"))).open("/account")).text).toContain(
      asked,
    );
    expect((await resetting(await makeStaff(t.harbor, "technician"), "four blue ferries at noon")).text).toContain(
      "Use 3 of these four: capital letters, small letters, digits, other characters.",
    );
    await set({ min_character_kinds: 1 });
  });

  test("refuses the latest passwords, and allows older ones again", async () => {
    await set({ password_history_count: 3 });
    const sam = await makeStaff(t.harbor, "technician");
    const chosen = ["first calm harbour lamps", "second calm harbour lamps", "third calm harbour lamps"];
    for (const one of chosen) expect((await resetting(sam, one)).status).toBe(200);
    for (const one of chosen) {
      const { status, text } = await resetting(sam, one);
      expect([status, text.includes("You have used this password before.")]).toEqual([422, true]);
    }
    expect((await resetting(sam, password)).status).toBe(200);
    const kept = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("password_history").select("id").where("user_id", "=", sam.id).execute(),
    );
    expect(kept).toHaveLength(2);
  });

  test("stands in the audit log as done by whoever chose the password, by link as well", async () => {
    const sam = await makeStaff(t.harbor, "technician", "Sam Chooser");
    expect((await resetting(sam, "first calm harbour lamps")).status).toBe(200);
    const browser = t.browser();
    await signIn(browser, sam, "first calm harbour lamps");
    await browser.open("/account");
    const fields = {
      present_password: "first calm harbour lamps",
      new_password: "second calm harbour lamps",
      repeated_password: "second calm harbour lamps",
    };
    expect((await browser.submit("/account/password", fields)).text).toContain("Password changed.");
    await browser.open("/account");
    await browser.submit("/account/two-step/start");
    const entries = await reading(t.harbor.system, ({ db }) =>
      db
        .selectFrom("audit_log")
        .select(["actor_name", "entity_type", "new_values"])
        .where("action", "in", ["create", "update"])
        .where((eb) => eb.or([eb("entity_id", "=", sam.id), eb("entity_type", "=", "totp_factors")]))
        .orderBy("id")
        .execute(),
    );
    const changed = entries.filter(({ new_values }) => "password_hash" in (new_values ?? {}));
    expect(changed.slice(-2).map(({ actor_name }) => actor_name)).toEqual(["Sam Chooser", "Sam Chooser"]);
    expect(entries.filter(({ entity_type }) => entity_type === "totp_factors").at(-1)?.actor_name).toBe("Sam Chooser");
  });

  test("is asked of somebody at once when an administrator requires a new password", async () => {
    const sam = await makeStaff(t.harbor, "technician", "Sam Lost");
    const boss = await makeStaff(t.harbor, "administrator");
    const own = await browserOf(t, sam);
    const admin = await browserOf(t, boss);
    await admin.open(`/settings/staff/${sam.id}/sign-in`);
    const page = await admin.submit(`/settings/staff/${sam.id}/require-new-password`);
    expect(page.text).toContain("The password is gone; a mail is on its way.");
    expect((await own.open("/companies")).url).toStartWith("/sign-in");
    expect((await login(sam.email)).status).toBe(401);
    // Who had a password is not somebody who has been invited and has not come yet.
    const shown = await admin.open(`/settings/staff/${sam.id}`);
    expect([shown.text.includes("New password required"), shown.text.includes("invitation")]).toEqual([true, false]);
    const list = await admin.open("/settings/staff");
    expect(list.text).toMatch(/Sam Lost \S+ – Technician New password required/);
    await t.settle();
    const link = await linkFor(t.harbor, sam.email);
    const browser = t.browser();
    await browser.open(link);
    const again = await browser.submit(link, { password });
    expect([again.status, again.text.includes("You have used this password before.")]).toEqual([422, true]);
    expect((await browser.submit(link, { password: "eleven calm harbour lamps" })).url).toBe("/");
    const mail = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("mails").select("text_body").where("to_address", "=", sam.email).orderBy("id").execute(),
    );
    expect(mail.some(({ text_body }) => text_body.includes("The one you had works no longer."))).toBe(true);
  });

  test("is taken from nobody by themselves, and from nobody by somebody who may do less", async () => {
    const boss = await makeStaff(t.harbor, "administrator");
    const { id } = await perform(await t.harbor.actorContext(boss.id), createRole, {
      name: "People",
      permissions: ["staff.manage"],
    });
    const pat = await makeStaff(t.harbor, "technician", "Pat People");
    await perform(await t.harbor.actorContext(boss.id), updateStaff, { id: pat.id, role_ids: [id] });
    const by = async (actor: Person, of: Person): Promise<unknown> =>
      perform(await t.harbor.actorContext(actor.id), requireNewPassword, { id: of.id }).catch(
        ({ code }: { code: string }) => code,
      );
    expect(await by(boss, boss)).toBe("own_account");
    expect(await by(pat, boss)).toBe("above_own");
    await expect(perform(await t.harbor.actorContext(pat.id), endSessions, { id: boss.id })).rejects.toMatchObject({
      code: "above_own",
    });
  });

  test("refuses passwords known from break-ins while that is switched on", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const known = await resetting(sam, "dragon2026!!!!");
    expect([known.status, known.text.includes("known from break-ins")]).toEqual([422, true]);
    await set({ is_breached_check_on: false });
    expect((await resetting(sam, "dragon2026!!!!")).status).toBe(200);
    await set({ is_breached_check_on: true });
  });

  test("lets a password expire: the next sign-in leads to a new one, and nowhere else", async () => {
    await set({ password_expiry_days: 30, password_history_count: 2 });
    const sam = await makeStaff(t.harbor, "technician");
    expect((await resetting(sam, "early calm harbour lamps")).status).toBe(200);
    t.clock.advance(30 * 86_400_000 - 1);
    expect((await login(sam.email, "early calm harbour lamps")).status).toBe(200);
    t.clock.advance(1);
    const expired = await login(sam.email, "early calm harbour lamps");
    expect([expired.status, expired.body.errors[0].code]).toEqual([401, "password_expired"]);
    const browser = t.browser();
    const step = await signIn(browser, sam, "early calm harbour lamps");
    expect(step.url).toBe("/sign-in/new-password");
    expect((await browser.open("/companies")).url).toContain("/sign-in");
    await browser.open("/sign-in/new-password");
    const same = await browser.submit("/sign-in/new-password", { new_password: "early calm harbour lamps" });
    expect(same.status).toBe(422);
    expect((await browser.submit("/sign-in/new-password", { new_password: "later calm harbour lamps" })).url).toBe("/");
    const { challenge_token } = expired.body.errors[0].meta;
    const late = await t.api("POST", "/api/v1/auth/password", {
      body: { data: { type: "passwords", attributes: { challenge_token, new_password: "other calm harbour lamps" } } },
    });
    expect(late.status).toBe(401);
    await set({ password_expiry_days: 0 });
  });

  test("is another organization's own", async () => {
    await set({ min_password_length: 40 });
    const { body } = await t.api("GET", "/api/v1/sign-in-settings", {
      key: await t.mill.key("administrator"),
      tenant: t.mill,
    });
    expect(body.data.attributes.min_password_length).toBe(12);
    await set({ min_password_length: 12 });
  });
});

describe("a session", () => {
  test("ends without use, and in any case, when the organization says", async () => {
    await set({ session_idle_minutes: 60, session_max_days: 1 });
    const browser = await browserOf(t, admin);
    for (let hour = 0; hour < 23; hour += 1) {
      t.clock.advance(59 * 60_000);
      expect((await browser.open("/account")).url).toBe("/account");
    }
    t.clock.advance(60 * 60_000);
    expect((await browser.open("/account")).url).toContain("/sign-in");
    const idle = await browserOf(t, admin);
    t.clock.advance(60 * 60_000 + 1);
    expect((await idle.open("/account")).url).toContain("/sign-in");
  });

  test("that is open keeps a stricter limit as well", async () => {
    await set({ session_idle_minutes: 20_160, session_max_days: 90 });
    const browser = await browserOf(t, admin);
    await set({ session_idle_minutes: 30 });
    t.clock.advance(31 * 60_000);
    expect((await browser.open("/account")).url).toContain("/sign-in");
    await set({ session_idle_minutes: 20_160 });
  });

  test("has a name that one gives it, and gets another token when the password changes", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const browser = await browserOf(t, sam);
    const page = await browser.open("/account");
    const path = /href="(\/account\/sessions\/[\w-]+\/name)"/.exec(page.html)?.[1] ?? "";
    await browser.open(path);
    expect((await browser.submit(path, { device_name: "Van laptop" })).text).toContain("Van laptop");
    expect((await (await browserOf(t, admin)).open(path)).status).toBe(404);
    const before = browser.cookies.get("purser");
    await browser.open("/account");
    const changed = await browser.submit("/account/password", {
      present_password: password,
      new_password: "nine calm harbour lamps",
      repeated_password: "nine calm harbour lamps",
    });
    expect(changed.text).toContain("Password changed.");
    expect(browser.cookies.get("purser")).not.toBe(before);
    expect((await t.fetch("/account", { headers: { cookie: `purser=${before}` } })).status).toBe(303);
  });

  test("of somebody else is seen and ended by an administrator", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const browser = await browserOf(t, sam);
    const boss = await browserOf(t, admin);
    const page = await boss.open(`/settings/staff/${sam.id}/sign-in`);
    const end = /action="(\/settings\/staff\/[\w-]+\/sessions\/[\w-]+\/end)"/.exec(page.html)?.[1] ?? "";
    expect((await boss.submit(end)).text).toContain("That device is signed out.");
    expect((await browser.open("/account")).url).toContain("/sign-in");
  });

  test("on a device not used before is told to the person and to whoever listens, the first one not", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const told = async (): Promise<number> =>
      (
        await reading(t.harbor.system, ({ db }) =>
          db.selectFrom("events").select("payload").where("event_name", "=", "staff.signed_in_on_new_device").execute(),
        )
      ).filter((event) => event.payload["user_id"] === sam.id).length;
    const browser = await browserOf(t, sam);
    expect(await told()).toBe(0);
    await browser.submit("/sign-out");
    await signIn(browser, sam);
    expect(await told()).toBe(0);
    await browserOf(t, sam);
    expect(await told()).toBe(1);
  });
});
