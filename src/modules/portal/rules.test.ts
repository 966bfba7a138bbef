import { describe, expect, test } from "bun:test";
import { invoiceBadge, isPayable, ticketBadge } from "./rules.ts";

describe("an invoice in the portal", () => {
  const invoice = { status: "sent", due_date: "2026-12-01", balance_due: 100 };

  test("is open until the day after it is due", () => {
    expect(invoiceBadge(invoice, "2026-12-01").text).toBe("Open");
    expect(invoiceBadge(invoice, "2026-12-02").text).toBe("Overdue");
    expect(invoiceBadge({ ...invoice, status: "partially_paid" }, "2026-12-01").text).toBe("Partly paid");
    expect(invoiceBadge({ ...invoice, status: "paid" }, "2027-01-01").text).toBe("Paid");
  });

  test("can be paid while something is owed", () => {
    expect(isPayable(invoice)).toBe(true);
    expect(isPayable({ ...invoice, status: "pending" })).toBe(true);
    expect(isPayable({ ...invoice, balance_due: 0 })).toBe(false);
    for (const status of ["draft", "paid", "void", "written_off"])
      expect(isPayable({ ...invoice, status })).toBe(false);
  });
});

test("a ticket shows the name that is meant for clients", () => {
  const status = { name: "Escalated to Bob", portal_name: null, is_closed: false, waiting_on: "us" };
  expect(ticketBadge({ ...status, portal_name: "In progress" })).toEqual({ text: "In progress", tone: "info" });
  expect(ticketBadge({ ...status, waiting_on: "client" }).tone).toBe("warning");
  expect(ticketBadge({ ...status, portal_name: " " }).text).toBe("Escalated to Bob");
  expect(ticketBadge({ ...status, is_closed: true }).tone).toBe("success");
});
