import { describe, expect, test } from "bun:test";
import {
  canonicalDecimal,
  fixedDecimal,
  hoursOf,
  isDecimal,
  minutesOf,
  multiplyDecimals,
  shownHours,
} from "./decimal.ts";
import {
  allocate,
  amountForMinutes,
  amountOf,
  formatMoney,
  formatPrice,
  fromMinor,
  minorDigits,
  percentOf,
  toMinor,
} from "./money.ts";

/** A small generator with a seed (mulberry32), so that a failing case can be had again. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe("decimals", () => {
  test("equal numbers have one form", () => {
    expect(["007.50", "7.5", "7.500"].map(canonicalDecimal)).toEqual(["7.5", "7.5", "7.5"]);
    expect(["-0", "0.00", "-0.0"].map(canonicalDecimal)).toEqual(["0", "0", "0"]);
    expect(canonicalDecimal("0.0000000001")).toBe("0.0000000001");
    expect(canonicalDecimal("999999999999999")).toBe("999999999999999");
  });

  test("exponents, blanks and floats are not decimals", () => {
    for (const wrong of ["", " ", "1e3", "NaN", "1,5", ".5", "5.", "+1", "0x10"]) expect(isDecimal(wrong)).toBe(false);
    expect(isDecimal(1.5)).toBe(false);
    expect(() => canonicalDecimal("1e3")).toThrow(RangeError);
  });

  test("products are exact where floats are not", () => {
    expect(multiplyDecimals("0.1", "0.2")).toBe("0.02");
    expect(multiplyDecimals("1.005", "100")).toBe("100.5");
  });

  test("rounding is half up in magnitude", () => {
    expect(fixedDecimal("2.345", 2)).toBe("2.35");
    expect(fixedDecimal("-2.345", 2)).toBe("-2.35");
    expect(fixedDecimal("-0.001", 2)).toBe("0.00");
    expect(fixedDecimal("3", 2)).toBe("3.00");
  });

  test("minutes become hours and hours minutes", () => {
    expect(hoursOf(90)).toBe("1.5");
    expect(hoursOf(50)).toBe("0.833333");
    expect(shownHours(50)).toBe("0.83");
    expect(shownHours(0)).toBe("0.00");
    expect(minutesOf("2.5")).toBe(150);
    expect(minutesOf("0.333333")).toBe(20);
  });
});

describe("minor units", () => {
  test("each currency has the places of ISO 4217", () => {
    expect(["USD", "JPY", "BHD"].map(minorDigits)).toEqual([2, 0, 3]);
    expect(toMinor("150.00", "USD")).toBe(15_000);
    expect(toMinor("150", "JPY")).toBe(150);
    expect(toMinor("1.234", "BHD")).toBe(1234);
    expect(fromMinor(15_000, "USD")).toBe("150.00");
    expect(fromMinor(150, "JPY")).toBe("150");
    expect(fromMinor(-5, "BHD")).toBe("-0.005");
    expect(fromMinor(0, "USD")).toBe("0.00");
  });

  test("zeros beyond the currency's places are harmless, other digits are refused", () => {
    expect(toMinor("150.0000", "USD")).toBe(15_000);
    expect(toMinor("150.0", "JPY")).toBe(150);
    expect(() => toMinor("150.005", "USD")).toThrow("150.005 has more places than USD has; write it like 150.00.");
    expect(() => toMinor("1.5", "JPY")).toThrow("write it like 150.");
  });

  test("what is not an amount, or too large to be exact, is refused", () => {
    for (const wrong of ["", "abc", "1e5", "1,000", " 5", "--5"])
      expect(() => toMinor(wrong, "USD")).toThrow(RangeError);
    expect(() => toMinor("99999999999999999", "USD")).toThrow("too large");
    expect(() => toMinor("1", "NOPE")).toThrow(RangeError);
    expect(() => fromMinor(0.5, "USD")).toThrow(RangeError);
  });

  test("minus zero is zero", () => {
    expect(Object.is(toMinor("-0.00", "USD"), 0)).toBe(true);
    expect(Object.is(amountOf("-0.001", "1", "USD"), 0)).toBe(true);
  });

  test("every amount comes back as it went in", () => {
    const next = seeded(1);
    for (let round = 0; round < 500; round++) {
      const minor = next(2_000_000_000) - 1_000_000_000;
      for (const currency of ["USD", "JPY", "BHD"]) expect(toMinor(fromMinor(minor, currency), currency)).toBe(minor);
    }
  });
});

describe("products", () => {
  test("quantity times price is rounded half up, once", () => {
    expect(amountOf("3", "0.335", "USD")).toBe(101); // 1.005
    expect(amountOf("1000", "0.0035", "USD")).toBe(350);
    expect(amountOf("1.5", "99", "JPY")).toBe(149); // 148.5
    expect(amountOf("0.1", "0.05", "USD")).toBe(1); // half a cent
    expect(amountOf("0.1", "0.0499", "USD")).toBe(0);
  });

  test("a credit mirrors its charge", () => {
    expect(amountOf("-3", "0.335", "USD")).toBe(-101);
    expect(amountOf("3", "-0.335", "USD")).toBe(-101);
    expect(percentOf(-1050, "5")).toBe(-53);
    expect(percentOf(1050, "5")).toBe(53);
  });

  test("minutes are billed without a detour over rounded hours", () => {
    expect(amountForMinutes(20, "100", "USD")).toBe(3333);
    expect(amountForMinutes(60, "100", "USD")).toBe(10_000);
    // 0.833333 h × 150.03 would be 125.02495; the exact amount is 125.025.
    expect(amountForMinutes(50, "150.03", "USD")).toBe(12_503);
    expect(amountForMinutes(7, "90", "JPY")).toBe(11); // 10.5
  });

  test("per cent of an amount is rounded half up", () => {
    expect(percentOf(10_000, "8.25")).toBe(825);
    expect(percentOf(10, "5")).toBe(1); // half a cent
    expect(percentOf(9999, "0")).toBe(0);
  });
});

describe("allocation by largest remainder", () => {
  test("parts add up to the whole", () => {
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocate(5, [3, 7])).toEqual([2, 3]);
    expect(allocate(10, [1, 2, 4])).toEqual([1, 3, 6]);
  });

  test("equal remainders are served in order", () => {
    expect(allocate(3, [1, 1])).toEqual([2, 1]);
    expect(allocate(2, [5, 5, 5])).toEqual([1, 1, 0]);
  });

  test("a negative total mirrors the positive one", () => {
    expect(allocate(-100, [1, 1, 1])).toEqual([-34, -33, -33]);
  });

  test("a part without weight gets nothing, unless no part has any", () => {
    expect(allocate(100, [0, 1, 0])).toEqual([0, 100, 0]);
    expect(allocate(100, [0, 0, 0])).toEqual([34, 33, 33]);
    expect(allocate(0, [])).toEqual([]);
    expect(() => allocate(1, [])).toThrow(RangeError);
  });

  test("negative and fractional weights are refused", () => {
    expect(() => allocate(1, [-1, 2])).toThrow(RangeError);
    expect(() => allocate(1, [0.5])).toThrow(RangeError);
  });

  test("large totals with large weights stay exact", () => {
    const parts = allocate(9_007_199_254_740_991, [9_007_199_254_740_990, 1]);
    expect(parts).toEqual([9_007_199_254_740_990, 1]);
  });

  test("whatever the total and the weights, nothing is lost and no part is a whole unit off", () => {
    const next = seeded(20_261_121);
    for (let round = 0; round < 2000; round++) {
      const total = next(2_000_001) - 1_000_000;
      const weights = Array.from({ length: 1 + next(12) }, () => next(10) * next(500));
      const parts = allocate(total, weights);
      const sum = weights.reduce((a, b) => a + b, 0);
      expect(parts.reduce((a, b) => a + b, 0)).toBe(total);
      parts.forEach((part, index) => {
        const share = sum === 0 ? total / weights.length : (total * (weights[index] ?? 0)) / sum;
        expect(Math.abs(part - share)).toBeLessThan(1);
      });
      expect(allocate(total, weights)).toEqual(parts);
    }
  });
});

describe("money for reading", () => {
  test("it follows the locale and the currency", () => {
    expect(formatMoney(123_450, "USD", "en-US")).toBe("$1,234.50");
    expect(formatMoney(-5, "USD", "en-US")).toBe("-$0.05");
    expect(formatMoney(1234, "JPY", "en-US")).toBe("¥1,234");
    expect(formatMoney(123_450, "EUR", "de-DE")).toBe("1.234,50\u00a0€");
  });

  test("an amount beyond the reach of floats is printed to the cent", () => {
    expect(formatMoney(900_719_925_474_099, "USD", "en-US")).toBe("$9,007,199,254,740.99");
  });

  test("a price shows more places only where it has more", () => {
    expect(formatPrice("150.00", "USD", "en-US")).toBe("$150.00");
    expect(formatPrice("0.0035", "USD", "en-US")).toBe("$0.0035");
    expect(formatPrice("150", "JPY", "en-US")).toBe("¥150");
  });
});
