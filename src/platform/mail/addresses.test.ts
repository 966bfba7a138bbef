import { expect, test } from "bun:test";
import { formatMailbox, isEmailAddress, normalEmailAddress, parseMailbox } from "./addresses.ts";

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

test("an address is stored trimmed and in lower case", () => {
  expect(normalEmailAddress(" Ada@Harbor.Example ")).toBe("ada@harbor.example");
  expect(normalEmailAddress("nobody")).toBeNull();
});

test("a mailbox is read and written", () => {
  expect(parseMailbox("Ada Lovelace <ada@harbor.example>")).toEqual({
    name: "Ada Lovelace",
    address: "ada@harbor.example",
  });
  expect(parseMailbox("ada@harbor.example")).toEqual({ name: "", address: "ada@harbor.example" });
  expect(parseMailbox("Ada <nobody>")).toBeNull();
  for (const mailbox of [
    { name: "Łukasz Żak", address: "lukasz@harbor.example" },
    { name: 'Lovelace, "Ada" \\ Countess', address: "ada@harbor.example" },
    { name: "", address: "ada@harbor.example" },
  ]) {
    expect(parseMailbox(formatMailbox(mailbox))).toEqual(mailbox);
  }
});

test("a name cannot bring a header of its own", () => {
  expect(formatMailbox({ name: "Ada\r\nBcc: x@y.example", address: "ada@harbor.example" })).toBe(
    '"Ada Bcc: x@y.example" <ada@harbor.example>',
  );
});
