import { expect, test } from "bun:test";
import { isEmailAddress, plainName } from "./addresses.ts";

test("addresses of people are addresses", () => {
  for (const text of [
    "ada@harbor.example",
    "ada.lovelace+desk@it.harbor.example",
    "o'brien@harbor.example",
    "a@localhost",
    "ada@münchen.example",
    "1@2.co",
  ]) {
    expect([text, isEmailAddress(text)]).toEqual([text, true]);
  }
});

test("what cannot be delivered to is no address", () => {
  const long = `${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}.example`;
  for (const text of [
    "",
    "ada",
    "ada@",
    "@harbor.example",
    "ada@harbor",
    "a b@harbor.example",
    "ada@harbor..example",
    ".ada@harbor.example",
    "ada@@harbor.example",
    "ada@-harbor.example",
    "ada@harbor.example\r\nBcc: x@y.example",
    "ada@harbor.example, bob@harbor.example",
    '"ada"@harbor.example',
    `${"a".repeat(65)}@harbor.example`,
    long,
  ]) {
    expect([text, isEmailAddress(text)]).toEqual([text, false]);
  }
});

test("a name cannot bring a header of its own", () => {
  expect(plainName("Ada\r\nBcc: x@y.example")).toBe("Ada Bcc: x@y.example");
});
