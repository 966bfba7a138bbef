import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient } from "../../../tests/support/desk.ts";
import { startTestProgram, testNow, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { contextOf, type Ctx, inUnit, reading } from "../../platform/context.ts";
import { updateCompany } from "../companies/index.ts";
import { createWorkType } from "../time/actions/reference.ts";
import { logTime } from "../time/index.ts";
import {
  coverageOf,
  createContract,
  createItem,
  createRateCard,
  hoursLeft,
  portalHours,
  ratesFor,
  writeHourBalance,
} from "./index.ts";

let t: TestProgram;
let admin: Ctx;
let remote: string;
let onSite: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.as("administrator");
  remote = (await perform(admin, createWorkType, { name: "Remote" })).id;
  onSite = (await perform(admin, createWorkType, { name: "On-site" })).id;
});
afterAll(() => t.close());

/** A client with a contract that begins on the first of January. */
async function covered(
  name: string,
  more: Record<string, unknown> = {},
  items: Record<string, unknown>[] = [],
): Promise<Client & { contract_id: string; item_ids: string[] }> {
  const client = await makeClient(t, name);
  const { id } = await perform(admin, createContract, {
    name: `${name} care`,
    company_id: client.company_id,
    contract_type: "block_hours",
    start_date: "2026-01-01",
    status: "active",
    ...more,
  });
  const item_ids: string[] = [];
  for (const item of items) {
    const made = await perform(admin, createItem, {
      contract_id: id,
      name: "Hours",
      item_type: "block_hours",
      unit_price: "500",
      included_hours: "5",
      billing_frequency: "monthly",
      ...item,
    });
    item_ids.push(made.id);
  }
  return { ...client, contract_id: id, item_ids };
}

const work = (
  company_id: string,
  date: string,
  duration: string,
  more: Record<string, unknown> = {},
): Promise<{ id: string }> => perform(admin, logTime, { company_id, date, duration, work_type_id: remote, ...more });
const left = (id: string): ReturnType<typeof hoursLeft> => reading(admin, (ctx) => hoursLeft(ctx, id));
const coverage = (client: { company_id: string }, contract_id: string | null = null): ReturnType<typeof coverageOf> =>
  reading(admin, (ctx) => coverageOf(ctx, { company_id: client.company_id, contract_id }));

describe("hours left", () => {
  test("are what the period grants without the billable work in it", async () => {
    const client = await covered("Monthly", {}, [{}]);
    await work(client.company_id, "2026-10-31", "4h");
    await work(client.company_id, "2026-11-01", "2h 30m");
    await work(client.company_id, "2026-11-02", "1h", { is_billable: false });
    expect(await left(client.contract_id)).toMatchObject({
      total_minutes: 300,
      used_minutes: 150,
      left_minutes: 150,
      overage_minutes: 0,
      buckets: [{ start: "2026-11-01", end: "2026-12-01" }],
    });
    expect(await coverage(client)).toMatchObject({
      title: "Monthly care",
      href: `/contracts/${client.contract_id}`,
      badge: { text: "2 h 30 min left", tone: "success" },
      text: "2 h 30 min of 5 h used",
      hours: { used: 2.5, total: 5 },
    });
    t.clock.set("2026-12-01T09:00:00.000Z");
    expect((await left(client.contract_id)).left_minutes).toBe(300);
    t.clock.set(testNow);
  });

  test("never go below nothing: what is beyond is said", async () => {
    const client = await covered("Beyond", {}, [{}]);
    await work(client.company_id, "2026-11-10", "4h 30m");
    expect((await coverage(client))?.badge).toEqual({ text: "30 min left", tone: "warning" });
    await work(client.company_id, "2026-11-11", "2h");
    expect(await left(client.contract_id)).toMatchObject({ used_minutes: 300, left_minutes: 0, overage_minutes: 90 });
    expect((await coverage(client))?.badge).toEqual({ text: "Hours used up", tone: "error" });
  });

  test("of a year are drawn on after those of the month, month by month", async () => {
    const client = await covered("Both", {}, [
      { included_hours: "1" },
      { included_hours: "10", billing_frequency: "annually" },
    ]);
    for (const date of ["2026-03-05", "2026-11-05"]) await work(client.company_id, date, "3h");
    const hours = await left(client.contract_id);
    expect(hours.buckets.map((bucket) => [bucket.start, bucket.used_minutes, bucket.left_minutes])).toEqual([
      ["2026-11-01", 60, 0],
      ["2026-01-01", 240, 360],
    ]);
  });

  test("for one work type are not for another", async () => {
    const client = await covered("One type", {}, [{ work_type_id: onSite }]);
    await work(client.company_id, "2026-11-05", "1h");
    expect(await left(client.contract_id)).toMatchObject({ left_minutes: 300, overage_minutes: 60 });
    await work(client.company_id, "2026-11-05", "1h", { work_type_id: onSite });
    expect((await left(client.contract_id)).left_minutes).toBe(240);
  });

  test("count what the ledger brings over, and its lines are written once", async () => {
    const client = await covered("Rollover", {}, [{}]);
    const line = {
      contract_id: client.contract_id,
      contract_item_id: client.item_ids[0] ?? "",
      period_start: "2026-11-01",
      period_end: "2026-12-01",
      hours_included: "5",
      hours_used: "0",
      hours_remaining: "7",
      rollover_hours: "2",
    };
    await inUnit(t.harbor.system, (unit) => writeHourBalance(unit, line));
    await inUnit(t.harbor.system, (unit) => writeHourBalance(unit, { ...line, hours_used: "1", hours_remaining: "6" }));
    expect(await left(client.contract_id)).toMatchObject({ total_minutes: 420, left_minutes: 420 });
    const key = await t.harbor.key("technician");
    const ledger = await t.api("GET", `/api/v1/contracts/${client.contract_id}/contract-hour-balances`, { key });
    expect(ledger.body.data.map((row: { attributes: object }) => row.attributes)).toEqual([
      expect.objectContaining({ hours_used: "1", hours_remaining: "6", rollover_hours: "2" }),
    ]);
    const balance = await t.api("GET", `/api/v1/contracts/${client.contract_id}/hour-balance`, { key });
    expect(balance.body.meta).toEqual({ hours_total: "7", hours_used: "0", hours_remaining: "7", hours_over: "0" });
    expect(balance.body.data[0].attributes).toMatchObject({
      period_start: "2026-11-01",
      hours_included: "5",
      rollover_hours: "2",
      hours_remaining: "7",
    });
  });
});

