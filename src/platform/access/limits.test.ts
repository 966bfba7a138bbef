import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeStaff, password } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { counted, countAttempt, type Limit, signInByAddress } from "./limits.ts";

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
