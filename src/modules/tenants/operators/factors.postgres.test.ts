import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { operatorHost, type OperatorHost } from "../../../../tests/support/operators.ts";
import { password } from "../../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { codeOf, codesOn, secretOn, setUpTwoSteps } from "../../../../tests/support/second-step.ts";
import type { Page, Visitor } from "../../../../tests/support/visitor.ts";
import { platformContext } from "../../../platform/access/platform.ts";
import { perform } from "../../../platform/action.ts";
import { inUnit } from "../../../platform/context.ts";
import { hashPassword } from "../../../platform/crypto/passwords.ts";
import { newId } from "../../../platform/ids.ts";
import { addOperator, resetOperator } from "./actions.ts";
import { mintOperatorLink } from "./auth.ts";

/** The second step of those who run the installation, who can do more than anybody else (PRD 3.1.2). */

let t: TestProgram;
let host: OperatorHost;
let count = 0;

beforeAll(async () => {
  t = await startTestProgram();
  host = await operatorHost(t);
});
afterAll(() => t.close());

async function newOperator(): Promise<{ id: string; email: string }> {
  const email = `operator-${(count += 1)}@operators.test`;
  const password_hash = await hashPassword(password);
  const { id } = await inUnit(host.system, (work) => addOperator(work, { name: "Ole Berg", email, password_hash }));
  return { id, email };
}

async function signIn(email: string, browser: Visitor = host.stranger()): Promise<{ page: Page; browser: Visitor }> {
  await browser.open("/sign-in");
  return { page: await browser.submit("/sign-in", { email, password }), browser };
}

async function withApp() {
  const operator = await newOperator();
  const { browser } = await signIn(operator.email);
  return { ...operator, ...(await setUpTwoSteps(t, browser)), browser };
}

const doings = () =>
  t.app.database.platform((db) => db.selectFrom("operator_log").select("doing").orderBy("id").execute());

test("a sign-in that fails is logged, at the password and at the code", async () => {
  const { email, id } = await withApp();
  const stranger = host.stranger();
  await stranger.open("/sign-in");
  for (const as of [email, "nobody@operators.test"])
    expect((await stranger.submit("/sign-in", { email: as, password: "not this one" })).status).toBe(422);
  const { browser } = await signIn(email);
  expect((await browser.submit("/sign-in/code", { code: "000000" })).status).toBe(422);
  const failed = await t.app.database.platform((db) =>
    db
      .selectFrom("operator_log")
      .select(["operator_id", "details"])
      .where("doing", "=", "operators.sign_in_failed")
      .orderBy("id")
      .execute(),
  );
  expect(failed.slice(-3)).toEqual([
    { operator_id: null, details: { email, step: "password" } },
    { operator_id: null, details: { email: "nobody@operators.test", step: "password" } },
    { operator_id: id, details: { step: "code" } },
  ]);
  expect((await (await host.browser()).open("/log")).text).toContain("Could not sign in");
});

