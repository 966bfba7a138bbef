import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { authenticator, type Authenticator, type How } from "../../../../tests/support/authenticator.ts";
import { makeStaff, password, type Person } from "../../../../tests/support/people.ts";
import { startTestProgram, type TestProgram, type TestTenant } from "../../../../tests/support/program.ts";
import { nobody } from "../../../platform/access/actor.ts";
import { users } from "../../../platform/access/schema.ts";
import { contextOf, type Ctx, inUnit, reading } from "../../../platform/context.ts";
import { update } from "../../../platform/database/records.ts";
import { signIn } from "../auth/sign-in.ts";
import {
  registerPasskey,
  registrationOptions,
  secondFactorOptions,
  showPasskey,
  signInOptions,
  signInWithPasskey,
} from "./passkeys.ts";

/** Passkeys against a security key in software: what is taken, and everything that is not (PRD 3.1.1). */

let t: TestProgram;
const site = { origin: "https://desk.harbor.example", rpId: "desk.harbor.example" };
const device = { kind: "browser" as const, deviceHash: null };

beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

/** The organization at an address where browsers have passkeys. */
const at = (ctx: Ctx): Ctx => contextOf(t.app, { ...ctx.tenant, public_url: site.origin }, ctx.actor);
const as = async ({ id }: Person): Promise<Ctx> => at(await t.harbor.actorContext(id));
const stranger = (tenant: TestTenant = t.harbor): Ctx => at(contextOf(t.app, tenant.tenant, nobody));

async function owner(key: Authenticator = authenticator(site)): Promise<{ person: Person; key: Authenticator }> {
  const person = await makeStaff(t.harbor, "technician", "Sam Tech");
  const ctx = await as(person);
  await registerPasskey(ctx, { name: "Laptop", response: key.register(await registrationOptions(ctx)) });
  return { person, key };
}

/** Who gets in by an answer; null when nobody does. */
async function enters(key: Authenticator, how: Partial<How> = {}, ctx = stranger()): Promise<string | null> {
  const response = key.answer(await signInOptions(ctx), how);
  return signInWithPasskey(ctx, "staff", response, device).then(
    (entering) => (entering.step === null ? entering.user_id : null),
    () => null,
  );
}

describe("a new passkey", () => {
  test("signs its owner in, again and again, and its count is kept", async () => {
    const { person, key } = await owner();
    expect([await enters(key), await enters(key)]).toEqual([person.id, person.id]);
    const row = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("passkeys").selectAll().where("user_id", "=", person.id).executeTakeFirstOrThrow(),
    );
    expect(row).toMatchObject({ name: "Laptop", sign_count: 3, transports: ["internal"], last_used_at: t.clock.now() });
  });

  test("is told to the browser, so that the same device does not make a second one", async () => {
    const { person } = await owner();
    const { excludeCredentials } = await registrationOptions(await as(person));
    expect(excludeCredentials).toHaveLength(1);
  });

  test.each<[string, Partial<How>]>([
    ["made at another site", { origin: "https://desk.harbor.example.evil.test" }],
    ["made for another host", { rpId: "evil.test" }],
    ["made for a question that nobody asked", { challenge: "bm90IGFza2Vk" }],
    ["made without checking the person", { isVerified: false }],
    ["made with nobody there", { isPresent: false }],
    ["that is an answer to something else", { type: "webauthn.get" }],
  ])("is not taken when it was %s", async (_what, how) => {
    const ctx = await as(await makeStaff(t.harbor, "technician"));
    const response = authenticator(site).register(await registrationOptions(ctx), how);
    await expect(registerPasskey(ctx, { name: "", response })).rejects.toMatchObject({ status: 422 });
  });

  test("is not taken twice for one question, for somebody else's, or too late", async () => {
    const [one, other] = [
      await as(await makeStaff(t.harbor, "technician")),
      await as(await makeStaff(t.harbor, "sales")),
    ];
    const options = await registrationOptions(one);
    const response = authenticator(site).register(options);
    await expect(registerPasskey(other, { name: "", response })).rejects.toMatchObject({ status: 422 });
    await registerPasskey(one, { name: "", response });
    const second = authenticator(site).register(options);
    await expect(registerPasskey(one, { name: "", response: second })).rejects.toMatchObject({ status: 422 });
    const late = authenticator(site).register(await registrationOptions(one));
    t.clock.advance(5 * 60_000 + 1);
    await expect(registerPasskey(one, { name: "", response: late })).rejects.toMatchObject({ status: 422 });
  });

  test("is not to be had where browsers allow none", async () => {
    const plain = await t.harbor.actorContext((await makeStaff(t.harbor, "technician")).id);
    for (const public_url of ["http://desk.harbor.example", "https://192.0.2.7"]) {
      const ctx = contextOf(t.app, { ...plain.tenant, public_url }, plain.actor);
      await expect(registrationOptions(ctx)).rejects.toMatchObject({ code: "no_passkeys_here" });
    }
  });
});

