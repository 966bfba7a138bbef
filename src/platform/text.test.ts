import { expect, test } from "bun:test";
import { singular } from "./text.ts";

test("the singular of what tables are called", () => {
  const words = ["tickets", "companies", "ip_addresses", "tax_rates", "mailboxes", "branches"];
  expect(words.map(singular)).toEqual(["ticket", "company", "ip_address", "tax_rate", "mailbox", "branch"]);
});
