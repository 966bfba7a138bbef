import { expect, test } from "bun:test";
import { contractCharges, type ContractTerms, type ItemTerms } from "../../contracts/rules/charges.ts";
import { coverTime } from "../../contracts/rules/coverage.ts";
import { periodContaining } from "../../contracts/rules/periods.ts";
import { bucketsWithin } from "../../contracts/rules/prepaid.ts";
import { buildDraft } from "./draft.ts";

const contract: ContractTerms = {
  id: "contract",
  name: "Managed office",
  start_date: "2026-01-01",
  end_date: null,
  billing_cycle: "monthly",
  billing_amount: 120_000,
};

const block: ItemTerms = {
  id: "block",
  name: "Support hours",
  description: null,
  item_type: "block_hours",
  quantity: "1",
  unit_price: "0",
  billing_frequency: "monthly",
  work_type_id: "remote",
  included_hours: "2",
  overage_rate: "95",
  sort_order: 1,
};

const work = (id: string, date: string, type: "remote" | "onsite", duration_minutes: number) => ({
  id,
  date,
  created_at: `${date}T12:00:00.000Z`,
  work_type_id: type,
  work_type: {
    id: type,
    name: type === "remote" ? "Remote support" : "On-site work",
    default_rate: null,
    currency: "USD",
  },
  ticket_id: null,
  ticket_label: null,
  project_id: null,
  hourly_rate: null,
  currency: "USD",
  duration_minutes,
});

test("a month of a managed client becomes an invoice that explains itself", () => {
  const period = periodContaining(contract, "2026-11-10");
  if (period === null) throw new Error("the contract covers November");
  const entries = [
    work("late", "2026-10-30", "remote", 30), // written down after October was billed: uses October's hours
    work("a", "2026-11-03", "remote", 90),
    work("b", "2026-11-12", "onsite", 60),
    work("c", "2026-11-20", "remote", 75),
  ];
  const buckets = bucketsWithin(contract, [block], "2026-10-30", period.end);
  const october = buckets.map((bucket) => (bucket.start === "2026-10-01" ? { ...bucket, used_minutes: 110 } : bucket));
  const rates = {
    currency: "USD",
    contract_card: { id: "card", name: "Harbor 2026", rates: { onsite: "140" } },
    company_card: null,
    default_card: null,
  };
  const time = coverTime(entries, {
    contract: { name: contract.name, contract_type: "managed_services" },
    buckets: october,
    rates,
  });
  const draft = buildDraft({
    currency: "USD",
    charges: contractCharges(contract, [block], period, "USD"),
    time,
    tax_rates: [{ id: "sales", name: "Sales tax", rate: "8.25" }],
    tax_rate_id: "sales",
    is_tax_exempt: false,
    discount_amount: 0,
  });
  expect(draft.problems).toEqual([]);
  expect(
    draft.lines.map((line) => `${line.description} × ${line.quantity} @ ${line.unit_price} = ${line.total}`),
  ).toEqual([
    "Managed office, November 2026 × 1 @ 1200 = 120000",
    "Remote support (covered by prepaid hours 2.17 h) × 2.166667 @ 0 = 0",
    "Remote support × 1.083333 @ 95 = 10292",
    "On-site work × 1 @ 140 = 14000",
  ]);
  expect(
    draft.entries.map((entry) => [
      entry.time_entry_id,
      entry.covered_minutes,
      entry.billed_minutes,
      entry.total_amount,
    ]),
  ).toEqual([
    ["late", 10, 20, 3167],
    ["a", 90, 0, 0],
    ["b", 0, 60, 14_000],
    ["c", 30, 45, 7125],
  ]);
  expect(draft.amounts).toMatchObject({ subtotal: 144_292, tax_amount: 11_904, total: 156_196 });
});
