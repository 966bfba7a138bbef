import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { browserOf, linkFor, makeStaff, password, type Person, signIn } from "../../../tests/support/people.ts";
import { setUpMail } from "../../../tests/support/mail-settings.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { reading } from "../../platform/context.ts";

let t: TestProgram;
let admin: Person;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await makeStaff(t.harbor, "administrator", "Alma Boss");
});
beforeEach(() => t.clock.advance(24 * 3600_000));
afterAll(() => t.close());

const roleId = async (key: string): Promise<string> =>
  (
    await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("roles").select("id").where("role_key", "=", key).executeTakeFirstOrThrow(),
    )
  ).id;

async function invite(email: string, said = "Invitation sent."): Promise<void> {
  const browser = await browserOf(t, admin);
  await browser.open("/settings/staff/new");
  const page = await browser.submit("/settings/staff/new", {
    name: "Nia New",
    email,
    role_ids: [await roleId("technician")],
  });
  expect(page.text).toContain(said);
}

/** Mails with a link to choose a password. */
const mailsTo = async (address: string): Promise<number> =>
  (
    await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("mails").select("text_body").where("to_address", "=", address).execute(),
    )
  ).filter((mail) => /\/(invite|reset)\//.test(mail.text_body)).length;

describe("an invitation", () => {
  test("comes by mail, lets the person choose a password, and signs them in", async () => {
    await invite("Nia@harbor.test", "No mail server is set up yet. The mail is written");
    const link = await linkFor(t.harbor, "nia@harbor.test");
    const nia = t.browser();
    expect((await nia.open(link)).text).toContain("Welcome, Nia New");
    const home = await nia.submit(link, { password });
    expect([home.url, home.status, home.text.includes("Hello, Nia")]).toEqual(["/", 200, true]);
    expect((await signIn(t.browser(), { email: "NIA@harbor.test" })).url).toBe("/");
  });

  test("works once, for seven days, and only until a newer one is sent", async () => {
    await setUpMail(t.harbor);
    await invite("uma@harbor.test");
    const first = await linkFor(t.harbor, "uma@harbor.test");
    const browser = await browserOf(t, admin);
    const { id } = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("users").select("id").where("email", "=", "uma@harbor.test").executeTakeFirstOrThrow(),
    );
    await browser.open(`/settings/staff/${id}`);
    expect((await browser.submit(`/settings/staff/${id}/invite`)).text).toContain("Invitation sent again.");
    expect((await t.browser().open(first)).status).toBe(404);
    const second = await linkFor(t.harbor, "uma@harbor.test");
    t.clock.advance(7 * 24 * 3600_000 + 1);
    expect((await t.browser().open(second)).status).toBe(404);
    const again = await browserOf(t, admin);
    await again.open(`/settings/staff/${id}`);
    await again.submit(`/settings/staff/${id}/invite`);
    const third = await linkFor(t.harbor, "uma@harbor.test");
    const [one, other] = [t.browser(), t.browser()];
    await one.open(third);
    await other.open(third);
    const answers = await Promise.all([one.submit(third, { password }), other.submit(third, { password })]);
    expect(answers.map((page) => page.status).toSorted()).toEqual([200, 404]);
    expect((await t.browser().open(third)).status).toBe(404);
  });

  test("of one organization opens no door of another, nor that of the clients", async () => {
    await invite("vera@harbor.test");
    const link = await linkFor(t.harbor, "vera@harbor.test");
    expect((await t.browser(t.mill).open(link)).status).toBe(404);
    expect((await t.browser().open(`/portal${link}`)).status).toBe(404);
    expect((await t.browser().open(link.replace("/invite/", "/reset/"))).status).toBe(404);
    expect((await t.browser().open(`${link.slice(0, -1)}x`)).status).toBe(404);
  });

  test("refuses a weak password, keeps the link, and says why on the field", async () => {
    await invite("wim@harbor.test");
    const link = await linkFor(t.harbor, "wim@harbor.test");
    const wim = t.browser();
    await wim.open(link);
    for (const weak of ["short", "password1234", "aaaaaaaaaaaaaa", "wim@harbor.test", ""]) {
      const page = await wim.submit(link, { password: weak });
      expect({ weak, status: page.status }).toEqual({ weak, status: 422 });
      if (weak !== "") expect(page.html).not.toContain(`value="${weak}"`);
    }
    expect((await wim.submit(link, { password })).url).toBe("/");
  });

  test("that went to a mistyped address opens nothing once the address is put right, and goes to the right one", async () => {
    await invite("stranger@harbor.test");
    const first = await linkFor(t.harbor, "stranger@harbor.test");
    const { id } = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("users").select("id").where("email", "=", "stranger@harbor.test").executeTakeFirstOrThrow(),
    );
    const browser = await browserOf(t, admin);
    await browser.open(`/settings/staff/${id}/edit`);
    await browser.submit(`/settings/staff/${id}/edit`, { email: "right@harbor.test" });
    expect((await t.browser().open(first)).status).toBe(404);
    const second = await linkFor(t.harbor, "right@harbor.test");
    expect((await t.browser().open(second)).text).toContain("Choose a password for right@harbor.test.");
  });

  test("to an address that has an account already is refused on the form", async () => {
    const browser = await browserOf(t, admin);
    await browser.open("/settings/staff/new");
    const page = await browser.submit("/settings/staff/new", {
      name: "Again",
      email: admin.email.toUpperCase(),
      role_ids: [await roleId("finance")],
    });
    expect([page.status, page.text.includes("E-mail * There is already a user with this email.")]).toEqual([409, true]);
    expect(await mailsTo(admin.email)).toBe(0);
  });
});

