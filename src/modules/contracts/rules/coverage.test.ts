import { describe, expect, test } from "bun:test";
import { coverTime, type TimeTerms, type UnbilledTime } from "./coverage.ts";
import type { PeriodTerms } from "./periods.ts";
import { type Bucket, bucketsWithin, drawDown, minutesLeft, type PrepaidTerms } from "./prepaid.ts";
import { findRate, type RateCard, type RateRequest, shownSource } from "./rates.ts";

const remote = { id: "remote", name: "Remote support", default_rate: "120", currency: "USD" };
const onsite = { id: "onsite", name: "On-site work", default_rate: null, currency: "USD" };

const card = (id: string, rates: Record<string, string>): RateCard => ({ id, name: `Card ${id}`, rates });
const noCards = { currency: "USD", contract_card: null, company_card: null, default_card: null };

const bucket = (more: Partial<Bucket> = {}): Bucket => ({
  contract_item_id: "block",
  name: "Block of 5 hours",
  work_type_id: null,
  overage_rate: "95.00",
  start: "2026-11-01",
  end: "2026-12-01",
  included_minutes: 300,
  rollover_minutes: 0,
  used_minutes: 0,
  ...more,
});

const entry = (id: string, duration_minutes: number, more: Partial<UnbilledTime> = {}): UnbilledTime => ({
  id,
  date: "2026-11-10",
  created_at: "2026-11-10T09:00:00.000Z",
  work_type_id: (more.work_type ?? remote).id,
  work_type: remote,
  ticket_id: null,
  project_id: null,
  hourly_rate: null,
  currency: "USD",
  duration_minutes,
  ...more,
});

describe("prepaid hours", () => {
  const drawn = (entries: UnbilledTime[], buckets: Bucket[]): [string, number, number][] =>
    drawDown(entries, buckets).map((row) => [row.entry.id, row.covered_minutes, row.overage_minutes]);

  test("are used first, the rest is overage, and an entry across the border is split", () => {
    const entries = [entry("a", 200), entry("b", 150), entry("c", 30)];
    expect(drawn(entries, [bucket()])).toEqual([
      ["a", 200, 0],
      ["b", 100, 50],
      ["c", 0, 30],
    ]);
  });

  test("are drawn in order of date, then of being written, then of id", () => {
    const entries = [
      entry("d", 60, { date: "2026-11-12" }),
      entry("c", 60, { created_at: "2026-11-10T10:00:00.000Z" }),
      entry("b", 60),
      entry("a", 60),
    ];
    expect(drawn(entries, [bucket({ included_minutes: 150 })])).toEqual([
      ["a", 60, 0],
      ["b", 60, 0],
      ["c", 30, 30],
      ["d", 0, 60],
    ]);
    expect(drawn(entries.toReversed(), [bucket({ included_minutes: 150 })])).toEqual(
      drawn(entries, [bucket({ included_minutes: 150 })]),
    );
  });

  test("what has been billed before and what was brought over counts", () => {
    expect(minutesLeft(bucket({ used_minutes: 280 }))).toBe(20);
    expect(minutesLeft(bucket({ used_minutes: 280, rollover_minutes: 60 }))).toBe(80);
    expect(minutesLeft(bucket({ used_minutes: 400 }))).toBe(0);
    expect(drawn([entry("a", 60)], [bucket({ used_minutes: 280 })])).toEqual([["a", 20, 40]]);
  });

  test("of one period do not pay for work of another", () => {
    const november = bucket({ included_minutes: 60 });
    const december = bucket({ start: "2026-12-01", end: "2027-01-01", included_minutes: 60 });
    const entries = [entry("a", 90, { date: "2026-11-30" }), entry("b", 90, { date: "2026-12-01" })];
    expect(drawn(entries, [november, december])).toEqual([
      ["a", 60, 30],
      ["b", 60, 30],
    ]);
  });

  test("of one work type are good for that type only, and a second bucket takes over", () => {
    const forOnsite = bucket({ contract_item_id: "onsite", work_type_id: "onsite", included_minutes: 60 });
    const any = bucket({ contract_item_id: "any", included_minutes: 60 });
    const rows = drawDown([entry("a", 30), entry("b", 100, { work_type: onsite })], [forOnsite, any]);
    expect(rows[0]?.taken.map(({ contract_item_id, minutes }) => [contract_item_id, minutes])).toEqual([["any", 30]]);
    expect(rows[1]?.taken.map(({ contract_item_id, minutes }) => [contract_item_id, minutes])).toEqual([
      ["onsite", 60],
      ["any", 30],
    ]);
    expect(rows[1]?.overage_minutes).toBe(10);
  });

  test("an entry of zero minutes takes nothing", () => {
    expect(drawn([entry("a", 0)], [bucket()])).toEqual([["a", 0, 0]]);
  });
});

