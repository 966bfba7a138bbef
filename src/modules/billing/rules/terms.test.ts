import { describe, expect, test } from "bun:test";
import { aging, agingBucket, daysOverdue, dueDate } from "./terms.ts";

describe("the due date", () => {
  test("is so many days after the invoice's date, over month ends and leap days", () => {
    expect(dueDate("2026-11-21", "due_on_receipt")).toBe("2026-11-21");
    expect(dueDate("2026-11-21", "net_15")).toBe("2026-12-06");
    expect(dueDate("2027-01-31", "net_30")).toBe("2027-03-02");
    expect(dueDate("2028-01-31", "net_30")).toBe("2028-03-01");
    expect(dueDate("2026-12-31", "net_45")).toBe("2027-02-14");
    expect(dueDate("2026-11-21", "net_60")).toBe("2027-01-20");
  });
});

describe("aging", () => {
  test("counts from the day after the due date", () => {
    const due = "2026-11-21";
    const days = [
      "2026-11-01",
      "2026-11-21",
      "2026-11-22",
      "2026-12-21",
      "2026-12-22",
      "2027-01-20",
      "2027-01-21",
      "2027-02-19",
      "2027-02-20",
    ];
    expect(days.map((day) => daysOverdue(due, day))).toEqual([-20, 0, 1, 30, 31, 60, 61, 90, 91]);
    expect(days.map((day) => agingBucket(due, day))).toEqual([
      "current",
      "current",
      "days_1_30",
      "days_1_30",
      "days_31_60",
      "days_31_60",
      "days_61_90",
      "days_61_90",
      "days_over_90",
    ]);
  });

  test("sums by company and currency and never adds currencies together", () => {
    const owed = (company_id: string, currency: string, due_date: string, balance_due: number) => ({
      company_id,
      currency,
      due_date,
      balance_due,
    });
    const rows = aging(
      [
        owed("brewery", "USD", "2026-12-01", 100),
        owed("brewery", "USD", "2026-11-01", 200),
        owed("brewery", "EUR", "2026-11-01", 300),
        owed("clinic", "USD", "2026-01-01", 400),
      ],
      "2026-11-21",
    );
    expect(rows).toMatchObject([
      { company_id: "brewery", currency: "USD", current: 100, days_1_30: 200, total: 300 },
      { company_id: "brewery", currency: "EUR", days_1_30: 300, total: 300 },
      { company_id: "clinic", currency: "USD", days_over_90: 400, total: 400 },
    ]);
    expect(aging([], "2026-11-21")).toEqual([]);
  });
});
