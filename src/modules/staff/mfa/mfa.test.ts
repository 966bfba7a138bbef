import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { browserOf, linkFor, makeStaff, password, type Person, signIn } from "../../../../tests/support/people.ts";
import { codeOf, codesOn, secretOn, setUpTwoSteps } from "../../../../tests/support/second-step.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { reading } from "../../../platform/context.ts";
import { perform } from "../../../platform/action.ts";
import { updateRole } from "../roles.ts";

let t: TestProgram;
let admin: Person;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await makeStaff(t.harbor, "administrator", "Alma Boss");
});
afterAll(() => t.close());

const login = (email: string, given = password): Promise<ApiAnswer> =>
  t.api("POST", "/api/v1/auth/login", {
    body: { data: { type: "credentials", attributes: { email, password: given } } },
  });
const verify = (challenge_token: string, code: string, tenant = t.harbor): Promise<ApiAnswer> =>
  t.api("POST", "/api/v1/auth/mfa/verify", {
    tenant,
    body: { data: { type: "mfa", attributes: { challenge_token, code } } },
  });
const challengeOf = async (email: string): Promise<string> => {
  const { status, body } = await login(email);
  expect([status, body.errors[0].code]).toEqual([401, "mfa_required"]);
  return body.errors[0].meta.challenge_token;
};

async function withTwoSteps(role: "technician" | "administrator" = "technician"): Promise<{
  person: Person;
  secret: string;
  codes: string[];
}> {
  const person = await makeStaff(t.harbor, role);
  return { person, ...(await setUpTwoSteps(t, await browserOf(t, person))) };
}

