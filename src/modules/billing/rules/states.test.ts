import { describe, expect, test } from "bun:test";
import {
  balanceDue,
  canTransition,
  type InvoiceStatus,
  invoiceStatuses,
  isEditable,
  isIssued,
  isOpen,
  paymentProblem,
  statusAfterPayment,
  statusAfterSending,
} from "./states.ts";

const invoice = (status: InvoiceStatus, amount_paid = 0, sent_at: string | null = "2026-11-21T08:00:00.000Z") => ({
  status,
  total: 10_000,
  amount_paid,
  sent_at,
});

describe("the life of an invoice", () => {
  test("goes from draft to approved, sent and paid", () => {
    expect(canTransition("draft", "pending")).toBe(true);
    expect(canTransition("pending", "sent")).toBe(true);
    expect(canTransition("sent", "partially_paid")).toBe(true);
    expect(canTransition("partially_paid", "paid")).toBe(true);
  });

  test("never leads back to a draft, and not out of void or written off", () => {
    for (const status of invoiceStatuses) {
      expect(canTransition(status, "draft")).toBe(false);
      expect(canTransition("void", status)).toBe(false);
      expect(canTransition("written_off", status)).toBe(false);
    }
  });

  test("a draft is deleted, not voided; money received keeps an invoice from being voided", () => {
    expect(invoiceStatuses.filter((status) => canTransition(status, "void"))).toEqual(["pending", "sent"]);
    expect(invoiceStatuses.filter((status) => canTransition(status, "written_off"))).toEqual([
      "pending",
      "sent",
      "partially_paid",
    ]);
    expect(invoiceStatuses.filter(isEditable)).toEqual(["draft"]);
    expect(invoiceStatuses.filter(isOpen)).toEqual(["pending", "sent", "partially_paid"]);
    expect(invoiceStatuses.filter(isIssued)).toEqual(["pending", "sent", "partially_paid", "paid", "written_off"]);
  });

  test("follows the payments, forth and back", () => {
    expect(statusAfterPayment(invoice("sent", 4000))).toBe("partially_paid");
    expect(statusAfterPayment(invoice("partially_paid", 10_000))).toBe("paid");
    expect(statusAfterPayment(invoice("sent", 12_000))).toBe("paid");
    expect(statusAfterPayment(invoice("paid", 4000))).toBe("partially_paid");
    expect(statusAfterPayment(invoice("paid", 0))).toBe("sent");
    expect(statusAfterPayment(invoice("partially_paid", 0, null))).toBe("pending");
    for (const status of ["draft", "void", "written_off"] as const)
      expect(statusAfterPayment(invoice(status, 10_000))).toBe(status);
  });

  test("only moves as the payments say along ways that exist", () => {
    for (const status of invoiceStatuses) {
      const sentAt =
        status === "sent"
          ? ["2026-11-21T08:00:00.000Z"]
          : status === "pending"
            ? [null]
            : [null, "2026-11-21T08:00:00.000Z"];
      for (const sent of sentAt) {
        for (const paid of [0, 1, 10_000]) {
          const after = statusAfterPayment(invoice(status, paid, sent));
          expect(after === status || canTransition(status, after)).toBe(true);
        }
      }
    }
  });

  test("an invoice of zero is paid once it is approved", () => {
    expect(statusAfterPayment({ status: "pending", total: 0, amount_paid: 0, sent_at: null })).toBe("paid");
  });

  test("sending again does not undo a payment", () => {
    expect(statusAfterSending("pending")).toBe("sent");
    expect(statusAfterSending("partially_paid")).toBe("partially_paid");
    expect(statusAfterSending("paid")).toBe("paid");
  });
});

describe("payments", () => {
  test("leave a balance, below zero when too much was paid", () => {
    expect(balanceDue(invoice("sent", 4000))).toBe(6000);
    expect(balanceDue(invoice("paid", 12_000))).toBe(-2000);
  });

  test("are recorded up to the balance of an open invoice", () => {
    expect(paymentProblem(invoice("sent", 4000), 6000)).toBeNull();
    expect(paymentProblem(invoice("sent", 4000), 6001)).toMatchObject({ field: "amount", code: "too_much" });
    expect(paymentProblem(invoice("sent"), 0)?.code).toBe("not_positive");
    expect(paymentProblem(invoice("sent"), -5)?.code).toBe("not_positive");
    expect(paymentProblem(invoice("draft"), 5)?.message).toBe(
      "A payment cannot be recorded on an invoice that is a draft.",
    );
    expect(paymentProblem(invoice("void"), 5)?.code).toBe("not_open");
  });
});
