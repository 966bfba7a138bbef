import { describe, expect, test } from "bun:test";
import { perMonth } from "./recurring.ts";

describe("what a contract comes to a month", () => {
  test("is its fee and its items, each by how often it is charged", () => {
    expect(perMonth({ billing_amount: 30_000, billing_cycle: "quarterly", items_a_year: 24_000 })).toBe(12_000);
    expect(perMonth({ billing_amount: 10_000, billing_cycle: "annually", items_a_year: 0 })).toBe(833);
    expect(perMonth({ billing_amount: null, billing_cycle: "monthly", items_a_year: 1_200 })).toBe(100);
  });

  test("is nothing where all is paid by the hour", () => {
    expect(perMonth({ billing_amount: null, billing_cycle: "monthly", items_a_year: 0 })).toBe(0);
  });
});
