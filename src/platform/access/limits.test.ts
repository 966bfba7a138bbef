import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeStaff, password } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { counted, countAttempt, forgetOldAttempts, type Limit, signInByAddress, whoseAddress } from "./limits.ts";

let t: TestProgram;
beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

const three: Limit = { attempts: 3, seconds: 900 };

test("what was right and taken back leaves room for others at the same address, and what was wrong does not", async () => {
  for (let at = 0; at < 5; at += 1) await counted(t.app, { address: ["room", three] }, async () => "right");
  for (let at = 0; at < three.attempts; at += 1) await countAttempt(t.app, "room", three);
  expect(countAttempt(t.app, "room", three)).rejects.toMatchObject({ status: 429 });
});

test("a network of 64 bits is one address over IPv6", () => {
  expect(["2001:db8:1:2::1", "2001:0db8:1:2:ffff::9", "2001:db8:1:2:3:4:5:6"].map(whoseAddress)).toEqual([
    "2001:db8:1:2::/64",
    "2001:db8:1:2::/64",
    "2001:db8:1:2::/64",
  ]);
  expect([whoseAddress("::1"), whoseAddress("2001:db8::1"), whoseAddress("203.0.113.9")]).toEqual([
    "0:0:0:0::/64",
    "2001:db8:0:0::/64",
    "203.0.113.9",
  ]);
});

test("guessing goes on from no other address of one's own network", async () => {
  const { email } = await makeStaff(t.harbor, "technician");
  const statuses: number[] = [];
  for (let at = 0; at <= signInByAddress.attempts; at += 1) {
    const attributes = { email: `x${at}-${email}`, password: "wrong" };
    const answer = await t.api("POST", "/api/v1/auth/login", {
      headers: { "x-forwarded-for": `2001:db8:77:1::${at.toString(16)}` },
      body: { data: { type: "credentials", attributes } },
    });
    statuses.push(answer.status);
  }
  expect([statuses.at(-2), statuses.at(-1)]).toEqual([401, 429]);
});

test("attempts that no limit counts any more are forgotten", async () => {
  const kept = (): Promise<{ limit_key: string }[]> =>
    t.app.database.platform((db) =>
      db.selectFrom("rate_limits").select("limit_key").where("limit_key", "like", "old:%").execute(),
    );
  await countAttempt(t.app, "old:one", three);
  t.clock.advance(25 * 3600_000);
  await countAttempt(t.app, "old:two", three);
  await forgetOldAttempts(t.app);
  expect(await kept()).toEqual([{ limit_key: "old:two" }]);
});

test("whoever signs in uses up nothing of what is left to the office", async () => {
  const { email } = await makeStaff(t.harbor, "technician");
  const signIn = async (typed: string): Promise<number> => {
    const attributes = { email, password: typed };
    const answer = await t.api("POST", "/api/v1/auth/login", {
      headers: { "x-forwarded-for": "203.0.113.90" },
      body: { data: { type: "credentials", attributes } },
    });
    return answer.status;
  };
  const left = (): Promise<{ attempts: number }[]> =>
    t.app.database.platform((db) =>
      db.selectFrom("rate_limits").select("attempts").where("limit_key", "=", "sign-in:203.0.113.90").execute(),
    );
  expect(await signIn(password)).toBe(200);
  expect(await signIn("wrong wrong wrong")).toBe(401);
  expect(await signIn(password)).toBe(200);
  expect(await left()).toEqual([{ attempts: 1 }]);
  expect(signInByAddress.attempts).toBeGreaterThan(1);
});
