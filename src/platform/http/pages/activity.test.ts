import { afterAll, beforeAll, expect, test } from "bun:test";
import { browserOf, credentialsOf, makeStaff } from "../../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";

let t: TestProgram;
beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

test("a sign-in that failed is not told as one that worked", async () => {
  const person = await makeStaff(t.harbor, "technician");
  const boss = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  await t.api("POST", "/api/v1/auth/login", { body: credentialsOf(person, "not this one") });
  await t.settle();
  const page = await boss.open(`/settings/staff/${person.id}`);
  expect(page.text).toContain("Failed to sign in");
  expect(page.html).not.toContain(">Signed in<");
});
