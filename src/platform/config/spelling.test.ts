import { expect, test } from "bun:test";
import { closest } from "./spelling.ts";

const verbs = ["serve", "backup", "restore", "doctor", "version"];

test.each([
  ["bakcup", "backup"],
  ["serv", "serve"],
  ["DOCTOR", "doctor"],
  ["vrsion", "version"],
])("%s means %s", (given, meant) => {
  expect(closest(given, verbs)).toBe(meant);
});

test("what resembles nothing means nothing", () => {
  expect(closest("install", verbs)).toBeNull();
  expect(closest("", verbs)).toBeNull();
  expect(closest("x", [])).toBeNull();
});