describe("an operator who has set an authenticator app up", () => {
  test("gets in with password and code, and with the password alone nowhere", async () => {
    const { email, secret } = await withApp();
    const { page, browser } = await signIn(email);
    expect(page.url).toBe("/sign-in/code");
    expect((await browser.open("/tenants")).url).toStartWith("/sign-in");
    await browser.open("/sign-in/code");
    expect((await browser.submit("/sign-in/code", { code: "000000" })).status).toBe(422);
    const code = codeOf(t, secret);
    expect((await browser.submit("/sign-in/code", { code })).url).toBe("/tenants");
    // The same code is worth nothing a second time.
    const again = await signIn(email);
    expect((await again.browser.submit("/sign-in/code", { code })).status).toBe(422);
    t.clock.advance(30_000);
  });

  test("gets in with each recovery code once, and it is logged", async () => {
    const { email, codes } = await withApp();
    const [code = ""] = codes;
    const first = await signIn(email);
    expect((await first.browser.submit("/sign-in/code", { code: code.toUpperCase() })).url).toBe("/tenants");
    expect((await first.browser.open("/account")).text).toContain("9 recovery codes are left");
    const second = await signIn(email);
    expect((await second.browser.submit("/sign-in/code", { code })).status).toBe(422);
    expect((await doings()).map(({ doing }) => doing)).toContain("operators.recovery_code_used");
  });

  test("is asked for it after a new password by link as well", async () => {
    const { id } = await withApp();
    const link = await inUnit(host.system, (work) => mintOperatorLink(work, id));
    const path = new URL(link).pathname;
    const browser = host.stranger();
    await browser.open(path);
    const page = await browser.submit(path, { password: "nine quiet harbours" });
    expect(page.url).toBe("/sign-in/code");
    expect((await browser.open("/tenants")).url).toStartWith("/sign-in");
  });

  test("cannot try codes without end", async () => {
    const { email } = await withApp();
    const { browser } = await signIn(email);
    const outcomes: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1)
      outcomes.push((await browser.submit("/sign-in/code", { code: "000000" })).status);
    expect(outcomes.at(-1)).toBe(429);
    t.clock.advance(3600_000);
  });

  test("renews the codes and removes the app only with the password", async () => {
    const { browser, codes } = await withApp();
    await browser.open("/account/two-step/recovery-codes");
    const wrong = await browser.submit("/account/two-step/recovery-codes", { present_password: "not this one" });
    expect(wrong.status).toBe(422);
    const renewed = await browser.submit("/account/two-step/recovery-codes", { present_password: password });
    expect(codesOn(renewed.html)).toHaveLength(10);
    expect(codesOn(renewed.html)).not.toContain(codes[0] ?? "");
    await browser.open("/account/two-step/remove");
    const gone = await browser.submit("/account/two-step/remove", { present_password: password });
    expect(gone.url).toBe("/account");
    expect(gone.text).toContain("The authenticator app is removed.");
  });

  test("gets in again after another operator has reset it; nobody resets their own", async () => {
    const { id, email, browser } = await withApp();
    const olga = await host.browser();
    await olga.open(`/operators/${id}`);
    await olga.submit(`/operators/${id}/reset-two-step`);
    expect((await browser.open("/tenants")).url).toStartWith("/sign-in");
    expect((await signIn(email)).page.url).toBe("/tenants");
    const own = platformContext(t.app, { ...host.system.actor, user_id: id });
    await expect(perform(own, resetOperator, { id })).rejects.toThrow("Another operator");
  });

  test("has a secret that is not in the database as it is", async () => {
    const { id, secret, codes } = await withApp();
    const kept = await t.app.database.platform(async (db) => [
      await db.selectFrom("operators").selectAll().where("id", "=", id).execute(),
      await db.selectFrom("operator_recovery_codes").selectAll().where("operator_id", "=", id).execute(),
    ]);
    const text = JSON.stringify(kept);
    expect(text).not.toContain(secret.replaceAll(" ", ""));
    for (const code of codes) expect(text).not.toContain(code.replace("-", ""));
  });
});

test("where two steps are required, an operator without an app sets one up before anything else", async () => {
  t.app.options.isOperatorMfaRequired = true;
  try {
    const { email } = await newOperator();
    const { page, browser } = await signIn(email);
    expect(page.url).toBe("/sign-in/two-step");
    expect((await browser.open("/tenants")).url).toStartWith("/sign-in");
    const setup = await browser.open("/sign-in/two-step");
    const done = await browser.submit("/sign-in/two-step", { code: codeOf(t, secretOn(setup.html)) });
    expect(codesOn(done.html)).toHaveLength(10);
    expect((await browser.open("/tenants")).url).toBe("/tenants");
    const account = await browser.open("/account");
    expect(account.html).not.toContain("/account/two-step/remove");
    await browser.open("/account/two-step/remove");
    const kept = await browser.submit("/account/two-step/remove", { present_password: password });
    expect(kept.status).toBe(409);
  } finally {
    t.app.options.isOperatorMfaRequired = false;
  }
});