describe("coverage beside the work", () => {
  test("is nothing without a contract", async () => {
    expect(await coverage(await makeClient(t, "Uncovered"))).toBeNull();
  });

  test("says included, billable, or not in force", async () => {
    expect((await coverage(await covered("Fixed", { contract_type: "fixed_price" })))?.badge.text).toBe("Included");
    expect(await coverage(await covered("Hourly", { contract_type: "time_and_materials" }))).toMatchObject({
      badge: { text: "Billable" },
      hours: null,
    });
    const draft = await covered("Drafted", { status: "draft" });
    expect((await coverage(draft, draft.contract_id))?.badge.text).toBe("Draft");
    expect(await coverage(draft)).toBeNull();
  });

  test("is not told to somebody who may not read contracts", async () => {
    const client = await covered("Closed book", {}, [{}]);
    const { actor } = await t.harbor.as("technician");
    const blind = contextOf(t.app, t.harbor.tenant, { ...actor, permissions: new Set(["companies.read"]) });
    expect(
      await reading(blind, (ctx) => coverageOf(ctx, { company_id: client.company_id, contract_id: null })),
    ).toBeNull();
  });
});

test("a portal user sees the hours of the own company, and of no other", async () => {
  const mine = await covered("Own hours", {}, [{}]);
  const other = await covered("Their hours", {}, [{}]);
  await covered("No hours", { contract_type: "fixed_price" });
  await work(mine.company_id, "2026-11-03", "90");
  expect(await reading(mine.portal, portalHours)).toEqual([
    {
      title: "Own hours care",
      value: "3 h 30 min left",
      hint: "1 h 30 min of 5 h used, renewed on Dec 1, 2026",
      tone: "success",
      used: 1.5,
      total: 5,
      href: "",
    },
  ]);
  await expect(reading(mine.portal, (ctx) => hoursLeft(ctx, other.contract_id))).rejects.toMatchObject({ status: 404 });
});

test("rates come from contract, company and standard card, of the same currency only", async () => {
  const standard = await perform(admin, createRateCard, {
    name: "Standard",
    is_default: true,
    rates: { [remote]: "100" },
  });
  const own = await perform(admin, createRateCard, { name: "Own", rates: { [remote]: "90.5" } });
  const euros = await perform(admin, createRateCard, { name: "Euros", currency: "EUR" });
  const client = await covered("Rated", { rate_card_id: own.id });
  const book = (): ReturnType<typeof ratesFor> =>
    reading(admin, (ctx) => ratesFor(ctx, client.company_id, client.contract_id, "USD"));
  expect(await book()).toMatchObject({
    contract_card: { name: "Own", rates: { [remote]: "90.5" } },
    company_card: null,
    default_card: { id: standard.id },
  });
  await perform(admin, updateCompany, { id: client.company_id, rate_card_id: euros.id });
  expect((await book()).company_card).toBeNull();
  expect((await reading(admin, (ctx) => ratesFor(ctx, client.company_id, null, "USD"))).contract_card).toBeNull();
});