describe("signing in in two steps", () => {
  test("asks for a code after the password, and lets nobody in before", async () => {
    const { person, secret } = await withTwoSteps();
    const browser = t.browser();
    const step = await signIn(browser, person);
    expect([step.url, step.text.includes("Second step")]).toEqual(["/sign-in/code", true]);
    expect((await browser.open("/companies")).url).toBe("/sign-in?next=%2Fcompanies");
    await browser.open("/sign-in/code");
    const wrong = await browser.submit("/sign-in/code", { code: "000000" });
    expect([wrong.status, wrong.text.includes("This code is not right")]).toEqual([422, true]);
    expect((await browser.submit("/sign-in/code", { code: codeOf(t, secret) })).url).toBe("/");
  });

  test("goes on to where one wanted to go, and nowhere else", async () => {
    const { person, secret } = await withTwoSteps();
    const browser = t.browser();
    await browser.open("/sign-in?next=%2Fcompanies");
    const step = await browser.submit("/sign-in", { email: person.email, password });
    expect(step.url).toBe("/sign-in/code?next=%2Fcompanies");
    await browser.open("/sign-in/code?next=https%3A%2F%2Fevil.test");
    t.clock.advance(30_000);
    expect((await browser.submit("/sign-in/code", { code: codeOf(t, secret) })).url).toBe("/");
  });

  test("takes a code once, also of two uses at the same moment", async () => {
    const { person, secret } = await withTwoSteps();
    const [one, other] = [await challengeOf(person.email), await challengeOf(person.email)];
    const code = codeOf(t, secret);
    const answers = await Promise.all([verify(one, code), verify(other, code)]);
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 422]);
    expect((await verify(await challengeOf(person.email), code)).status).toBe(422);
    // Neither does the code of the step before it, which clocks that run late would still show.
    t.clock.advance(-30_000);
    const before = codeOf(t, secret);
    t.clock.advance(30_000);
    expect((await verify(await challengeOf(person.email), before)).status).toBe(422);
  });

  test("takes each recovery code once, also of two uses at the same moment", async () => {
    const { person, codes } = await withTwoSteps();
    const [one, other] = [await challengeOf(person.email), await challengeOf(person.email)];
    const answers = await Promise.all([verify(one, codes[0] ?? ""), verify(other, codes[0] ?? "")]);
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 422]);
    const again = await verify(await challengeOf(person.email), (codes[1] ?? "").toUpperCase());
    expect(again.status).toBe(200);
    const { body } = await t.api("GET", "/api/v1/auth/mfa", { key: again.body.data.attributes.access_token });
    expect(body.data.attributes).toEqual({ methods: ["totp"], is_required: false, recovery_codes_left: 8 });
  });

  test("uses each challenge once, for ten minutes, in its own organization", async () => {
    const { person, secret } = await withTwoSteps();
    const challenge = await challengeOf(person.email);
    expect((await verify(challenge, codeOf(t, secret), t.mill)).status).toBe(401);
    const answers = await Promise.all([verify(challenge, codeOf(t, secret)), verify(challenge, codeOf(t, secret))]);
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    const late = await challengeOf(person.email);
    t.clock.advance(10 * 60_000 + 1);
    const refused = await verify(late, codeOf(t, secret));
    expect([refused.status, refused.body.errors[0].code]).toEqual([401, "challenge_expired"]);
    expect((await verify("pc_nonsense", "123456")).status).toBe(401);
  });

  test("is refused after ten wrong codes, counted side by side, also with the right one", async () => {
    const { person, secret } = await withTwoSteps();
    const challenge = await challengeOf(person.email);
    const answers = await Promise.all(Array.from({ length: 14 }, () => verify(challenge, "000000")));
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(4);
    expect((await verify(challenge, codeOf(t, secret))).status).toBe(429);
    t.clock.advance(15 * 60_000 + 1);
    expect((await verify(await challengeOf(person.email), codeOf(t, secret))).status).toBe(200);
  });

  test("is not got around by a forgotten password", async () => {
    const { person, secret } = await withTwoSteps();
    const browser = t.browser();
    await browser.open("/forgot");
    await browser.submit("/forgot", { email: person.email });
    await t.settle();
    const link = await linkFor(t.harbor, person.email);
    await browser.open(link);
    const step = await browser.submit(link, { password: "nine calm harbour lamps" });
    expect(step.url).toBe("/sign-in/code");
    expect((await browser.open("/companies")).url).toContain("/sign-in");
    await browser.open("/sign-in/code");
    expect((await browser.submit("/sign-in/code", { code: codeOf(t, secret) })).url).toBe("/");
  });

  test("keeps the secret sealed and the codes as hashes", async () => {
    const { person, secret, codes } = await withTwoSteps();
    const rows = await reading(t.harbor.system, async ({ db }) => [
      await db.selectFrom("totp_factors").selectAll().where("user_id", "=", person.id).execute(),
      await db.selectFrom("recovery_codes").selectAll().where("user_id", "=", person.id).execute(),
      await db.selectFrom("audit_log").selectAll().execute(),
    ]);
    const text = JSON.stringify(rows);
    for (const known of [secret.replaceAll(" ", ""), ...codes, ...codes.map((code) => code.replace("-", ""))])
      expect(text).not.toContain(known);
  });

  test("is switched off, and its codes renewed, only with the password", async () => {
    const { person, secret, codes } = await withTwoSteps();
    const browser = t.browser();
    await signIn(browser, person);
    await browser.submit("/sign-in/code", { code: codeOf(t, secret) });
    await browser.open("/account/two-step/recovery-codes");
    expect((await browser.submit("/account/two-step/recovery-codes", { present_password: "wrong" })).status).toBe(422);
    const renewed = await browser.submit("/account/two-step/recovery-codes", { present_password: password });
    expect(codesOn(renewed.html)).toHaveLength(10);
    expect((await verify(await challengeOf(person.email), codes[0] ?? "")).status).toBe(422);
    await browser.open("/account/two-step/remove");
    expect((await browser.submit("/account/two-step/remove", { present_password: "wrong" })).status).toBe(422);
    const gone = await browser.submit("/account/two-step/remove", { present_password: password });
    expect(gone.text).toContain("The authenticator app is removed.");
    expect((await login(person.email)).status).toBe(200);
  });

  test("cannot be changed with a key, which acts for a person and is none", async () => {
    const key = await t.harbor.key("administrator");
    for (const [method, path] of [
      ["GET", "/api/v1/auth/mfa"],
      ["POST", "/api/v1/auth/mfa/remove"],
    ] as const)
      expect((await t.api(method, path, { key })).status).toBe(401);
    const setup = { data: { type: "mfa", attributes: {} } };
    expect((await t.api("POST", "/api/v1/auth/mfa/setup", { key, body: setup })).status).toBe(401);
  });
});

