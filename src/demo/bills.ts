import { bucketsWithin, contractCharges, coverTime, type Period, periodsWithin } from "../modules/contracts/index.ts";
import { drawsOf, type OpenTime, type PlannedLine, planned } from "../modules/billing/index.ts";
import { amountOf } from "../platform/money.ts";
import { canonicalDecimal } from "../platform/decimal.ts";
import type { Agreement } from "./agreements.ts";
import { type Calendar, dayAt, millisecondsAt, workdayFrom } from "./calendar.ts";
import { goods } from "./cast/businesses.ts";
import type { Client } from "./clients.ts";
import type { LoggedTime } from "./logged-time.ts";
import { type Random, randomOf } from "./random.ts";
import type { Lists, Person } from "./setup.ts";

/** Something that a client is billed for, before its lines are worked out. */
export interface Bill {
  client: Client;
  /** Null: time without a contract, or hardware. */
  agreement: Agreement | null;
  /** Null: written by hand. */
  period: Period | null;
  time: LoggedTime[];
  /** When the draft was made, in milliseconds; its date in the calendar. */
  at: number;
  day: number;
  /** Whether it still has to be approved, whatever chance says. */
  isToDo: boolean;
}

interface Given {
  seed: number;
  calendar: Calendar;
  clients: readonly Client[];
  agreements: readonly Agreement[];
  logged: readonly LoggedTime[];
  /** Share of the clients without a contract that get their time billed monthly. */
  monthly: number;
  handWritten: number;
}

/**
 * What has been billed up to today, oldest first: each period of a contract and each month or quarter of other time that
 * is over, a few days after its end, and some hardware in between.
 */
export function billsOf({ seed, calendar, clients, agreements, logged, monthly, handWritten }: Given): {
  bills: Bill[];
  unbilled: LoggedTime[];
} {
  const random = randomOf(seed, "bills");
  const billable = Map.groupBy(
    logged.filter((one) => one.is_billable),
    (one) => one.contract_id ?? one.scene.client.company.id,
  );
  const bills: Bill[] = [];
  const today = dayAt(calendar.days, calendar.today).date;
  const add = (client: Client, agreement: Agreement | null, period: Period, time: LoggedTime[]): void => {
    const day = workdayFrom(calendar, period.end, random.between(0, 3));
    const at = millisecondsAt(calendar, { day, minute: 9 * 60 + random.between(0, 150) }) + random.between(0, 59_999);
    if (period.end <= today && at < calendar.now)
      bills.push({ client, agreement, period, time, at, day, isToDo: false });
  };
  for (const agreement of agreements) {
    const { contract, items, client } = agreement;
    if (contract.status === "draft") continue;
    const worked = billable.get(contract.id) ?? [];
    for (const period of periodsWithin(contract, contract.start_date, today)) {
      const time = worked.filter(({ date }) => period.start <= date && date < period.end);
      if (time.length > 0 || contractCharges(contract, items, period, contract.currency).length > 0)
        add(client, agreement, period, time);
    }
  }
  for (const client of clients) {
    const worked = billable.get(client.company.id) ?? [];
    const months = random.chance(monthly) ? 1 : 3;
    let start = Temporal.PlainDate.from(calendar.start);
    while (worked.length > 0 && start.toString() < today) {
      const period = { start: start.toString(), end: start.add({ months }).toString() };
      const time = worked.filter(({ date }) => period.start <= date && date < period.end);
      if (time.length > 0) add(client, null, period, time);
      start = start.add({ months });
    }
  }
  const buyers = clients.filter((client) => client.weight > 0 && client.to === calendar.today);
  for (let index = 0; index < handWritten; index += 1) {
    const client = random.pick(buyers);
    const day = workdayFrom(calendar, calendar.days[random.between(client.from, calendar.today)]?.date ?? today);
    const at = millisecondsAt(calendar, { day, minute: random.between(600, 960) });
    if (at < calendar.now) bills.push({ client, agreement: null, period: null, time: [], at, day, isToDo: false });
  }
  const billed = new Set(bills.flatMap(({ time }) => time));
  bills.sort((a, b) => a.at - b.at);
  // So that there is always something to approve.
  const newest = bills.findLast(({ agreement }) => agreement !== null);
  if (newest !== undefined) newest.isToDo = true;
  return {
    bills,
    unbilled: logged.filter((one) => !billed.has(one)),
  };
}

/** The lines of a bill, as the program works them out: charges, then time, prepaid hours first. */
export function linesOf(
  random: Random,
  { client, agreement, period, time }: Bill,
  lists: Lists,
  writer: Person,
): PlannedLine[] {
  const { currency = "" } = client.company;
  if (period === null) return soldLines(random, currency, writer);
  const open = time.map((one) => openTime(one, currency));
  if (agreement === null)
    return planned(
      currency,
      [],
      coverTime(open, { contract: null, buckets: [], rates: lists.rates }),
      new Map(),
      new Map(),
    ).lines;
  const { contract, items } = agreement;
  const buckets = bucketsWithin(contract, items, period.start, period.end);
  const covered = coverTime(open, { contract, buckets, rates: lists.rates });
  const taxable = new Map(items.map((item) => [item.id, item.is_taxable]));
  return planned(currency, contractCharges(contract, items, period, currency), covered, drawsOf(covered), taxable)
    .lines;
}

function openTime({ id, date, written, duration_minutes, work_type, ticket }: LoggedTime, currency: string): OpenTime {
  return {
    id,
    date,
    created_at: new Date(written).toISOString(),
    duration_minutes,
    work_type_id: work_type.id,
    work_type,
    ticket_id: ticket.id,
    ticket_label: ticket.label,
    project_id: null,
    hourly_rate: null,
    currency,
  };
}

function soldLines(random: Random, currency: string, writer: Person): PlannedLine[] {
  return Array.from({ length: random.between(1, 3) }, (_, index) => {
    const [description, price] = random.pick(goods);
    const quantity = String(
      random.weighted([
        [6, 1],
        [3, 2],
        [1, 5],
      ] as const),
    );
    return {
      line_type: "product",
      description,
      quantity,
      unit_price: canonicalDecimal(price),
      total: amountOf(quantity, price, currency),
      is_taxable: true,
      ticket_id: null,
      project_id: null,
      contract_item_id: null,
      billing_key: null,
      explanation: { kind: "manual", by: writer.name },
      shares: [],
      sort_order: index + 1,
    };
  });
}