describe("buckets of a contract", () => {
  const terms: PeriodTerms = { start_date: "2026-11-01", end_date: null, billing_cycle: "quarterly" };
  const item = (more: Partial<PrepaidTerms> = {}): PrepaidTerms => ({
    id: "block",
    name: "Support hours",
    billing_frequency: "monthly",
    work_type_id: null,
    included_hours: "2.5",
    overage_rate: "95",
    sort_order: 1,
    ...more,
  });

  test("come afresh in each period of the line, also on longer invoices", () => {
    const found = bucketsWithin(terms, [item()], "2026-11-01", "2027-02-01");
    expect(found.map(({ start, included_minutes }) => [start, included_minutes])).toEqual([
      ["2026-11-01", 150],
      ["2026-12-01", 150],
      ["2027-01-01", 150],
    ]);
  });

  test("last as long as the contract where they were sold once", () => {
    const once = item({ billing_frequency: "one_time", included_hours: "40" });
    const [found] = bucketsWithin({ ...terms, end_date: "2027-10-31" }, [once], "2027-03-01", "2027-04-01");
    expect(found).toMatchObject({ start: "2026-11-01", end: "2027-11-01", included_minutes: 2400 });
    expect(bucketsWithin({ ...terms, end_date: "2027-10-31" }, [once], "2027-11-01", "2027-12-01")).toEqual([]);
  });

  test("are prorated in a period that is covered in part", () => {
    const [found] = bucketsWithin(
      { ...terms, end_date: "2026-11-15" },
      [item({ included_hours: "10" })],
      "2026-11-01",
      "2026-12-01",
    );
    expect(found?.included_minutes).toBe(300);
  });

  test("stand in the order of the lines; lines without hours have none", () => {
    const lines = [
      item({ id: "second", sort_order: 2 }),
      item({ id: "first", sort_order: 1 }),
      item({ included_hours: null }),
      item({ included_hours: "0" }),
    ];
    expect(bucketsWithin(terms, lines, "2026-11-01", "2026-12-01").map((one) => one.contract_item_id)).toEqual([
      "first",
      "second",
    ]);
  });
});

