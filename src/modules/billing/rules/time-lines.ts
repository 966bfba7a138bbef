import { hoursOf, shownHours } from "../../../platform/decimal.ts";
import { formatDecimal } from "../../../platform/http/pages/cells.ts";
import { t } from "../../../platform/language/index.ts";
import { allocate, amountForMinutes } from "../../../platform/money.ts";

/** How worked time becomes invoice lines. */

/** A time entry with its coverage and rate, as the contract's rules answer it. Column names of `time_entries`. */
export interface RatedTime {
  entry: {
    id: string;
    date: string;
    work_type: { id: string; name: string };
    ticket_id: string | null;
    /** What the client knows the ticket by, `#1042 Printer jams`; null without a ticket. */
    ticket_label: string | null;
    project_id: string | null;
  };
  covered_minutes: number;
  billed_minutes: number;
  covered_by: readonly CoverShare[];
  rate: { ok: true; rate: string; source: RateOrigin } | { ok: false; code: "no_rate"; message: string } | null;
}

export interface CoverShare {
  /** The line with the prepaid hours; null where the contract's price includes the work. */
  contract_item_id: string | null;
  name: string;
  minutes: number;
}

/** Where the rate came from: a kind and the ids and names that go with it. */
export interface RateOrigin {
  kind: string;
}

/** One entry's part in a line. Amount in minor units; the amounts of a line's entries add up to its total. */
export interface EntryShare {
  time_entry_id: string;
  date: string;
  minutes: number;
  amount: number;
}

/** How the amount of a time line came about. */
export type TimeEvidence =
  | { kind: "time"; minutes: number; hourly_rate: string; rate_source: RateOrigin; entries: EntryShare[] }
  | { kind: "covered"; minutes: number; covered_by: CoverShare[]; entries: EntryShare[] };

export interface TimeLine {
  line_type: "time_entry";
  description: string;
  /** Hours, six places: to be shown. The total comes from the minutes in `explanation`, not from this. */
  quantity: string;
  unit_price: string;
  total: number;
  time_entry_ids: string[];
  ticket_id: string | null;
  project_id: string | null;
  explanation: TimeEvidence;
}

interface Group {
  row: RatedTime;
  covered: boolean;
  parts: { row: RatedTime; minutes: number }[];
}

/**
 * One line for each ticket (or project), work type and rate, in the order of the work; a ticket's lines stand together,
 * covered time before billed time. The total of a line is computed once, on the sum of its minutes. Covered time is shown
 * with a total of zero, so that the client sees what the prepaid hours were used for. Entries without any minutes join
 * the line of their ticket and work type. Billed minutes without a rate make no line: the draft has an error instead.
 */
export function timeLines(rows: readonly RatedTime[], currency: string): TimeLine[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    if (row.covered_minutes > 0) put(groups, row, true, row.covered_minutes);
    if (row.billed_minutes > 0 && row.rate?.ok === true) put(groups, row, false, row.billed_minutes);
  }
  for (const row of rows.filter((one) => one.covered_minutes + one.billed_minutes === 0)) {
    const host = [...groups.values()].find((group) => workOf(group.row) === workOf(row));
    if (host === undefined) put(groups, row, true, 0);
    else host.parts.push({ row, minutes: 0 });
  }
  const subjects = [...new Set(rows.map(subjectOf))];
  const ordered = [...groups.values()].toSorted(
    (a, b) => subjects.indexOf(subjectOf(a.row)) - subjects.indexOf(subjectOf(b.row)),
  );
  return ordered.map((group) => lineOf(group, currency));
}

function put(groups: Map<string, Group>, row: RatedTime, covered: boolean, minutes: number): void {
  const price = covered ? coverName(row) : JSON.stringify(row.rate);
  const key = `${workOf(row)} ${covered} ${price}`;
  const group = groups.get(key) ?? { row, covered, parts: [] };
  group.parts.push({ row, minutes });
  groups.set(key, group);
}

const subjectOf = ({ entry }: RatedTime): string => `${entry.ticket_id ?? ""}/${entry.project_id ?? ""}`;
const workOf = (row: RatedTime): string => `${subjectOf(row)}/${row.entry.work_type.id}`;

function lineOf({ row, covered, parts }: Group, currency: string): TimeLine {
  const minutes = parts.reduce((total, part) => total + part.minutes, 0);
  const rate = !covered && row.rate?.ok === true ? row.rate : null;
  const total = rate === null ? 0 : amountForMinutes(minutes, rate.rate, currency);
  const amounts = allocate(
    total,
    parts.map((part) => part.minutes),
  );
  const entries = parts.map((part, index) => ({
    time_entry_id: part.row.entry.id,
    date: part.row.entry.date,
    minutes: part.minutes,
    amount: amounts[index] ?? 0,
  }));
  const { ticket_id, project_id, ticket_label, work_type } = row.entry;
  const work = ticket_label === null ? work_type.name : `${ticket_label}: ${work_type.name}`;
  return {
    line_type: "time_entry",
    description: rate === null ? `${work} (${coverText(row, minutes)})` : work,
    quantity: hoursOf(minutes),
    unit_price: rate?.rate ?? "0",
    total,
    time_entry_ids: entries.map((entry) => entry.time_entry_id),
    ticket_id,
    project_id,
    explanation:
      rate === null
        ? { kind: "covered", minutes, covered_by: merged(parts.map((part) => part.row)), entries }
        : { kind: "time", minutes, hourly_rate: rate.rate, rate_source: rate.source, entries },
  };
}

/** Work covered by prepaid hours and work included in a price are different lines. */
function coverName(row: RatedTime): string {
  const included = row.covered_by.find((share) => share.contract_item_id === null);
  return included === undefined ? "prepaid" : `included ${included.name}`;
}

function coverText(row: RatedTime, minutes: number): string {
  if (minutes === 0) return t("no charge");
  const included = row.covered_by.find((share) => share.contract_item_id === null);
  return included === undefined
    ? t("covered by prepaid hours {hours} h", { hours: formatDecimal(shownHours(minutes)) })
    : t("included in {name} {hours} h", { name: included.name, hours: formatDecimal(shownHours(minutes)) });
}

function merged(rows: readonly RatedTime[]): CoverShare[] {
  const shares = new Map<string | null, CoverShare>();
  for (const { contract_item_id, name, minutes } of rows.flatMap((row) => row.covered_by)) {
    const before = shares.get(contract_item_id)?.minutes ?? 0;
    shares.set(contract_item_id, { contract_item_id, name, minutes: before + minutes });
  }
  return [...shares.values()];
}
