import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from "bun:test";
import {
  browserOf,
  credentialsOf,
  linkFor,
  makeStaff,
  password,
  type Person,
  tokenOf,
} from "../../../../tests/support/people.ts";
import { type ApiAnswer, startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { codeOf, setUpTwoSteps } from "../../../../tests/support/second-step.ts";
import { waitingTotp } from "../mfa/totp.ts";
import { perform } from "../../../platform/action.ts";
import { reading } from "../../../platform/context.ts";
import { endSessions, requireNewPassword } from "../containment.ts";
import { resetSecondFactor } from "../mfa/actions.ts";
import { updateRole } from "../roles.ts";

/** A sign-in that was begun leads to nothing once what it began with is worth nothing any more. */

let t: TestProgram;
let admin: Person;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await makeStaff(t.harbor, "administrator", "Alma Boss");
});
afterAll(() => t.close());

const other = "nine loud mountain doors";
const login = (person: Person, given = password): Promise<ApiAnswer> =>
  t.api("POST", "/api/v1/auth/login", { body: credentialsOf(person, given) });
const mfa = (path: string, attributes: object): Promise<ApiAnswer> =>
  t.api("POST", `/api/v1/auth/mfa/${path}`, { body: { data: { type: "mfa", attributes } } });
const outcome = ({ status, body }: ApiAnswer): unknown[] => [status, body.errors?.[0].code ?? ""];

async function begin(person: Person, step: string): Promise<string> {
  const begun = await login(person);
  expect(outcome(begun)).toEqual([401, step]);
  return begun.body.errors[0].meta.challenge_token;
}
const change = (key: string, new_password: string): Promise<ApiAnswer> =>
  t.api("POST", "/api/v1/auth/password", {
    key,
    body: { data: { type: "passwords", attributes: { present_password: password, new_password } } },
  });

async function require(is_mfa_required: boolean): Promise<void> {
  const { id } = await reading(t.harbor.system, ({ db }) =>
    db.selectFrom("roles").select("id").where("role_key", "=", "technician").executeTakeFirstOrThrow(),
  );
  await perform(await t.harbor.actorContext(admin.id), updateRole, { id, is_mfa_required });
}
afterEach(() => require(false));

describe("whoever knew the password and waits at the second step", () => {
  const endings: [string, (person: Person, browser: Awaited<ReturnType<typeof browserOf>>) => Promise<unknown>][] = [
    [
      "the password is changed",
      async (_, browser) => {
        await browser.open("/account");
        const fields = { present_password: password, new_password: other, repeated_password: other };
        expect((await browser.submit("/account/password", fields)).status).toBe(200);
      },
    ],
    ["everybody else is signed out", (_, browser) => browser.submit("/account/sessions/revoke-others")],
    [
      "an administrator signs them out",
      async ({ id }) => perform(await t.harbor.actorContext(admin.id), endSessions, { id }),
    ],
    [
      "an administrator takes the password away",
      async ({ id }) => perform(await t.harbor.actorContext(admin.id), requireNewPassword, { id }),
    ],
    [
      "an administrator takes the second step away",
      async ({ id }) => perform(await t.harbor.actorContext(admin.id), resetSecondFactor, { id }),
    ],
  ];

  test.each(endings)("gets no further once %s", async (_, end) => {
    const person = await makeStaff(t.harbor, "technician");
    const browser = await browserOf(t, person);
    await browserOf(t, person);
    const { secret } = await setUpTwoSteps(t, browser);
    const challenge_token = await begin(person, "mfa_required");
    await browser.open("/account");
    await end(person, browser);
    const shown = await mfa("verify", { challenge_token, code: codeOf(t, secret) });
    expect(outcome(shown)).toEqual([401, "challenge_expired"]);
  });

  test("sets up no second step of their own after the password was changed", async () => {
    const person = await makeStaff(t.harbor, "technician");
    const key = await tokenOf(t, person);
    await require(true);
    const challenge_token = await begin(person, "mfa_setup_required");
    await require(false);
    expect((await change(key, other)).status).toBe(204);
    await require(true);
    const waiting = await reading(t.harbor.system, (reader) => waitingTotp(reader, person.id));
    const code = codeOf(t, waiting?.secret ?? "");
    expect(outcome(await mfa("verify", { challenge_token, code }))).toEqual([401, "challenge_expired"]);
  });
});

describe("while a password is held against its hash", () => {
  test("it may be changed, and then lets nobody in", async () => {
    const person = await makeStaff(t.harbor, "technician");
    const key = await tokenOf(t, person);
    const keeper = t.app.registry.passwordKeeper;
    if (keeper === null) throw new Error("nothing keeps passwords");
    // Asked of every sign-in when the password is known to be right, and before the session begins.
    const asked = spyOn(keeper, "check").mockImplementationOnce(async () => {
      expect((await change(key, other)).status).toBe(204);
      return { is: "elsewhere" };
    });
    const answer = await login(person);
    asked.mockRestore();
    expect(outcome(answer)).toEqual([401, "bad_credentials"]);
    expect((await login(person, other)).status).toBe(200);
  });

  test("two who change it with the same old one do not both get their way", async () => {
    const person = await makeStaff(t.harbor, "technician");
    const [one, two] = [await tokenOf(t, person), await tokenOf(t, person)];
    const answers = await Promise.all([change(one, other), change(two, "four slow paper boats")]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 422]);
  });
});

test("a link to choose a password ends with the password that it was asked for", async () => {
  const person = await makeStaff(t.harbor, "technician");
  const key = await tokenOf(t, person);
  const browser = t.browser();
  await browser.open("/forgot");
  await browser.submit("/forgot", { email: person.email });
  await t.settle();
  const link = await linkFor(t.harbor, person.email);
  expect((await browser.open(link)).status).toBe(200);
  expect((await change(key, other)).status).toBe(204);
  expect((await browser.open(link)).status).toBe(404);
});
