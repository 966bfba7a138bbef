import {
  billedTimeEntries,
  invoiceLines,
  invoiceLineTimeEntries,
  invoices,
  payments,
} from "../modules/billing/index.ts";
import { bucketsWithin, contractHourBalances } from "../modules/contracts/index.ts";
import { timeEntries } from "../modules/time/index.ts";
import type { NewRow, RowOf } from "../platform/database/columns.ts";
import { hoursOf } from "../platform/decimal.ts";
import type { Bill } from "./bills.ts";
import { type Bulk, idAt } from "./bulk.ts";
import { documentOf, type Letterhead } from "./document.ts";
import { type Books, issue, type Issued } from "./invoices.ts";
import { entryRow, type LoggedTime } from "./logged-time.ts";
import { randomOf } from "./random.ts";
import type { Staff } from "./setup.ts";

interface Given {
  seed: number;
  books: Books;
  bills: readonly Bill[];
  /** Time that no bill has. */
  unbilled: readonly LoggedTime[];
  letterhead: Letterhead;
  staff: Staff;
  /** The number of the last invoice there is. */
  lastNumber: number;
}

const pageSize = 200;
const entriesAtOnce = 5_000;

/**
 * Writes the invoices, oldest first so that their numbers follow their dates, with lines, time, prepaid hours and
 * payments; then the time that is not billed yet. Answers the number of the last invoice.
 */
export async function writeAccounts(bulk: Bulk, given: Given): Promise<number> {
  const { books, bills, letterhead, staff } = given;
  const random = randomOf(given.seed, "invoices");
  let last = given.lastNumber;
  for (let from = 0; from < bills.length; from += pageSize) {
    const page = bills.slice(from, from + pageSize).map((bill): Page => {
      const one = issue(random, books, bill, () => (last += 1));
      const time = bill.time.map(entryRow);
      if (one.invoice.approved_at !== null) {
        one.invoice.issued_details = documentOf(one, letterhead, staff) as unknown as Record<string, unknown>;
        markBilled(one, time);
      }
      return { ...one, time };
    });
    await writePage(bulk, page);
    // What has been written need not be kept: there may be hundreds of thousands of entries.
    for (const { bill } of page) bill.time = [];
  }
  for (let from = 0; from < given.unbilled.length; from += entriesAtOnce)
    await bulk.rows(timeEntries, given.unbilled.slice(from, from + entriesAtOnce).map(entryRow));
  return last;
}

/** An invoice with the rows of its time. */
type Page = Issued & { time: RowOf<typeof timeEntries>[] };

async function writePage(bulk: Bulk, page: readonly Page[]): Promise<void> {
  const rows = page.map(({ invoice }) => invoice);
  await bulk.rows(invoices, rows);
  await bulk.rows(
    timeEntries,
    page.flatMap(({ time }) => time),
  );
  await bulk.rows(
    invoiceLines,
    page.flatMap(({ lines }) => lines.map(({ row }) => row)),
  );
  await bulk.rows(invoiceLineTimeEntries, page.flatMap(sharesOf));
  await bulk.rows(
    billedTimeEntries,
    page.flatMap(({ time, invoice }) => time.map(({ id }) => ({ time_entry_id: id, invoice_id: invoice.id }))),
  );
  await bulk.rows(contractHourBalances, page.flatMap(balancesOf));
  await bulk.rows(
    payments,
    page.flatMap((one) => one.payments),
  );
  await bulk.documents(invoices, rows);
}

function sharesOf({ invoice, lines }: Issued): NewRow<typeof invoiceLineTimeEntries>[] {
  return lines.flatMap(({ row, shares }) =>
    shares.map(({ time_entry_id, minutes, amount }) => ({
      invoice_line_id: row.id,
      time_entry_id,
      billed_minutes: minutes,
      billed_amount: amount,
      currency: invoice.currency,
    })),
  );
}

/** What approval writes to the time behind an invoice: its share of the lines, and the rate that was found for it. */
function markBilled({ invoice, lines }: Issued, time: Page["time"]): void {
  const amounts = new Map<string, number>();
  const rates = new Map<string, string>();
  for (const { row, shares } of lines) {
    for (const { time_entry_id, amount } of shares) {
      amounts.set(time_entry_id, (amounts.get(time_entry_id) ?? 0) + amount);
      if (row.explanation["kind"] === "time") rates.set(time_entry_id, row.unit_price);
    }
  }
  for (const row of time) {
    row.billing_status = "billed";
    row.invoice_id = invoice.id;
    row.total_amount = amounts.get(row.id) ?? 0;
    row.hourly_rate = rates.get(row.id) ?? row.hourly_rate;
    row.updated_at = invoice.approved_at ?? row.updated_at;
    row.version = 2;
  }
}

/** The ledger of prepaid hours for the periods that an approved invoice closes. */
function balancesOf({ bill, invoice, lines }: Issued): NewRow<typeof contractHourBalances>[] {
  const { agreement, period } = bill;
  if (agreement === null || period === null || invoice.approved_at === null) return [];
  const { contract, items } = agreement;
  const draws = lines.flatMap(
    ({ row }) =>
      (row.explanation["draws"] ?? []) as { contract_item_id: string; period_start: string; minutes: number }[],
  );
  return bucketsWithin(contract, items, period.start, period.end).map((bucket) => {
    const used = draws
      .filter((draw) => draw.contract_item_id === bucket.contract_item_id && draw.period_start === bucket.start)
      .reduce((sum, draw) => sum + draw.minutes, 0);
    return {
      id: idAt(Date.parse(invoice.approved_at ?? invoice.created_at)),
      contract_id: contract.id,
      contract_item_id: bucket.contract_item_id,
      period_start: bucket.start,
      period_end: bucket.end,
      hours_included: hoursOf(bucket.included_minutes),
      hours_used: hoursOf(used),
      hours_remaining: hoursOf(bucket.included_minutes - used),
      created_at: invoice.approved_at ?? invoice.created_at,
      updated_at: invoice.approved_at ?? invoice.created_at,
    };
  });
}
