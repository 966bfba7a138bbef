import { describe, expect, test } from "bun:test";
import { invoiceNumber, numberTemplateProblem } from "./number-template.ts";

describe("the number of an invoice", () => {
  test("follows the template, or the prefix with six digits", () => {
    expect(invoiceNumber("INV-", 123, "2026-11-21")).toBe("INV-000123");
    expect(invoiceNumber("INV-{number:6}", 123, "2026-11-21")).toBe("INV-000123");
    expect(invoiceNumber("{year}-{month}/{number:4}", 7, "2026-11-21")).toBe("2026-11/0007");
    expect(invoiceNumber("{number}", 7, "2026-11-21")).toBe("7");
    expect(invoiceNumber("", 7, "2026-11-21")).toBe("000007");
    expect(invoiceNumber("INV-{year}-", 7, "2026-11-21")).toBe("INV-2026-000007");
  });

  test("outgrows its zeros rather than losing a digit", () => {
    expect(invoiceNumber("INV-{number:2}", 1234, "2026-11-21")).toBe("INV-1234");
  });

  test("comes from a template that can be read", () => {
    expect(numberTemplateProblem("INV-{year}-{number:6}")).toBeNull();
    expect(numberTemplateProblem("Faktura № {number}")).not.toBeNull();
    expect(numberTemplateProblem("INV-{day}")).toContain("other braces are not known");
    expect(numberTemplateProblem("INV<b>")).toContain("Use letters, digits");
    expect(numberTemplateProblem("x".repeat(45))).toContain("longer than 50");
  });
});