describe("whoever knew an operator's password and waits at the second step", () => {
  const change = async (browser: Visitor, next = "nine quiet harbours"): Promise<Page> => {
    await browser.open("/account");
    const fields = { present_password: password, new_password: next, repeated_password: next };
    return browser.submit("/account/password", fields);
  };

  test("gets no further once the password is changed or the second step is taken away", async () => {
    for (const end of ["change", "reset"]) {
      const { id, email, secret, browser } = await withApp();
      const begun = await signIn(email);
      expect(begun.page.url).toBe("/sign-in/code");
      if (end === "change") expect((await change(browser)).text).toContain("Password changed.");
      else await perform(platformContext(t.app, { ...host.system.actor, user_id: null }), resetOperator, { id });
      await begun.browser.submit("/sign-in/code", { code: codeOf(t, secret) });
      expect([end, (await begun.browser.open("/tenants")).url]).toEqual([end, "/sign-in?next=%2Ftenants"]);
    }
  });

  test("sets up none of their own after somebody else did, or after the password was changed", async () => {
    const { id, email } = await newOperator();
    const { browser } = await signIn(email);
    t.app.options.isOperatorMfaRequired = true;
    try {
      const code = async ({ browser: waiting }: { browser: Visitor }): Promise<string> =>
        codeOf(t, secretOn((await waiting.open("/sign-in/two-step")).html));
      const [one, other] = [await signIn(email), await signIn(email)];
      const [first, second] = [await code(one), await code(other)];
      await t.app.database.platform((db) =>
        db
          .insertInto("operator_passkeys")
          .values({
            id: newId(),
            user_id: id,
            name: "Laptop",
            credential_id: newId(),
            public_key: "x",
            sign_count: 0,
            transports: [],
            is_backed_up: false,
            created_at: t.clock.now(),
            last_used_at: null,
          })
          .execute(),
      );
      await one.browser.submit("/sign-in/two-step", { code: first });
      expect((await one.browser.open("/tenants")).url).toBe("/sign-in?next=%2Ftenants");
      await t.app.database.platform((db) => db.deleteFrom("operator_passkeys").where("user_id", "=", id).execute());
      expect((await change(browser)).text).toContain("Password changed.");
      await other.browser.submit("/sign-in/two-step", { code: second });
      expect((await other.browser.open("/tenants")).url).toBe("/sign-in?next=%2Ftenants");
    } finally {
      t.app.options.isOperatorMfaRequired = false;
    }
  });

  test("of two who change the password with the same old one, one gets their way; links to choose one end", async () => {
    const { id, email } = await newOperator();
    const [one, two] = [(await signIn(email)).browser, (await signIn(email)).browser];
    const link = new URL(await inUnit(host.system, (work) => mintOperatorLink(work, id))).pathname;
    const pages = await Promise.all([change(one), change(two, "four slow paper boats")]);
    expect(pages.filter(({ text }) => text.includes("Password changed."))).toHaveLength(1);
    expect((await host.stranger().open(link)).status).toBe(404);
  });
});

describe("an operator's sessions", () => {
  test("are listed on the account page and over the API, and end there", async () => {
    const operator = await newOperator();
    const [one, other] = [(await signIn(operator.email)).browser, (await signIn(operator.email)).browser];
    const account = await one.open("/account");
    const [, path = ""] = /action="(\/account\/sessions\/[0-9a-f-]+\/end)"/.exec(account.html) ?? [];
    expect((await one.submit(path)).text).toContain("That browser is signed out.");
    expect((await other.open("/tenants")).url).toStartWith("/sign-in");
    const third = (await signIn(operator.email)).browser;
    await one.open("/account");
    await one.submit("/account/sessions/end-others");
    expect((await third.open("/tenants")).url).toStartWith("/sign-in");
    expect((await one.open("/tenants")).url).toBe("/tenants");
  });

  test("of others cannot be ended", async () => {
    const victim = await newOperator();
    const { browser } = await signIn(victim.email);
    const session = await t.app.database.platform((db) =>
      db.selectFrom("operator_sessions").select("id").where("operator_id", "=", victim.id).executeTakeFirstOrThrow(),
    );
    await host.browser();
    const { body } = await host.api("GET", "/auth/sessions");
    expect(body.data.length).toBeGreaterThan(0);
    expect(JSON.stringify(body)).not.toContain(session.id);
    expect((await host.api("DELETE", `/auth/sessions/${session.id}`)).status).toBe(404);
    expect((await host.api("DELETE", `/auth/sessions/${body.data[0].id}`)).status).toBe(204);
    expect((await browser.open("/tenants")).url).toBe("/tenants");
  });

  test("end with a new password, all but the one that chose it", async () => {
    const { email } = await newOperator();
    const [one, other] = [(await signIn(email)).browser, (await signIn(email)).browser];
    await one.open("/account");
    const next = "nine quiet harbours";
    const fields = { present_password: password, new_password: next, repeated_password: next };
    const wrong = await one.submit("/account/password", { ...fields, present_password: "not this one" });
    expect(wrong.status).toBe(422);
    expect((await one.submit("/account/password", fields)).text).toContain("Password changed.");
    expect((await other.open("/tenants")).url).toStartWith("/sign-in");
    expect((await one.open("/tenants")).url).toBe("/tenants");
  });
});