describe("a forgotten password", () => {
  test("is not chosen by whoever has the address that was the account's before; both addresses hear of the change", async () => {
    const moving = await makeStaff(t.harbor, "technician", "Mo Moving");
    const visitor = t.browser();
    await visitor.open("/forgot");
    await visitor.submit("/forgot", { email: moving.email });
    await t.settle();
    const link = await linkFor(t.harbor, moving.email);
    const browser = await browserOf(t, admin);
    await browser.open(`/settings/staff/${moving.id}/edit`);
    await browser.submit(`/settings/staff/${moving.id}/edit`, { email: "mo@harbor.test" });
    expect((await t.browser().open(link)).status).toBe(404);
    const told = await reading(t.harbor.system, ({ db }) =>
      db
        .selectFrom("mails")
        .select("to_address")
        .where("text_body", "like", "%another e-mail address: mo@harbor.test.%")
        .execute(),
    );
    expect(told.map(({ to_address }) => to_address).toSorted()).toEqual(["mo@harbor.test", moving.email].toSorted());
  });

  const ask = async (email: string): Promise<{ status: number; text: string }> => {
    const browser = t.browser();
    await browser.open("/forgot");
    const { status, text } = await browser.submit("/forgot", { email });
    await t.settle();
    return { status, text };
  };

  test("gets the same answer whether the address is known, unknown, deactivated or none at all", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const gone = await makeStaff(t.harbor, "technician");
    const browser = await browserOf(t, admin);
    await browser.open(`/settings/staff/${gone.id}`);
    await browser.submit(`/settings/staff/${gone.id}/deactivate`);
    const known = await ask(sam.email);
    expect(known.status).toBe(200);
    for (const email of ["nobody@harbor.test", gone.email, "no address", ""])
      expect({ email, ...(await ask(email)) }).toEqual({ email, ...known });
    expect([await mailsTo(sam.email), await mailsTo(gone.email), await mailsTo("nobody@harbor.test")]).toEqual([
      1, 0, 0,
    ]);
  });

  test("is replaced by a link that works for one hour, and ends every session", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const before = await browserOf(t, sam);
    await ask(sam.email);
    const late = await linkFor(t.harbor, sam.email);
    t.clock.advance(3600_000 + 1);
    expect((await t.browser().open(late)).status).toBe(404);
    await ask(sam.email);
    const link = await linkFor(t.harbor, sam.email);
    const browser = t.browser();
    await browser.open(link);
    expect((await browser.submit(link, { password: "eight other harbour lamps" })).url).toBe("/");
    expect((await before.open("/")).url).toBe("/sign-in?next=%2F");
    expect((await signIn(t.browser(), sam)).status).toBe(401);
    expect((await signIn(t.browser(), sam, "eight other harbour lamps")).status).toBe(200);
  });

  test("cannot be asked for without end", async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) statuses.push((await ask("flooded@harbor.test")).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    t.clock.advance(3600_000 + 1);
    expect((await ask("flooded@harbor.test")).status).toBe(200);
  });
});