describe("the hourly rate", () => {
  const cards = {
    currency: "USD",
    contract_card: card("contract", { remote: "100.00" }),
    company_card: card("company", { remote: "110", onsite: "140" }),
    default_card: card("default", { remote: "115", onsite: "150" }),
  };
  const own = (hourly_rate: string | null, currency = "USD"): RateRequest["entry"] => ({ hourly_rate, currency });
  const overage = { contract_item_id: "block", name: "Block", overage_rate: "95" };
  const rate = (request: Partial<Parameters<typeof findRate>[0]>): [string, string] | string => {
    const found = findRate({ work_type: remote, entry: own(null), overage: null, ...cards, ...request });
    return found.ok ? [found.rate, found.source.kind] : found.code;
  };

  test("comes from the most special place that has one", () => {
    expect(rate({ entry: own("80"), overage })).toEqual(["80", "entry"]);
    expect(rate({ overage })).toEqual(["95", "overage"]);
    expect(rate({ overage: { ...overage, overage_rate: null } })).toEqual(["100", "contract_rate_card"]);
    expect(rate({ contract_card: null })).toEqual(["110", "company_rate_card"]);
    expect(rate({ work_type: onsite })).toEqual(["140", "company_rate_card"]);
    expect(rate({ contract_card: null, company_card: null })).toEqual(["115", "default_rate_card"]);
    expect(rate({ ...noCards })).toEqual(["120", "work_type"]);
  });

  test("that is nowhere is a problem, never a zero", () => {
    expect(rate({ ...noCards, work_type: onsite })).toBe("no_rate");
    const found = findRate({ work_type: onsite, entry: own(null), overage: null, ...noCards });
    expect(found).toMatchObject({ ok: false, message: expect.stringContaining('no hourly rate for "On-site work"') });
  });

  test("in another currency than the invoice is none, and no other takes the place of the time entry's own", () => {
    expect(rate({ ...noCards, currency: "JPY" })).toBe("no_rate");
    expect(rate({ entry: own("80", "EUR"), overage })).toBe("no_rate");
    const found = findRate({ ...cards, work_type: remote, entry: own("80", "EUR"), overage: null });
    expect(found).toMatchObject({ message: expect.stringContaining("is in EUR, and the invoice in USD") });
  });

  test("of zero was given on purpose", () => {
    expect(rate({ entry: own("0.00") })).toEqual(["0", "entry"]);
  });

  test("says in words where it came from", () => {
    expect(shownSource({ kind: "entry" })).toBe("Rate set on the time entry");
    expect(shownSource({ kind: "overage", contract_item_id: "x", name: "Block" })).toBe('Overage rate of "Block"');
    const of = (kind: "contract_rate_card" | "company_rate_card" | "default_rate_card"): string =>
      shownSource({ kind, rate_card_id: "x", name: "2026" });
    expect(of("contract_rate_card")).toBe('Rate card of the contract, "2026"');
    expect(of("company_rate_card")).toBe('Rate card of the company, "2026"');
    expect(of("default_rate_card")).toBe('Default rate card, "2026"');
    expect(shownSource({ kind: "work_type", work_type_id: "x", name: "Remote" })).toBe(
      'Default rate of the work type "Remote"',
    );
  });
});

describe("time under a contract", () => {
  const terms: TimeTerms = {
    contract: { name: "Managed office", contract_type: "managed_services" },
    buckets: [bucket({ included_minutes: 60 })],
    rates: { ...noCards, contract_card: card("contract", { remote: "100" }) },
  };

  test("is covered by prepaid hours, then billed at the overage rate", () => {
    const [row] = coverTime([entry("a", 90)], terms);
    expect(row).toMatchObject({ covered_minutes: 60, billed_minutes: 30, rate: { ok: true, rate: "95" } });
  });

  test("needs no rate while it is covered", () => {
    const [row] = coverTime([entry("a", 60, { work_type: onsite })], { ...terms, rates: noCards });
    expect(row).toMatchObject({ covered_minutes: 60, billed_minutes: 0, rate: null });
  });

  test("is included in a fixed price and in a warranty", () => {
    for (const contract_type of ["fixed_price", "warranty"] as const) {
      const [row] = coverTime([entry("a", 90)], { ...terms, contract: { name: "Move", contract_type }, buckets: [] });
      expect(row).toMatchObject({
        covered_minutes: 90,
        billed_minutes: 0,
        rate: null,
        covered_by: [{ name: "Move", minutes: 90 }],
      });
    }
  });

  test("without a contract is billed at the rates of the company", () => {
    const rates = { ...noCards, company_card: card("company", { remote: "110" }) };
    const [row] = coverTime([entry("a", 90)], { contract: null, buckets: [], rates });
    expect(row).toMatchObject({ covered_minutes: 0, billed_minutes: 90, rate: { ok: true, rate: "110" } });
  });
});
