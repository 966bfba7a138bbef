import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Authenticator, authenticatorFor } from "../../../../tests/support/passkey.ts";
import { makeStaff, password, type Person } from "../../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { nobody } from "../../../platform/access/actor.ts";
import { contextOf, type Ctx } from "../../../platform/context.ts";
import { signIn } from "../auth/sign-in.ts";
import {
  registerPasskey,
  registrationOptions,
  secondFactorOptions,
  showPasskey,
  signInOptions,
  signInWithPasskey,
} from "./passkeys.ts";

const origin = "https://harbor.test";
const device = { kind: "browser", deviceHash: null } as const;

let t: TestProgram;
let sam: Person;
let key: Authenticator;

/** Where browsers allow passkeys: at an https address. */
const encrypted = ({ app, tenant, actor, request }: Ctx): Ctx =>
  contextOf(app, { ...tenant, public_url: origin }, actor, request);
const stranger = (): Ctx => encrypted(contextOf(t.app, t.harbor.tenant, nobody));
const person = async (): Promise<Ctx> => encrypted(await t.harbor.actorContext(sam.id));
const outcome = (run: Promise<{ step: string | null }>): Promise<string | null | number> =>
  run.then(
    ({ step }) => step,
    (error: { status: number }) => error.status,
  );

beforeAll(async () => {
  t = await startTestProgram();
  sam = await makeStaff(t.harbor, "technician");
  key = authenticatorFor(origin);
  const { challenge } = await registrationOptions(await person());
  await registerPasskey(await person(), { name: "Laptop", response: key.register(challenge) });
});
afterAll(() => t.close());

describe("a passkey", () => {
  test("signs in, and the same answer shown again does not", async () => {
    const { challenge } = await signInOptions(stranger());
    const answer = key.answer(challenge);
    expect(await outcome(signInWithPasskey(stranger(), "staff", answer, device))).toBeNull();
    expect(await outcome(signInWithPasskey(stranger(), "staff", answer, device))).toBe(401);
  });

  test("answers a challenge within five minutes, one that was given here, and at its own door and site", async () => {
    const { challenge } = await signInOptions(stranger());
    const elsewhere = authenticatorFor("https://evil.example");
    const wrong = [
      outcome(signInWithPasskey(stranger(), "staff", key.answer("bm9ib2R5IGFza2Vk"), device)),
      outcome(
        signInWithPasskey(
          stranger(),
          "staff",
          { ...elsewhere.answer(challenge), id: key.answer(challenge).id },
          device,
        ),
      ),
      outcome(signInWithPasskey(stranger(), "portal", key.answer(challenge), device)),
    ];
    expect(await Promise.all(wrong)).toEqual([401, 401, 401]);
    const late = await signInOptions(stranger());
    t.clock.advance(5 * 60_000 + 1);
    expect(await outcome(signInWithPasskey(stranger(), "staff", key.answer(late.challenge), device))).toBe(401);
  });

  test("is not called wrong while the database is away: the same answer is good when it is back", async () => {
    const { write } = t.app.database;
    const away = async (run: () => Promise<unknown>): Promise<string | undefined> => {
      t.app.database.write = () => Promise.reject(new Error("Connection terminated unexpectedly"));
      try {
        return await run().then(
          () => "done",
          (error: Error) => error.message,
        );
      } finally {
        t.app.database.write = write;
      }
    };
    const { challenge } = await signInOptions(stranger());
    const answer = key.answer(challenge);
    expect(await away(() => signInWithPasskey(stranger(), "staff", answer, device))).toMatch(/^Connection terminated/);
    expect(await outcome(signInWithPasskey(stranger(), "staff", answer, device))).toBeNull();
    const other = authenticatorFor(origin);
    const made = other.register((await registrationOptions(await person())).challenge);
    const added = { name: "Tablet", response: made };
    const owner = await person();
    expect(await away(() => registerPasskey(owner, added))).toMatch(/^Connection terminated/);
    expect((await registerPasskey(owner, added)).name).toBe("Tablet");
  });

  test("that cannot be read is refused like a wrong one", async () => {
    const { challenge } = await signInOptions(stranger());
    const answer = key.answer(challenge);
    const saying = (text: string) => ({
      ...answer,
      response: { ...answer.response, clientDataJSON: Buffer.from(text).toString("base64url") },
    });
    for (const text of ["", "no JSON", "null", "{}", '{"challenge":7}', '{"challenge":"\\u0000"}'])
      expect(await outcome(signInWithPasskey(stranger(), "staff", saying(text), device))).toBe(401);
    const without = { ...answer, response: undefined as unknown as typeof answer.response };
    expect(await outcome(signInWithPasskey(stranger(), "staff", without, device))).toBe(401);
    expect(await outcome(signInWithPasskey(stranger(), "staff", answer, device))).toBeNull();
  });

  test("is a second step with a challenge that was given for it, to this person, once", async () => {
    const begin = async (): Promise<string> => {
      const entering = await signIn(stranger(), "staff", sam.email, password, device);
      expect(entering.step).toBe("mfa_required");
      return entering.token;
    };
    const token = await begin();
    const registering = await registrationOptions(await person());
    expect(await outcome(showPasskey(stranger(), "staff", token, key.answer(registering.challenge)))).toBe(401);
    const signingIn = await signInOptions(stranger());
    expect(await outcome(showPasskey(stranger(), "staff", token, key.answer(signingIn.challenge)))).toBe(401);
    const { challenge } = await secondFactorOptions(stranger(), "staff", token);
    const answer = key.answer(challenge);
    expect(await outcome(showPasskey(stranger(), "staff", token, answer))).toBeNull();
    expect(await outcome(showPasskey(stranger(), "staff", await begin(), answer))).toBe(401);
  });

  test("of somebody else is no second step", async () => {
    const other = await makeStaff(t.harbor, "technician");
    const theirs = encrypted(await t.harbor.actorContext(other.id));
    const own = authenticatorFor(origin);
    const made = await registrationOptions(theirs);
    await registerPasskey(theirs, { name: "Phone", response: own.register(made.challenge) });
    const entering = await signIn(stranger(), "staff", sam.email, password, device);
    const { challenge } = await secondFactorOptions(stranger(), "staff", entering.token);
    expect(await outcome(showPasskey(stranger(), "staff", entering.token, own.answer(challenge)))).toBe(401);
  });
});
