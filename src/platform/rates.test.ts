import { expect, test } from "bun:test";
import { amountForMinutes } from "./money.ts";
import { isRate, largestRate, refuseWrongRate } from "./rates.ts";

test("a rate an hour is neither negative nor so high that years of it could not be counted", () => {
  for (const rate of ["0", "125.50", largestRate]) expect([rate, isRate(rate)]).toEqual([rate, true]);
  expect(amountForMinutes(60 * 24 * 365, largestRate, "USD")).toBe(876_000_000_000_000);
  for (const [rate, code] of [
    ["-0.01", "too_small"],
    ["1000000000.01", "too_large"],
    ["99999999999999", "too_large"],
  ] as const)
    expect(() => refuseWrongRate("hourly_rate", rate)).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ field: "hourly_rate", code })] }),
    );
  refuseWrongRate("hourly_rate", null);
});
