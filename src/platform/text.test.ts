import { expect, test } from "bun:test";
import { seen, singular } from "./text.ts";

test("the singular of what tables are called", () => {
  const words = ["tickets", "companies", "ip_addresses", "tax_rates", "mailboxes", "branches"];
  expect(words.map(singular)).toEqual(["ticket", "company", "ip_address", "tax_rate", "mailbox", "branch"]);
});

test("what was typed is empty where nothing of it can be seen", () => {
  expect(["", " \t\n", "\u200b", "\u2060\u00a0\u200e", "\ufeff", "\u202e"].map(seen)).toEqual(Array(6).fill(""));
  const kept = ["a\u200b", "👩‍💻", "1", ".", "é", "שלום\u200f"];
  expect(kept.map(seen)).toEqual(kept);
});
