import { describe, expect, test } from "bun:test";
import { fromStripeAmount, hintOf, modeOfKey, toStripeAmount } from "./rules.ts";

describe("amounts as Stripe counts them", () => {
  test.each([
    [12_345, "USD", 12_345],
    [5000, "JPY", 5000],
    [1500, "ISK", 150_000],
    [1500, "UGX", 150_000],
    [12_340, "BHD", 12_340],
    [1200, "HUF", 1200],
  ])("%p %s is %p", (minor, currency, amount) => {
    expect(toStripeAmount(minor, currency)).toBe(amount);
    expect(fromStripeAmount(amount, currency)).toBe(minor);
  });

  test("that a card cannot be charged with are refused, never rounded", () => {
    expect(() => toStripeAmount(12_345, "KWD")).toThrow(RangeError);
    expect(() => fromStripeAmount(150_001, "ISK")).toThrow(RangeError);
  });
});

test("a key tells its mode", () => {
  expect(modeOfKey("sk_test_51abc")).toBe("test");
  expect(modeOfKey("rk_live_51abc")).toBe("live");
  expect(modeOfKey("pk_live_51abc")).toBeNull();
  expect(modeOfKey("")).toBeNull();
});

test("of a secret only the end is shown", () => {
  expect(hintOf("whsec_0123456789")).toBe("…6789");
  expect(hintOf(null)).toBeNull();
});
