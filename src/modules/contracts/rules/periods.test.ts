import { describe, expect, test } from "bun:test";
import { inLanguage } from "../../../platform/language/index.ts";
import {
  type BillingCycle,
  billingCycles,
  daysIn,
  firstPeriod,
  isPartial,
  nextPeriod,
  periodContaining,
  periodKey,
  type PeriodTerms,
  renewedEnd,
  periodsWithin,
  shownPeriod,
} from "./periods.ts";
import { divideByDays, prorate } from "./proration.ts";

const terms = (start_date: string, more: Partial<PeriodTerms> = {}): PeriodTerms => ({
  start_date,
  end_date: null,
  billing_cycle: "monthly",
  ...more,
});

/** The first `count` periods as `start/end`. */
function first(count: number, of: PeriodTerms): string[] {
  const found: string[] = [];
  let period = firstPeriod(of);
  while (period !== null && found.length < count) {
    found.push(`${period.start}/${period.end}`);
    period = nextPeriod(of, period);
  }
  return found;
}

describe("billing periods", () => {
  test("begin on the day of the month on which the contract started", () => {
    expect(first(3, terms("2026-11-15"))).toEqual([
      "2026-11-15/2026-12-15",
      "2026-12-15/2027-01-15",
      "2027-01-15/2027-02-15",
    ]);
  });

  test("a contract from the 31st takes the last day of shorter months and comes back to the 31st", () => {
    expect(first(4, terms("2027-01-31"))).toEqual([
      "2027-01-31/2027-02-28",
      "2027-02-28/2027-03-31",
      "2027-03-31/2027-04-30",
      "2027-04-30/2027-05-31",
    ]);
  });

  test("leap years have their 29 February", () => {
    expect(first(2, terms("2028-01-31"))).toEqual(["2028-01-31/2028-02-29", "2028-02-29/2028-03-31"]);
    expect(first(3, terms("2028-02-29", { billing_cycle: "annually" }))).toEqual([
      "2028-02-29/2029-02-28",
      "2029-02-28/2030-02-28",
      "2030-02-28/2031-02-28",
    ]);
    expect(periodContaining(terms("2028-02-29", { billing_cycle: "annually" }), "2032-03-01")?.start).toBe(
      "2032-02-29",
    );
  });

  test("quarters and years keep the day too", () => {
    expect(first(2, terms("2026-11-30", { billing_cycle: "quarterly" }))).toEqual([
      "2026-11-30/2027-02-28",
      "2027-02-28/2027-05-30",
    ]);
    expect(first(2, terms("2026-07-01", { billing_cycle: "annually" }))).toEqual([
      "2026-07-01/2027-07-01",
      "2027-07-01/2028-07-01",
    ]);
  });

  test("the end date is the last day that belongs to the contract", () => {
    const ending = terms("2026-11-01", { end_date: "2026-12-10" });
    expect(first(9, ending)).toEqual(["2026-11-01/2026-12-01", "2026-12-01/2026-12-11"]);
    expect(periodContaining(ending, "2026-12-10")?.end).toBe("2026-12-11");
    expect(periodContaining(ending, "2026-12-11")).toBeNull();
    expect(first(9, terms("2026-11-01", { end_date: "2026-11-30" }))).toEqual(["2026-11-01/2026-12-01"]);
  });

  test("there is none before the start, and none in a contract that ends before it starts", () => {
    expect(periodContaining(terms("2026-11-15"), "2026-11-14")).toBeNull();
    expect(firstPeriod(terms("2026-11-15", { end_date: "2026-11-14" }))).toBeNull();
  });

  test("a billing day of its own makes the first period a short one", () => {
    const calendar = terms("2026-11-15", { billing_day: 1 });
    expect(first(2, calendar)).toEqual(["2026-11-15/2026-12-01", "2026-12-01/2027-01-01"]);
    const stub = firstPeriod(calendar);
    expect(stub?.full).toEqual({ start: "2026-11-01", end: "2026-12-01" });
    expect(stub !== null && isPartial(stub)).toBe(true);
    expect(first(2, terms("2026-12-01", { billing_day: 1 }))).toEqual([
      "2026-12-01/2027-01-01",
      "2027-01-01/2027-02-01",
    ]);
    expect(first(3, terms("2027-02-10", { billing_day: 31 }))).toEqual([
      "2027-02-10/2027-02-28",
      "2027-02-28/2027-03-31",
      "2027-03-31/2027-04-30",
    ]);
  });

  test("every day of a contract lies in exactly one period, and periods follow each other without a gap", () => {
    for (const billing_cycle of billingCycles satisfies readonly BillingCycle[]) {
      for (const start of ["2027-01-31", "2027-02-28", "2028-02-29", "2026-11-15", "2026-12-01"]) {
        for (const billing_day of [null, 1, 30, 31]) {
          const contract = terms(start, { billing_cycle, billing_day, end_date: "2029-06-17" });
          const periods = periodsWithin(contract, "2000-01-01", "2100-01-01");
          expect(periods[0]?.start).toBe(start);
          expect(periods.at(-1)?.end).toBe("2029-06-18");
          periods.slice(1).forEach((period, index) => expect(period.start).toBe(periods[index]?.end ?? ""));
          for (const period of periods) {
            const lastDay = Temporal.PlainDate.from(period.end).subtract({ days: 1 }).toString();
            expect(periodContaining(contract, period.start)).toEqual(period);
            expect(periodContaining(contract, lastDay)).toEqual(period);
          }
        }
      }
    }
  });

  test("those that share a day with a stretch of time are found, its end not included", () => {
    const starts = periodsWithin(terms("2026-11-15"), "2026-12-14", "2027-01-15").map((period) => period.start);
    expect(starts).toEqual(["2026-11-15", "2026-12-15"]);
    expect(periodsWithin(terms("2026-11-15"), "2026-01-01", "2026-11-15")).toEqual([]);
  });
});