describe("signing in", () => {
  test("says the same to a wrong password, an unknown address, a deactivated account and one not accepted yet", async () => {
    const gone = await makeStaff(t.harbor, "technician");
    await invite("xeno@harbor.test");
    const browser = await browserOf(t, admin);
    await browser.open(`/settings/staff/${gone.id}`);
    await browser.submit(`/settings/staff/${gone.id}/deactivate`);
    const answers = [];
    for (const [email, given] of [
      [admin.email, "wrong password"],
      ["nobody@harbor.test", password],
      [gone.email, password],
      ["xeno@harbor.test", ""],
    ] as const) {
      const page = await signIn(t.browser(), { email }, given);
      answers.push([
        page.status,
        page.text.includes("The e-mail address or the password is wrong."),
        page.html.includes(`value="${email}"`),
      ]);
    }
    expect(answers).toEqual([
      [401, true, true],
      [401, true, true],
      [401, true, true],
      [401, true, true],
    ]);
  });

  test("is refused after ten wrong passwords for an account, also with the right one, for a quarter of an hour", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const other = await makeStaff(t.harbor, "technician");
    for (let attempt = 0; attempt < 10; attempt += 1)
      expect((await signIn(t.browser(), sam, "wrong")).status).toBe(401);
    const refused = await signIn(t.browser(), sam);
    expect([refused.status, refused.text.includes("Too many attempts. Try again in 15 minutes.")]).toEqual([429, true]);
    expect((await signIn(t.browser(), other)).status).toBe(200);
    t.clock.advance(15 * 60_000 + 1);
    expect((await signIn(t.browser(), sam)).status).toBe(200);
  });

  test("forgets the wrong passwords of an account that got in", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    for (let round = 0; round < 3; round += 1) {
      for (let attempt = 0; attempt < 9; attempt += 1) await signIn(t.browser(), sam, "wrong");
      expect((await signIn(t.browser(), sam)).status).toBe(200);
    }
  });

  test("is refused to an address of the network that has tried too many accounts, and to no other", async () => {
    const from = (ip: string, email: string): Promise<Response> =>
      t.fetch("/api/v1/auth/login", {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": ip },
        body: JSON.stringify({ data: { type: "credentials", attributes: { email, password: "x" } } }),
      });
    const statuses = [];
    for (let attempt = 0; attempt < 51; attempt += 1)
      statuses.push((await from("203.0.113.9", `a${attempt}@harbor.test`)).status);
    expect([statuses.slice(0, 50).every((status) => status === 401), statuses[50]]).toEqual([true, 429]);
    expect((await from("203.0.113.10", "a@harbor.test")).status).toBe(401);
    const limited = await from("203.0.113.9", "b@harbor.test");
    expect(limited.headers.get("retry-after")).toBe("900");
    t.clock.advance(15 * 60_000 + 1);
    expect((await from("203.0.113.9", "b@harbor.test")).status).toBe(401);
  }, 120_000);

  test("counts attempts side by side, so that none slips through", async () => {
    const sam = await makeStaff(t.harbor, "technician");
    const attempt = (): Promise<Response> =>
      t.fetch("/api/v1/auth/login", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ data: { type: "credentials", attributes: { email: sam.email, password: "wrong" } } }),
      });
    const answers = await Promise.all(Array.from({ length: 15 }, attempt));
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(5);
  });

  test("has one button on the account's page that stands out", async () => {
    const { html } = await (await browserOf(t, admin)).open("/account");
    expect(/<main[\s\S]*<\/main>/.exec(html)?.[0].match(/act-primary/g)).toHaveLength(1);
  });

  test("ends with signing out, for good", async () => {
    const browser = await browserOf(t, admin);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    await browser.open("/account");
    expect((await browser.submit("/sign-out")).url).toBe("/sign-in");
    expect((await t.fetch("/", { headers: { cookie } })).status).toBe(303);
  });

  test("lasts fourteen days from the last use", async () => {
    const browser = await browserOf(t, admin);
    for (let day = 0; day < 3; day += 1) {
      t.clock.advance(13 * 24 * 3600_000);
      expect((await browser.open("/")).url).toBe("/");
    }
    t.clock.advance(14 * 24 * 3600_000 + 1);
    expect((await browser.open("/")).url).toBe("/sign-in?next=%2F");
  });

  test("is written down with who, when and from where", async () => {
    const sam = await makeStaff(t.harbor, "finance");
    const browser = t.browser();
    await browser.open("/sign-in");
    await browser.submit(
      "/sign-in",
      { email: sam.email, password },
      { "x-forwarded-for": "198.51.100.4", "user-agent": "Lynx" },
    );
    const entries = await reading(t.harbor.system, ({ db }) =>
      db
        .selectFrom("audit_log")
        .select(["action", "user_id", "ip_address", "user_agent"])
        .where("user_id", "=", sam.id)
        .execute(),
    );
    expect(entries).toEqual([{ action: "login", user_id: sam.id, ip_address: "198.51.100.4", user_agent: "Lynx" }]);
  });
});
