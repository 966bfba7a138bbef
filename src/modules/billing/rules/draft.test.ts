import { describe, expect, test } from "bun:test";
import { amountForMinutes } from "../../../platform/money.ts";
import { buildDraft, type ContractCharge, type Draft, type DraftInput } from "./draft.ts";
import type { RatedTime } from "./time-lines.ts";

const fee: ContractCharge = {
  line_type: "service",
  description: "Managed office, November 2026",
  quantity: "1",
  unit_price: "1200",
  total: 120_000,
  evidence: { kind: "flat_fee", contract_id: "contract" },
};

const card = { kind: "contract_rate_card", rate_card_id: "card", name: "2026" };
const prepaid = { contract_item_id: "block", name: "Support hours" };

interface Work {
  covered?: number;
  billed?: number;
  rate?: string | null;
  type?: string;
  ticket?: string | null;
  date?: string;
}

function worked(id: string, work: Work = {}): RatedTime {
  const { covered = 0, billed = 0, rate = "100", type = "Remote support", ticket = "1042", date = "2026-11-10" } = work;
  return {
    entry: {
      id,
      date,
      work_type: { id: type, name: type },
      ticket_id: ticket,
      ticket_label: ticket === null ? null : `#${ticket} Printer jams`,
      project_id: null,
    },
    covered_minutes: covered,
    billed_minutes: billed,
    covered_by: covered === 0 ? [] : [{ ...prepaid, minutes: covered }],
    rate:
      billed === 0
        ? null
        : rate === null
          ? { ok: false, code: "no_rate", message: `There is no hourly rate for "${type}".` }
          : { ok: true, rate, source: card },
  };
}

function draft(time: RatedTime[], more: Partial<DraftInput> = {}): Draft {
  return buildDraft({
    currency: "USD",
    charges: [],
    time,
    tax_rates: [{ id: "vat", name: "VAT", rate: "20" }],
    tax_rate_id: "vat",
    is_tax_exempt: false,
    discount_amount: 0,
    ...more,
  });
}

const shown = (of: Draft): string[] =>
  of.lines.map((line) => `${line.description} × ${line.quantity} @ ${line.unit_price} = ${line.total}`);