describe("the key of a period", () => {
  test("is the same for every run, also after the contract's end was moved", () => {
    const open = periodContaining(terms("2026-11-01"), "2026-11-20");
    const ended = periodContaining(terms("2026-11-01", { end_date: "2026-11-20" }), "2026-11-20");
    expect(open === null ? "" : periodKey(open)).toBe("2026-11-01/2026-12-01");
    expect(ended === null ? "" : periodKey(ended)).toBe("2026-11-01/2026-12-01");
  });
});

describe("a period on paper", () => {
  test("is a month's name, or its first and last day", () => {
    expect(shownPeriod({ start: "2026-11-01", end: "2026-12-01" })).toBe("November 2026");
    expect(shownPeriod({ start: "2026-11-15", end: "2026-12-15" })).toBe("15 Nov 2026 – 14 Dec 2026");
    expect(shownPeriod({ start: "2026-11-15", end: "2026-11-16" })).toBe("15 Nov 2026");
    const american = inLanguage("en", "en-US", () => shownPeriod({ start: "2026-11-15", end: "2026-12-15" }));
    expect(american).toBe("Nov 15, 2026 – Dec 14, 2026");
    const german = inLanguage("de", "de-DE", () => shownPeriod({ start: "2026-11-15", end: "2026-12-15" }));
    expect(german).toBe("15.11.2026 – 14.12.2026");
  });
});

describe("proration by days", () => {
  const period = (start: string, end_date: string | null, date: string) => {
    const found = periodContaining(terms(start, { end_date }), date);
    if (found === null) throw new Error("no such period");
    return found;
  };

  test("charges the days that are covered", () => {
    expect(prorate(30_000, period("2026-11-01", "2026-11-15", "2026-11-01"))).toBe(15_000);
    expect(prorate(10_000, period("2028-02-01", "2028-02-10", "2028-02-01"))).toBe(3448); // 10 of 29 days
    expect(prorate(10_000, period("2027-02-01", "2027-02-10", "2027-02-01"))).toBe(3571); // 10 of 28 days
    expect(prorate(10_000, period("2026-11-01", null, "2026-11-01"))).toBe(10_000);
    expect(prorate(-30_000, period("2026-11-01", "2026-11-15", "2026-11-01"))).toBe(-15_000);
  });

  test("the parts of a period add up to its whole fee", () => {
    for (let day = 1; day <= 29; day++) {
      const cut = `2026-11-${String(day + 1).padStart(2, "0")}`;
      const parts = divideByDays(9999, [
        { start: "2026-11-01", end: cut },
        { start: cut, end: "2026-12-01" },
      ]);
      expect(parts.reduce((a, b) => a + b, 0)).toBe(9999);
    }
  });

  test("daylight saving does not make a day longer or shorter", () => {
    expect(daysIn({ start: "2026-03-01", end: "2026-04-01" })).toBe(31);
    expect(daysIn({ start: "2026-10-25", end: "2026-10-26" })).toBe(1);
  });
});

describe("a renewed term", () => {
  const renewals = (start: string, end: string, months: number, times: number): string[] => {
    const ends: string[] = [];
    for (let time = 0; time < times; time += 1) ends.push(renewedEnd(start, ends.at(-1) ?? end, months, "2020-01-01"));
    return ends;
  };

  test("that began late in a month ends by the day of its start, also after a short month", () => {
    expect(renewals("2026-01-31", "2027-01-30", 1, 4)).toEqual([
      "2027-02-27",
      "2027-03-30",
      "2027-04-29",
      "2027-05-30",
    ]);
    expect(renewals("2026-01-29", "2027-01-28", 1, 2)).toEqual(["2027-02-27", "2027-03-28"]);
    expect(renewals("2024-02-29", "2025-02-27", 12, 4).at(-1)).toBe("2029-02-27");
    expect(renewals("2024-02-29", "2025-02-27", 12, 3).at(-1)).toBe("2028-02-28");
    // Renewed for a year at once, and a month at a time until today.
    expect(renewedEnd("2026-01-31", "2027-01-30", 1, "2027-03-15")).toBe("2027-03-30");
  });

  test("that ends another day than its start's goes on from the day after its end", () => {
    expect(renewals("2026-01-15", "2026-11-30", 3, 2)).toEqual(["2027-02-28", "2027-05-31"]);
    expect(renewals("2026-01-15", "2027-01-19", 1, 1)).toEqual(["2027-02-19"]);
  });
});
