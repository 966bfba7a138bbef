import { expect, test } from "bun:test";
import { cleanUpAfterwards, installation, person, started } from "./support/started.ts";
import { signedIn, visitor } from "./support/visitor.ts";

cleanUpAfterwards();

test("an administrator whom nobody else can help gets in again from the command line", async () => {
  const one = await installation();
  await one.firstKey(person);
  await started(one);
  const listed = await one.cli(["admin", "list", "--json"]);
  expect(JSON.parse(listed.stdout)).toEqual([
    { email: person.email, name: person.name, is_deactivated: false, has_two_steps: false },
  ]);
  const unknown = await one.cli(["admin", "reset-password", "--email", "nobody@harbor.example"]);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("nobody of the staff has the address")]);
  const { code, stdout } = await one.cli(["admin", "reset-password", "--email", person.email, "--two-step"]);
  expect(code).toBe(0);
  const { pathname } = new URL(stdout.trim());
  const browser = visitor((path, init) => fetch(one.url + path, { ...init, redirect: "manual" }));
  expect((await browser.open(pathname)).status).toBe(200);
  const password = "nine quiet harbour lamps";
  expect((await browser.submit(pathname, { password, password_confirmation: password })).status).toBe(200);
  const back = await signedIn(one.url, { ...person, password });
  expect((await back.open("/")).status).toBe(200);
  expect((await browser.open(pathname)).status).toBe(404);
});

test("unlocking says whether somebody was shut out", async () => {
  const one = await installation();
  await one.firstKey(person);
  const unlocked = await one.cli(["admin", "unlock", "--email", "nobody@harbor.example"]);
  expect([unlocked.code, unlocked.stderr]).toEqual([0, expect.stringContaining("was not shut out")]);
});