describe("a draft", () => {
  test("holds the charges of the contract, then the time", () => {
    const made = draft([worked("a", { billed: 90 })], { charges: [fee] });
    expect(shown(made)).toEqual([
      "Managed office, November 2026 × 1 @ 1200 = 120000",
      "#1042 Printer jams: Remote support × 1.5 @ 100 = 15000",
    ]);
    expect(made.lines.map((line) => [line.line_type, line.sort_order, line.tax_rate_id])).toEqual([
      ["service", 1, "vat"],
      ["time_entry", 2, "vat"],
    ]);
    expect(made.amounts).toMatchObject({ subtotal: 135_000, tax_amount: 27_000, total: 162_000 });
    expect(made.problems).toEqual([]);
  });

  test("says for each line how its amount came about", () => {
    const made = draft([worked("a", { covered: 60, billed: 30 })], { charges: [fee] });
    expect(made.lines.map((line) => line.explanation)).toEqual([
      { kind: "flat_fee", contract_id: "contract" },
      {
        kind: "covered",
        minutes: 60,
        covered_by: [{ ...prepaid, minutes: 60 }],
        entries: [{ time_entry_id: "a", date: "2026-11-10", minutes: 60, amount: 0 }],
      },
      {
        kind: "time",
        minutes: 30,
        hourly_rate: "100",
        rate_source: card,
        entries: [{ time_entry_id: "a", date: "2026-11-10", minutes: 30, amount: 5000 }],
      },
    ]);
  });

  test("shows covered time with a total of zero before the time that is billed", () => {
    expect(shown(draft([worked("a", { covered: 120 }), worked("b", { covered: 0, billed: 15 })]))).toEqual([
      "#1042 Printer jams: Remote support (covered by prepaid hours 2.00 h) × 2 @ 0 = 0",
      "#1042 Printer jams: Remote support × 0.25 @ 100 = 2500",
    ]);
  });

  test("names the contract where its price includes the work", () => {
    const row = {
      ...worked("a", { covered: 45 }),
      covered_by: [{ contract_item_id: null, name: "Office move", minutes: 45 }],
    };
    expect(shown(draft([row]))).toEqual([
      "#1042 Printer jams: Remote support (included in Office move 0.75 h) × 0.75 @ 0 = 0",
    ]);
  });

  test("has one line for each ticket, work type and rate, and keeps a ticket's lines together", () => {
    const made = draft([
      worked("a", { billed: 30 }),
      worked("b", { billed: 30, ticket: "1050" }),
      worked("c", { billed: 15, type: "On-site work", rate: "140" }),
      worked("d", { billed: 30 }),
      worked("e", { billed: 30, rate: "90" }),
      worked("f", { billed: 60, ticket: null }),
    ]);
    expect(shown(made)).toEqual([
      "#1042 Printer jams: Remote support × 1 @ 100 = 10000",
      "#1042 Printer jams: On-site work × 0.25 @ 140 = 3500",
      "#1042 Printer jams: Remote support × 0.5 @ 90 = 4500",
      "#1050 Printer jams: Remote support × 0.5 @ 100 = 5000",
      "Remote support × 1 @ 100 = 10000",
    ]);
    expect(made.lines[0]?.time_entry_ids).toEqual(["a", "d"]);
  });

  test("rounds a line once and divides its total among the entries without losing a cent", () => {
    const made = draft([worked("a", { billed: 20 }), worked("b", { billed: 20 }), worked("c", { billed: 20 })]);
    expect(made.lines[0]?.total).toBe(10_000);
    expect(made.entries.map((entry) => entry.total_amount)).toEqual([3334, 3333, 3333]);
  });

  test("gives each entry its minutes, its rate and its amount", () => {
    const made = draft([worked("a", { covered: 60, billed: 30 }), worked("b", { covered: 10 })]);
    expect(made.entries).toEqual([
      { time_entry_id: "a", covered_minutes: 60, billed_minutes: 30, hourly_rate: "100", total_amount: 5000 },
      { time_entry_id: "b", covered_minutes: 10, billed_minutes: 0, hourly_rate: null, total_amount: 0 },
    ]);
  });

  test("takes entries of zero minutes along at no charge, so that they do not stay unbilled for ever", () => {
    const along = draft([worked("zero"), worked("a", { billed: 30 })]);
    expect(along.lines.map((line) => line.time_entry_ids)).toEqual([["a", "zero"]]);
    expect(along.entries.map((entry) => entry.time_entry_id)).toEqual(["zero", "a"]);
    expect(shown(draft([worked("zero")]))).toEqual(["#1042 Printer jams: Remote support (no charge) × 0 @ 0 = 0"]);
  });

  test("without a rate has an error and no line, never a zero", () => {
    const made = draft([worked("a", { billed: 30, rate: null }), worked("b", { billed: 30 })]);
    expect(shown(made)).toEqual(["#1042 Printer jams: Remote support × 0.5 @ 100 = 5000"]);
    expect(made.entries.map((entry) => entry.time_entry_id)).toEqual(["b"]);
    expect(made.problems).toEqual([
      {
        severity: "error",
        code: "no_rate",
        message: 'There is no hourly rate for "Remote support".',
        time_entry_id: "a",
        work_type_id: "Remote support",
      },
    ]);
  });

  test("warns of a rate of zero", () => {
    expect(draft([worked("a", { billed: 30, rate: "0" })]).problems).toMatchObject([
      { severity: "warning", code: "zero_rate" },
    ]);
  });

  test("with nothing in it says so", () => {
    expect(draft([]).problems.map((problem) => problem.code)).toEqual(["nothing_to_bill"]);
  });

  test("of an exempt company has no tax", () => {
    const made = draft([worked("a", { billed: 60 })], { is_tax_exempt: true });
    expect(made.amounts).toMatchObject({ subtotal: 10_000, tax_amount: 0, total: 10_000, taxes: [] });
  });

  test("is in the units of its currency", () => {
    const made = draft([worked("a", { billed: 50, rate: "9000" })], { currency: "JPY" });
    expect(made.lines[0]).toMatchObject({ quantity: "0.833333", total: 7500 });
  });

  test("is the same each time it is made", () => {
    const time = [worked("a", { covered: 20, billed: 40 }), worked("b", { billed: 7 }), worked("c")];
    expect(JSON.stringify(draft(time))).toBe(JSON.stringify(draft(structuredClone(time))));
  });

  test("always adds up: entries to lines, lines to the subtotal, minutes to minutes", () => {
    let state = 11;
    const next = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 200; round++) {
      const time = Array.from({ length: 1 + next(30) }, (_, index) =>
        worked(`entry ${index}`, {
          covered: next(3) * 5,
          billed: next(4) * 7,
          rate: ["99.95", "133.33", "0.0035"][next(3)] ?? "1",
          type: ["Remote", "On-site"][next(2)] ?? "",
          ticket: ["1", "2", null][next(3)] ?? null,
        }),
      );
      const made = draft(time);
      const total = made.lines.reduce((sum, line) => sum + line.total, 0);
      expect(made.entries.reduce((sum, entry) => sum + entry.total_amount, 0)).toBe(total);
      expect(made.amounts.subtotal).toBe(total);
      const minutes = made.lines.flatMap((line) => ("entries" in line.explanation ? line.explanation.entries : []));
      expect(minutes.reduce((sum, share) => sum + share.minutes, 0)).toBe(
        time.reduce((sum, row) => sum + row.covered_minutes + row.billed_minutes, 0),
      );
      for (const line of made.lines) {
        if (!("kind" in line.explanation) || line.explanation.kind !== "time") continue;
        expect(line.total).toBe(amountForMinutes(line.explanation.minutes, line.unit_price, "USD"));
      }
    }
  });
});
