import { compareDecimals } from "../../../platform/decimal.ts";
import { t } from "../../../platform/language/index.ts";
import { amountProblems, type DraftProblem } from "./problems.ts";
import { type RatedTime, type TimeEvidence, type TimeLine, timeLines } from "./time-lines.ts";
import { type Amounts, amountsOf, type LineType, type TaxRate } from "./totals.ts";

/** From what a contract costs and what was worked to the draft of an invoice. Amounts are minor units. */

/** A charge of a contract for a period: flat fee, service, product. `evidence` says how its amount came about. */
export interface ContractCharge {
  line_type: "service" | "product";
  description: string;
  quantity: string;
  unit_price: string;
  total: number;
  evidence: object;
}

export interface DraftInput {
  currency: string;
  charges: readonly ContractCharge[];
  /** Billable time that no invoice has yet, covered and rated, in the order of the work. */
  time: readonly RatedTime[];
  tax_rates: readonly TaxRate[];
  /** The rate that lines are taxed at; null: none. */
  tax_rate_id: string | null;
  is_tax_exempt: boolean;
  discount_amount: number;
  /** Makes the texts of the lines, in the language of the document. */
  wording?: Wording;
}

export type Wording = <T>(make: () => T) => T;

/** A line of the draft, with the column names of `invoice_lines`. */
export interface DraftLine {
  line_type: LineType;
  description: string;
  quantity: string;
  unit_price: string;
  total: number;
  time_entry_ids: string[];
  ticket_id: string | null;
  project_id: string | null;
  tax_rate_id: string | null;
  sort_order: number;
  /** How the amount came about, to be kept with the line: periods and proration, or minutes, rate and its source. */
  explanation: object | TimeEvidence;
}

/** What the invoice makes of one time entry: what is written back to it when the draft is kept. */
export interface BilledEntry {
  time_entry_id: string;
  covered_minutes: number;
  billed_minutes: number;
  /** Null where prepaid hours cover all of it. */
  hourly_rate: string | null;
  /** Its share of the line's total; over a line's entries the shares add up to the total. */
  total_amount: number;
}

export interface Draft {
  lines: DraftLine[];
  entries: BilledEntry[];
  amounts: Amounts;
  problems: DraftProblem[];
}

/**
 * The draft of an invoice: the contract's charges, then the time. The same input always gives the same draft. An entry
 * without a rate is among the problems and not in `entries`: it stays unbilled, and the draft cannot be approved until a
 * rate is given and the draft made anew.
 */
export function buildDraft(input: DraftInput): Draft {
  const { wording = (make) => make() } = input;
  const worked = wording(() => timeLines(input.time, input.currency));
  const charged = input.charges.map((charge) => chargeLine(charge));
  const lines = [...charged, ...worked].map((line, index) => ({
    ...line,
    tax_rate_id: input.tax_rate_id,
    sort_order: index + 1,
  }));
  const amounts = amountsOf({ ...input, lines });
  return {
    lines,
    entries: billedEntries(input.time, worked),
    amounts,
    problems: [...rateProblems(input.time), ...amountProblems(lines.length, input.discount_amount, amounts)],
  };
}

function chargeLine({ evidence, ...charge }: ContractCharge): Omit<DraftLine, "tax_rate_id" | "sort_order"> {
  return { ...charge, time_entry_ids: [], ticket_id: null, project_id: null, explanation: evidence };
}

function billedEntries(time: readonly RatedTime[], lines: readonly TimeLine[]): BilledEntry[] {
  const amounts = new Map<string, number>();
  for (const share of lines.flatMap((line) => line.explanation.entries)) {
    amounts.set(share.time_entry_id, (amounts.get(share.time_entry_id) ?? 0) + share.amount);
  }
  return time
    .filter(({ rate }) => rate?.ok !== false)
    .map(({ entry, covered_minutes, billed_minutes, rate }) => ({
      time_entry_id: entry.id,
      covered_minutes,
      billed_minutes,
      hourly_rate: rate?.ok === true ? rate.rate : null,
      total_amount: amounts.get(entry.id) ?? 0,
    }));
}

function rateProblems(time: readonly RatedTime[]): DraftProblem[] {
  return time.flatMap(({ entry, rate }): DraftProblem[] => {
    const about = { time_entry_id: entry.id, work_type_id: entry.work_type.id };
    if (rate?.ok === false) return [{ severity: "error", code: rate.code, message: rate.message, ...about }];
    if (rate?.ok !== true || compareDecimals(rate.rate, "0") !== 0) return [];
    const message = t('"{name}" of {date} is billed at a rate of zero.', {
      name: entry.work_type.name,
      date: entry.date,
    });
    return [{ severity: "warning", code: "zero_rate", message, ...about }];
  });
}
