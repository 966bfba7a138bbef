import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { operatorHost, type OperatorHost } from "../../../../tests/support/operators.ts";
import { type Authenticator, authenticatorFor } from "../../../../tests/support/passkey.ts";
import { makeStaff, password } from "../../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { nobody } from "../../../platform/access/actor.ts";
import { operatorActor, platformTenant } from "../../../platform/access/platform.ts";
import { contextOf, type Ctx, inUnit, reading } from "../../../platform/context.ts";
import { signInOptions, registerPasskey, registrationOptions } from "../../staff/mfa/passkeys.ts";
import { addOperator } from "./actions.ts";
import { signInOperator } from "./auth.ts";
import { resetOperatorFactors } from "./factors.ts";
import {
  operatorRegistrationOptions,
  operatorSecondFactorOptions,
  operatorSignInOptions,
  passkeysOfOperator,
  registerOperatorPasskey,
  removeOperatorPasskey,
  renameOperatorPasskey,
  showOperatorPasskey,
  signInOperatorWithPasskey,
} from "./passkeys.ts";

/** Those who run the installation sign in by passkey as everybody else does: the same ceremonies, other tables. */

const origin = "https://admin.test";

let t: TestProgram;
let host: OperatorHost;
let key: Authenticator;

/** At an https address, where browsers allow passkeys. */
const at = (actor: Ctx["actor"]): Ctx => contextOf(t.app, { ...platformTenant(t.app), public_url: origin }, actor);
const stranger = (): Ctx => at(nobody);
const olga = (id = host.operator.id): Ctx =>
  at(
    operatorActor({ user_id: id, name: "Olga Reyes", email: host.operator.email, session_id: null, api_key_id: null }),
  );
const outcome = (run: Promise<{ step: string | null }>): Promise<string | null | number> =>
  run.then(
    ({ step }) => step,
    (error: { status: number }) => error.status,
  );

beforeAll(async () => {
  t = await startTestProgram();
  host = await operatorHost(t);
  key = authenticatorFor(origin);
  const { challenge } = await operatorRegistrationOptions(olga());
  await registerOperatorPasskey(olga(), { name: "Laptop", response: key.register(challenge) });
});
afterAll(() => t.close());