describe("signing in with a passkey", () => {
  test.each<[string, Partial<How>]>([
    ["from another site", { origin: "https://evil.test" }],
    ["for another host", { rpId: "evil.test" }],
    ["to a question that nobody asked", { challenge: "bm90IGFza2Vk" }],
    ["without checking the person", { isVerified: false }],
    ["that is a registration", { type: "webauthn.create" }],
    ["signed with another key", { key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey }],
    ["whose count does not move", { count: 1 }],
    ["whose count goes back", { count: 0 }],
  ])("is refused for an answer %s", async (_what, how) => {
    const { key } = await owner();
    expect(await enters(key, how)).toBeNull();
  });

  test("lets one of two in that answer the same question, and a copied key is noticed", async () => {
    const { person, key } = await owner();
    const copy = key.copy();
    const ctx = stranger();
    const options = await signInOptions(ctx);
    const answers = [key.answer(options), key.answer(options)];
    const outcomes = await Promise.allSettled(answers.map((one) => signInWithPasskey(ctx, "staff", one, device)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    // The copy counts for itself: it says a number that has been used.
    expect(await enters(copy)).toBeNull();
    expect(await enters(key)).toBe(person.id);
  });

  test("is over for one who was deactivated, at the clients' door, and at another organization", async () => {
    const { person, key } = await owner();
    const ctx = stranger();
    const response = key.answer(await signInOptions(ctx));
    await expect(signInWithPasskey(ctx, "portal", response, device)).rejects.toMatchObject({ status: 401 });
    expect(await enters(key, {}, stranger(t.mill))).toBeNull();
    await inUnit(t.harbor.system, (work) => update(work, users, person.id, { deactivated_at: t.clock.now() }));
    expect(await enters(key)).toBeNull();
  });

  test("does not take a question that is too old", async () => {
    const { key } = await owner();
    const ctx = stranger();
    const response = key.answer(await signInOptions(ctx));
    t.clock.advance(5 * 60_000 + 1);
    await expect(signInWithPasskey(ctx, "staff", response, device)).rejects.toMatchObject({ status: 401 });
  });
});

describe("a passkey as the second step", () => {
  test("is asked of its owner after the password, and nobody else's does", async () => {
    const [{ person, key }, { key: others }] = [await owner(), await owner()];
    const ctx = stranger();
    const entering = await signIn(ctx, "staff", person.email, password, device);
    expect(entering.step).toBe("mfa_required");
    const options = await secondFactorOptions(ctx, "staff", entering.token);
    expect(options.allowCredentials).toHaveLength(1);
    await expect(showPasskey(ctx, "staff", entering.token, others.answer(options))).rejects.toMatchObject({
      status: 401,
    });
    // The password has been checked already, so being there is enough.
    const asked = await secondFactorOptions(ctx, "staff", entering.token);
    const done = await showPasskey(ctx, "staff", entering.token, key.answer(asked, { isVerified: false }));
    expect(done).toMatchObject({ step: null, user_id: person.id });
    await expect(showPasskey(ctx, "staff", entering.token, key.answer(asked))).rejects.toMatchObject({ status: 401 });
  });

  test("a question of the second step does not sign in alone", async () => {
    const { person, key } = await owner();
    const ctx = stranger();
    const entering = await signIn(ctx, "staff", person.email, password, device);
    const response = key.answer(await secondFactorOptions(ctx, "staff", entering.token));
    await expect(signInWithPasskey(ctx, "staff", response, device)).rejects.toMatchObject({ status: 401 });
  });
});
