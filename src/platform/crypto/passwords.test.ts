import { afterAll, beforeAll, expect, spyOn, test } from "bun:test";
import { fullPasswords, lightPasswords } from "../../../tests/support/light-passwords.ts";
import { hashPassword, passwordProblems, verifyPassword } from "./passwords.ts";

// Here the hashes are what it is about.
beforeAll(() => {
  Object.assign(Bun.password, fullPasswords);
});
afterAll(() => {
  Object.assign(Bun.password, lightPasswords);
});

const ana = { email: "ana.kowalska@harbor.test", name: "Ana Kowalska" };

test("a password fits its own hash and no other", async () => {
  const hash = await hashPassword("marble-otter-91-lamp");
  expect(await verifyPassword("marble-otter-91-lamp", hash)).toBe(true);
  expect(await verifyPassword("marble-otter-91-lamP", hash)).toBe(false);
  expect(await hashPassword("marble-otter-91-lamp")).not.toBe(hash);
});

test("an account without a password is never right, and costs what one with a password costs", async () => {
  const real = await hashPassword("marble-otter-91-lamp");
  const verify = spyOn(Bun.password, "verify");
  try {
    expect(await verifyPassword("not-this-one-at-all", null)).toBe(false);
    const checked = String(verify.mock.calls[0]?.[1]);
    // Algorithm, version, memory and passes: all that the time depends on.
    expect(checked.split("$").slice(0, 4)).toEqual(real.split("$").slice(0, 4));
    expect(verify).toHaveBeenCalledTimes(1);
  } finally {
    verify.mockRestore();
  }
});

test("the same letters in other code points are the same password", async () => {
  expect(await verifyPassword("cafe\u0301-au-lait-7", await hashPassword("caf\u00e9-au-lait-7"))).toBe(true);
});

test.each([
  ["short-one-1", "at least 12"],
  ["Password-1234", "guessed first"],
  ["CorrectHorseBatteryStaple", "guessed first"],
  ["abababababababab", "different characters"],
  ["kowalska-likes-cats", "your name"],
  ["the-ANA.KOWALSKA-door", "your name"],
])("%s is refused", (password, reason) => {
  expect(passwordProblems(password, ana).join(" ")).toContain(reason);
});

test.each(["iloveyou2026!", "!!dragon2026!!", "Football-2024-", "qwertyuiop[]", "99michelle99!"])(
  "%s is known from break-ins, as it stands or with digits and signs around it",
  (password) => {
    const lax = { min_password_length: 8, is_breached_check_on: false };
    expect(passwordProblems(password, ana, { ...lax, is_breached_check_on: true }).join(" ")).toContain("break-ins");
    expect(passwordProblems(password, ana, lax).join(" ")).not.toContain("break-ins");
  },
);

test("a password with the organization's name in it is refused", () => {
  expect(passwordProblems("harbor-lamps-at-night", { ...ana, organization: "Harbor IT" })).toEqual([
    'Leave out the name of the organization (it contains "harbor").',
  ]);
});

test("the least length is the organization's own", () => {
  const rules = { min_password_length: 20, is_breached_check_on: true };
  expect(passwordProblems("gravel window pelica", ana, rules)).toEqual([]);
  expect(passwordProblems("gravel window pelic", ana, rules)).toEqual(["Use at least 20 characters; this has 19."]);
});

test("a password of a megabyte is not hashed", () => {
  expect(passwordProblems("abcdefgh".repeat(200), ana)).toEqual(["Use at most 1024 characters."]);
});

test("a long password needs no special characters", () => {
  expect(passwordProblems("gravel window pelican", ana)).toEqual([]);
  // Three letters are no name worth forbidding: many words hold them.
  expect(passwordProblems("banana-split-monday", ana)).toEqual([]);
});

test("twelve characters are enough, also when they are not ASCII", () => {
  expect(passwordProblems("grün-gelb-ör", ana)).toEqual([]);
  expect(passwordProblems("🦦🦊🐻🐼🦁🐯", ana)[0]).toContain("this has 6");
});

test.each([
  ["four blue ferries at noon", 2],
  ["FourBlueFerriesAtNoon", 2],
  ["FourBlueFerries4Noon", 3],
  ["FourBlueFerries, 4 Noon", 4],
  ["四隻藍色渡輪在正午出發前往港口", 1],
])("%s has as many kinds of characters as it has", (given, kinds) => {
  const problems = (min_character_kinds: number): string[] =>
    passwordProblems(
      given,
      { email: "a@b.example", name: "Nia" },
      { min_password_length: 12, is_breached_check_on: false, min_character_kinds },
    );
  expect(problems(kinds)).toEqual([]);
  if (kinds < 4) expect(problems(kinds + 1)[0]).toStartWith(`Use ${kinds + 1} of these four: capital letters`);
});
