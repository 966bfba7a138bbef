import { describe, expect, test } from "bun:test";
import { amountOf } from "../../../platform/money.ts";
import { type Charge, contractCharges, type ContractTerms, type ItemTerms } from "./charges.ts";
import { periodsWithin } from "./periods.ts";

const contract = (more: Partial<ContractTerms> = {}): ContractTerms => ({
  id: "contract",
  name: "Managed office",
  start_date: "2026-11-01",
  end_date: null,
  billing_cycle: "monthly",
  billing_amount: 120_000,
  ...more,
});

const item = (more: Partial<ItemTerms> = {}): ItemTerms => ({
  id: "item",
  name: "Backup",
  description: null,
  item_type: "recurring_service",
  quantity: "12",
  unit_price: "4.50",
  billing_frequency: "monthly",
  work_type_id: null,
  included_hours: null,
  overage_rate: null,
  sort_order: 1,
  ...more,
});

/** Charges as `description × quantity @ price = total`, one list for each period. */
function bill(of: ContractTerms, items: ItemTerms[], to: string): string[][] {
  return periodsWithin(of, of.start_date, to).map((period) => contractCharges(of, items, period, "USD").map(shown));
}
const shown = (charge: Charge): string =>
  `${charge.description} × ${charge.quantity} @ ${charge.unit_price} = ${charge.total}`;

describe("charges of a contract", () => {
  test("are the flat fee, then the lines in their order", () => {
    const items = [item({ id: "b", name: "Mailbox", sort_order: 2, quantity: "30", unit_price: "3" }), item()];
    expect(bill(contract(), items, "2026-12-01")).toEqual([
      [
        "Managed office, November 2026 × 1 @ 1200 = 120000",
        "Backup, November 2026 × 12 @ 4.5 = 5400",
        "Mailbox, November 2026 × 30 @ 3 = 9000",
      ],
    ]);
  });

  test("have no flat fee where there is none", () => {
    expect(bill(contract({ billing_amount: null }), [], "2026-12-01")).toEqual([[]]);
    expect(bill(contract({ billing_amount: 0 }), [], "2026-12-01")).toEqual([[]]);
  });

  test("of a monthly line come three times on a quarterly invoice", () => {
    const quarterly = contract({ billing_cycle: "quarterly", billing_amount: null });
    expect(bill(quarterly, [item()], "2026-11-02")).toEqual([["Backup, 1 Nov 2026 – 31 Jan 2027 × 36 @ 4.5 = 16200"]]);
  });

  test("of an annual line come once a year, of a one-time line once", () => {
    const items = [
      item({ name: "Domain", billing_frequency: "annually", quantity: "1", unit_price: "20" }),
      item({ name: "Onboarding", billing_frequency: "one_time", quantity: "1", unit_price: "500", sort_order: 2 }),
    ];
    const bills = bill(contract({ billing_amount: null }), items, "2027-12-01");
    expect(bills).toHaveLength(13);
    expect(bills[0]).toEqual(["Domain, 1 Nov 2026 – 31 Oct 2027 × 1 @ 20 = 2000", "Onboarding × 1 @ 500 = 50000"]);
    expect(bills.slice(1, 12).flat()).toEqual([]);
    expect(bills[12]).toEqual(["Domain, 1 Nov 2027 – 31 Oct 2028 × 1 @ 20 = 2000"]);
  });

  test("of a period that is covered in part are by days and say so", () => {
    const [bills] = bill(contract({ end_date: "2026-11-20" }), [item()], "2026-12-01");
    expect(bills).toEqual([
      "Managed office, 1 Nov 2026 – 20 Nov 2026 (20 of 30 days) × 1 @ 800 = 80000",
      "Backup, 1 Nov 2026 – 20 Nov 2026 (20 of 30 days) × 1 @ 36 = 3600",
    ]);
    const [charge] = contractCharges(
      contract({ end_date: "2026-11-20" }),
      [],
      { start: "2026-11-01", end: "2026-11-21" },
      "USD",
    );
    expect(charge?.evidence.proration).toEqual({ days: 20, full_days: 30, full_amount: 120_000 });
  });

  test("of a short first period are by days too", () => {
    const [bills] = bill(contract({ start_date: "2026-11-16", billing_day: 1 }), [], "2026-12-01");
    expect(bills).toEqual(["Managed office, 16 Nov 2026 – 30 Nov 2026 (15 of 30 days) × 1 @ 600 = 60000"]);
  });

  test("divide a monthly line whose last month on a quarterly invoice is cut", () => {
    const ending = contract({ billing_cycle: "quarterly", billing_amount: null, end_date: "2027-01-10" });
    expect(bill(ending, [item({ quantity: "1", unit_price: "31" })], "2027-02-01")).toEqual([
      [
        "Backup, 1 Nov 2026 – 31 Dec 2026 × 2 @ 31 = 6200",
        "Backup, 1 Jan 2027 – 10 Jan 2027 (10 of 31 days) × 1 @ 10 = 1000",
      ],
    ]);
  });

  test("leave out prepaid hours that the flat fee pays for, and name the hours of those with a price", () => {
    const block = { item_type: "block_hours", name: "Support", included_hours: "5.0", quantity: "1" } as const;
    const items = [item({ ...block, unit_price: "0.00" }), item({ ...block, unit_price: "400", sort_order: 2 })];
    expect(bill(contract({ billing_amount: null }), items, "2026-12-01")).toEqual([
      ["Support (5 h), November 2026 × 1 @ 400 = 40000"],
    ]);
  });

  test("of products are product lines, with their description", () => {
    const [charge] = contractCharges(
      contract({ billing_amount: null }),
      [
        item({
          item_type: "product",
          description: "Microsoft 365 Business Premium",
          name: "Licence",
          unit_price: "19.35",
        }),
      ],
      { start: "2026-11-01", end: "2026-12-01" },
      "USD",
    );
    expect(charge).toMatchObject({
      line_type: "product",
      description: "Licence: Microsoft 365 Business Premium, November 2026",
      total: 23_220,
    });
  });

  test("always are quantity times unit price", () => {
    for (const currency of ["USD", "JPY", "BHD"]) {
      const of = contract({ billing_cycle: "quarterly", billing_amount: 99_999, end_date: "2027-06-17" });
      const items = [
        item({ unit_price: "0.0035", quantity: "12345" }),
        item({ unit_price: "7.77", quantity: "3.5", sort_order: 2 }),
      ];
      for (const period of periodsWithin(of, of.start_date, "2028-01-01")) {
        for (const charge of contractCharges(of, items, period, currency)) {
          expect(charge.total).toBe(amountOf(charge.quantity, charge.unit_price, currency));
        }
      }
    }
  });
});