describe("an operator's passkey", () => {
  test("signs in alone, and the same answer shown again does not", async () => {
    const { challenge } = await operatorSignInOptions(stranger());
    const answer = key.answer(challenge);
    expect(await outcome(signInOperatorWithPasskey(stranger(), answer))).toBeNull();
    expect(await outcome(signInOperatorWithPasskey(stranger(), answer))).toBe(401);
  });

  test("is asked for after the password, and is the second step", async () => {
    const { step, token } = await signInOperator(stranger(), host.operator.email, password);
    expect(step).toBe("code");
    const { challenge, allowCredentials } = await operatorSecondFactorOptions(stranger(), token);
    expect(allowCredentials).toHaveLength(1);
    const other = authenticatorFor(origin);
    expect(await outcome(showOperatorPasskey(stranger(), token, other.answer(challenge)))).toBe(401);
    expect(await outcome(showOperatorPasskey(stranger(), token, key.answer(challenge)))).toBeNull();
    expect(await outcome(showOperatorPasskey(stranger(), token, key.answer(challenge)))).toBe(401);
  });

  test("of somebody of an organization opens nothing here", async () => {
    const sam = await makeStaff(t.harbor, "administrator");
    const { app, tenant, actor, request } = await t.harbor.actorContext(sam.id);
    const there = contextOf(app, { ...tenant, public_url: origin }, actor, request);
    const own = authenticatorFor(origin);
    const { challenge } = await registrationOptions(there);
    await registerPasskey(there, { name: "Phone", response: own.register(challenge) });
    const asked = await operatorSignInOptions(stranger());
    expect(await outcome(signInOperatorWithPasskey(stranger(), own.answer(asked.challenge)))).toBe(401);
    const elsewhere = await signInOptions(there);
    expect(await outcome(signInOperatorWithPasskey(stranger(), key.answer(elsewhere.challenge)))).toBe(401);
  });

  test("is named and removed by its owner alone, and all of it is logged", async () => {
    const phone = authenticatorFor(origin);
    const { challenge } = await operatorRegistrationOptions(olga());
    await registerOperatorPasskey(olga(), { name: "Phone", response: phone.register(challenge) });
    const keys = await reading(olga(), (reader) => passkeysOfOperator(reader, host.operator.id));
    const id = keys.find(({ name }) => name === "Phone")?.id ?? "";
    const other = olga(t.mill.id);
    await expect(renameOperatorPasskey(other, id, "Mine")).rejects.toMatchObject({ status: 404 });
    await expect(removeOperatorPasskey(other, id)).rejects.toMatchObject({ status: 404 });
    await renameOperatorPasskey(olga(), id, " Work phone ");
    await removeOperatorPasskey(olga(), id);
    const asked = await operatorSignInOptions(stranger());
    expect(await outcome(signInOperatorWithPasskey(stranger(), phone.answer(asked.challenge)))).toBe(401);
    const log = await t.app.database.platform((db) =>
      db.selectFrom("operator_log").select(["doing", "details"]).orderBy("id").execute(),
    );
    expect(
      log.filter(({ doing }) => doing.startsWith("operators.passkey")).map(({ details }) => details["name"]),
    ).toEqual(["Laptop", "Phone", "Work phone"]);
  });

  test("that is not right is logged, with whose second step it was", async () => {
    const alone = await operatorSignInOptions(stranger());
    expect(await outcome(signInOperatorWithPasskey(stranger(), authenticatorFor(origin).answer(alone.challenge)))).toBe(
      401,
    );
    const { token } = await signInOperator(stranger(), host.operator.email, password);
    const second = await operatorSecondFactorOptions(stranger(), token);
    expect(
      await outcome(showOperatorPasskey(stranger(), token, authenticatorFor(origin).answer(second.challenge))),
    ).toBe(401);
    const log = await t.app.database.platform((db) =>
      db
        .selectFrom("operator_log")
        .select(["operator_name", "doing", "details"])
        .orderBy("id", "desc")
        .limit(2)
        .execute(),
    );
    const failed = { doing: "operators.sign_in_failed", details: { step: "passkey" } };
    expect(log).toEqual([
      { operator_name: "Olga Reyes", ...failed },
      { operator_name: "Nobody", ...failed },
    ]);
  });

  test("stays as the last second step where everybody has to have one, and goes with a reset", async () => {
    const { app, tenant, actor, request } = olga();
    const strict = contextOf(
      { ...app, options: { ...app.options, isOperatorMfaRequired: true } },
      tenant,
      actor,
      request,
    );
    const [only] = await reading(olga(), (reader) => passkeysOfOperator(reader, host.operator.id));
    await expect(removeOperatorPasskey(strict, only?.id ?? "")).rejects.toMatchObject({ code: "mfa_required" });
    const { challenge } = await operatorSignInOptions(stranger());
    expect(await outcome(signInOperatorWithPasskey(stranger(), key.answer(challenge)))).toBeNull();
    await inUnit(host.system, (work) => resetOperatorFactors(work, host.operator));
    const asked = await operatorSignInOptions(stranger());
    expect(await outcome(signInOperatorWithPasskey(stranger(), key.answer(asked.challenge)))).toBe(401);
    expect((await signInOperator(stranger(), host.operator.email, password)).step).toBeNull();
  });

  test("that is lost goes when another operator resets the second step, on the page, without an app ever set up", async () => {
    const id = await inUnit(host.system, async (work) => {
      const made = await addOperator(work, { name: "Pia Lund", email: "pia@operators.test", password_hash: null });
      return made.id;
    });
    const { challenge } = await operatorRegistrationOptions(olga(id));
    await registerOperatorPasskey(olga(id), { name: "Lost", response: authenticatorFor(origin).register(challenge) });
    const browser = await host.browser();
    const page = await browser.open(`/operators/${id}`);
    expect(page.text).toContain("Reset two-step sign-in");
    await browser.submit(`/operators/${id}/reset-two-step`);
    expect(await reading(olga(), (reader) => passkeysOfOperator(reader, id))).toEqual([]);
    expect((await browser.open(`/operators/${id}`)).text).not.toContain("Reset two-step sign-in");
  });

  test("is offered at the door and on the account page where the address allows it", async () => {
    const browser = await host.browser();
    expect((await browser.open("/account")).text).toContain("Passkeys need an address that begins with https://");
  });
});