describe("a second factor that is lost", () => {
  test("is reset by an administrator: sessions end, the person hears of it, the audit log knows", async () => {
    const { person } = await withTwoSteps();
    const boss = await browserOf(t, admin);
    const at = `/settings/staff/${person.id}`;
    await boss.open(`${at}/sign-in`);
    const done = await boss.submit(`${at}/reset-second-factor`);
    expect(done.text).toContain("The second factors are gone.");
    expect((await login(person.email)).status).toBe(200);
    const [mails, entries] = await reading(t.harbor.system, async ({ db }) => [
      await db.selectFrom("mails").select("text_body").where("to_address", "=", person.email).execute(),
      await db
        .selectFrom("audit_log")
        .select(["action", "user_id"])
        .where("entity_type", "=", "totp_factors")
        .where("action", "=", "delete")
        .where("user_id", "=", admin.id)
        .execute(),
    ]);
    expect(mails.some((mail) => mail.text_body.includes("An administrator has reset the second step"))).toBe(true);
    expect(entries).toHaveLength(1);
  });

  test("is reset by nobody else", async () => {
    const { person } = await withTwoSteps();
    const sam = await makeStaff(t.harbor, "technician");
    const { body } = await login(sam.email);
    const key = body.data.attributes.access_token;
    expect((await t.api("POST", `/api/v1/users/${person.id}/reset-mfa`, { key })).status).toBe(403);
    const mill = await t.mill.key("administrator");
    expect((await t.api("POST", `/api/v1/users/${person.id}/reset-mfa`, { key: mill, tenant: t.mill })).status).toBe(
      404,
    );
    expect((await login(person.email)).body.errors[0].code).toBe("mfa_required");
  });
});

describe("a role that requires two steps", () => {
  test("keeps the last second step with its people, by page and by API", async () => {
    const person = await makeStaff(t.harbor, "technician");
    const browser = await browserOf(t, person);
    const { body } = await login(person.email);
    const key = body.data.attributes.access_token;
    await setUpTwoSteps(t, browser);
    const remove = (given: string): Promise<ApiAnswer> =>
      t.api("POST", "/api/v1/auth/mfa/remove", {
        key,
        body: { data: { type: "mfa", attributes: { password: given } } },
      });
    const { id } = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("roles").select("id").where("role_key", "=", "technician").executeTakeFirstOrThrow(),
    );
    const boss = await t.harbor.actorContext(admin.id);
    await perform(boss, updateRole, { id, is_mfa_required: true });
    try {
      await browser.open("/account/two-step/remove");
      const page = await browser.submit("/account/two-step/remove", { present_password: password });
      expect([page.status, page.text.includes("this is your last second step")]).toEqual([409, true]);
      const wrong = await remove("a wrong lamp at sea");
      expect(wrong.body.errors[0].source.pointer).toBe("/data/attributes/password");
      const refused = await remove(password);
      expect([refused.status, refused.body.errors[0].code]).toEqual([409, "last_factor"]);
    } finally {
      await perform(boss, updateRole, { id, is_mfa_required: false });
    }
    expect((await remove(password)).status).toBe(204);
  });

  test("leads whoever has none to the set-up, and nowhere else, by page and API", async () => {
    const { id } = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("roles").select("id").where("role_key", "=", "finance").executeTakeFirstOrThrow(),
    );
    const boss = await t.harbor.actorContext(admin.id);
    await perform(boss, updateRole, { id, is_mfa_required: true });
    const fay = await makeStaff(t.harbor, "finance");
    const browser = t.browser();
    const setup = await signIn(browser, fay);
    expect(setup.url).toBe("/sign-in/two-step");
    expect((await browser.open("/invoices")).url).toContain("/sign-in");
    expect((await browser.open("/sign-in/code")).url).toBe("/sign-in/two-step");
    const secret = secretOn(setup.html);
    const done = await browser.submit("/sign-in/two-step", { code: codeOf(t, secret) });
    expect(codesOn(done.html)).toHaveLength(10);
    expect((await browser.open("/invoices")).url).toBe("/invoices");

    const flo = await makeStaff(t.harbor, "finance");
    const refused = await login(flo.email);
    expect([refused.status, refused.body.errors[0].code]).toEqual([401, "mfa_setup_required"]);
    const { challenge_token } = refused.body.errors[0].meta;
    const begun = await t.api("POST", "/api/v1/auth/mfa/setup", {
      body: { data: { type: "mfa", attributes: { challenge_token } } },
    });
    expect(begun.body.data.attributes.secret).toMatch(/^[A-Z2-7]{26,}$/);
    expect(begun.body.data.attributes.otpauth_url).toStartWith("otpauth://totp/Harbor%20IT:");
    expect(begun.body.data.attributes.qr_code).toStartWith("data:image/svg+xml;base64,");
    const entered = await verify(challenge_token, codeOf(t, begun.body.data.attributes.secret));
    expect(entered.body.data.attributes.recovery_codes).toHaveLength(10);
    const key = entered.body.data.attributes.access_token;
    expect((await t.api("GET", "/api/v1/companies", { key })).status).toBe(200);
    await perform(boss, updateRole, { id, is_mfa_required: false });
  });
});
