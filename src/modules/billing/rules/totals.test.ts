import { describe, expect, test } from "bun:test";
import { allocate, percentOf } from "../../../platform/money.ts";
import { amountProblems, canApprove } from "./problems.ts";
import { type AmountLine, type AmountsInput, amountsOf, type LineType, type TaxRate } from "./totals.ts";

const vat: TaxRate = { id: "vat", name: "VAT", rate: "20" };
const reduced: TaxRate = { id: "reduced", name: "Reduced", rate: "5.5" };

const line = (total: number, tax_rate_id: string | null = "vat", line_type: LineType = "service"): AmountLine => ({
  line_type,
  total,
  tax_rate_id,
});

const of = (lines: AmountLine[], more: Partial<AmountsInput> = {}) =>
  amountsOf({ lines, tax_rates: [vat, reduced], is_tax_exempt: false, discount_amount: 0, ...more });

describe("amounts of an invoice", () => {
  test("are the lines and their tax", () => {
    expect(of([line(10_000), line(5000)])).toEqual({
      subtotal: 15_000,
      discount_amount: 0,
      tax_amount: 3000,
      total: 18_000,
      taxes: [{ tax_rate_id: "vat", name: "VAT", rate: "20", taxable_amount: 15_000, tax_amount: 3000 }],
    });
  });

  test("take tax for each rate on the sum of its lines, not line by line", () => {
    // 5.5 % of 9 is 0.495 and rounds to nothing; of 27 it is 1.485, one cent.
    const three = of([line(9, "reduced"), line(9, "reduced"), line(9, "reduced"), line(100)]);
    expect(three.taxes.map(({ name, tax_amount }) => [name, tax_amount])).toEqual([
      ["Reduced", 1],
      ["VAT", 20],
    ]);
  });

  test("round half a cent of tax up, and of negative tax down", () => {
    const half: TaxRate = { id: "half", name: "Half", rate: "50" };
    expect(of([line(1, "half")], { tax_rates: [half] }).tax_amount).toBe(1);
    expect(of([line(-1, "half", "adjustment")], { tax_rates: [half] }).tax_amount).toBe(-1);
  });

  test("leave lines without a rate untaxed, and everything of an exempt company", () => {
    expect(of([line(10_000, null), line(100)])).toMatchObject({ subtotal: 10_100, tax_amount: 20 });
    expect(of([line(10_000)], { is_tax_exempt: true })).toMatchObject({ tax_amount: 0, total: 10_000, taxes: [] });
  });

  test("lower the lines by a discount on the whole before tax", () => {
    const discounted = of([line(10_000), line(5000, "reduced"), line(5000, null)], { discount_amount: 2000 });
    expect(discounted).toMatchObject({
      subtotal: 20_000,
      discount_amount: 2000,
      tax_amount: 1800 + 248,
      total: 20_048,
    });
    expect(discounted.taxes.map((share) => share.taxable_amount)).toEqual([9000, 4500]);
  });

  test("count discount lines among the discounts, at the rate that they name", () => {
    const discounted = of([line(10_000), line(-1000, "vat", "discount")], { discount_amount: 900 });
    expect(discounted).toMatchObject({ subtotal: 10_000, discount_amount: 1900, tax_amount: 1620, total: 9720 });
  });

  test("let credits lower the subtotal without bearing any discount", () => {
    const credited = of([line(10_000), line(-2000, null, "adjustment")], { discount_amount: 1000 });
    expect(credited).toMatchObject({ subtotal: 8000, discount_amount: 1000, tax_amount: 1800, total: 8800 });
  });

  test("do not count the tax lines that they are printed as", () => {
    expect(of([line(10_000), line(2000, null, "tax")])).toMatchObject({ subtotal: 10_000, total: 12_000 });
  });

  test("of no lines are zero", () => {
    expect(of([])).toEqual({ subtotal: 0, discount_amount: 0, tax_amount: 0, total: 0, taxes: [] });
    expect(of([], { discount_amount: 100 }).total).toBe(-100);
  });

  test("need every rate that a line names", () => {
    expect(() => of([line(1, "unknown")])).toThrow("there is no tax rate unknown");
  });

  test("always add up, whatever the lines", () => {
    let state = 7;
    const next = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 500; round++) {
      const lines = Array.from({ length: 1 + next(20) }, () =>
        line(next(100_000) - 10_000, ["vat", "reduced", null][next(3)] ?? null),
      );
      const discount_amount = next(5000);
      const amounts = of(lines, { discount_amount });
      expect(amounts.subtotal).toBe(lines.reduce((sum, one) => sum + one.total, 0));
      expect(amounts.total).toBe(amounts.subtotal - discount_amount + amounts.tax_amount);
      const lowered = allocate(
        discount_amount,
        lines.map((one) => Math.max(0, one.total)),
      );
      for (const share of amounts.taxes) {
        const base = lines.reduce(
          (sum, one, i) => sum + (one.tax_rate_id === share.tax_rate_id ? one.total - (lowered[i] ?? 0) : 0),
          0,
        );
        expect(share).toMatchObject({ taxable_amount: base, tax_amount: percentOf(base, share.rate) });
      }
    }
  });
});

describe("problems of a draft's amounts", () => {
  const codes = (lines: AmountLine[], discount = 0): string[] =>
    amountProblems(lines.length, discount, of(lines, { discount_amount: discount })).map((problem) => problem.code);

  test("are an empty invoice, a negative discount and a total below zero", () => {
    expect(codes([line(100)])).toEqual([]);
    expect(codes([line(0)])).toEqual([]);
    expect(codes([])).toEqual(["nothing_to_bill"]);
    expect(codes([line(100)], -1)).toEqual(["negative_discount"]);
    expect(codes([line(100)], 200)).toEqual(["negative_total"]);
  });

  test("keep it from being approved; warnings do not", () => {
    const problem = { message: "", time_entry_id: null, work_type_id: null };
    expect(canApprove([])).toBe(true);
    expect(canApprove([{ ...problem, severity: "warning", code: "zero_rate" }])).toBe(true);
    expect(canApprove([{ ...problem, severity: "error", code: "no_rate" }])).toBe(false);
  });
});
