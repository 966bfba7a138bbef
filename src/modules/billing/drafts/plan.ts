import { latestDay } from "../../../platform/clock.ts";
import type { Ctx } from "../../../platform/context.ts";
import { conflict, invalidField } from "../../../platform/errors.ts";
import { forReader, t } from "../../../platform/language/index.ts";
import {
  type BillingPeriod,
  type Bucket,
  bucketsWithin,
  type Charge,
  type ContractRow,
  contractCharges,
  coverTime,
  type ItemRow,
  type Period,
  periodContaining,
  type RateBook,
  rateBooks,
  ratesFor,
  rollovers,
} from "../../contracts/index.ts";
import { buildDraft, type DraftLine, type Wording } from "../rules/draft.ts";
import type { DraftProblem } from "../rules/problems.ts";
import type { RatedTime, TimeEvidence } from "../rules/time-lines.ts";
import { type Billed, billedBefore, billedPart, type Draw, drawsOf, usedMinutes } from "./billed.ts";
import { type OpenTime, unbilledTime, unbilledTimeUnder } from "./time.ts";

/** A line that is to be written. `shares` are the parts of the time entries behind it. */
export interface PlannedLine extends Omit<DraftLine, "time_entry_ids" | "tax_rate_id"> {
  is_taxable: boolean;
  contract_item_id: string | null;
  billing_key: string | null;
  shares: { time_entry_id: string; minutes: number; amount: number }[];
}

/** What there is to bill, not written yet: looked at in the preview, written by the actions. */
export interface Plan {
  company_id: string;
  contract_id: string | null;
  currency: string;
  period: Period;
  lines: PlannedLine[];
  /** What a person has to look at. Entries without a rate are in no line and stay unbilled. */
  problems: DraftProblem[];
}

/** The period that a contract is billed for: the one that holds a date. 422 when the contract does not cover it. */
export function periodOf(contract: ContractRow, date: string, field = "date"): BillingPeriod {
  const period = date > latestDay ? null : periodContaining(contract, date);
  if (period === null)
    throw invalidField(field, t("{name} does not cover {date}.", { name: contract.name, date }), "not_covered");
  return period;
}

/** A contract that is to be billed for one of its periods. */
export interface Wanted {
  contract: ContractRow;
  period: Period;
}

/** Refuses to bill a contract that was never activated; what one that has ended still owes is billed. */
export function refuseDraft(contract: ContractRow): void {
  if (contract.status !== "draft") return;
  throw conflict(
    t("{contract_number} is a draft. Activate the contract before it is billed.", {
      contract_number: contract.contract_number,
    }),
    "contract_not_active",
  );
}

/**
 * What contracts have to be billed for in a period of theirs: charges that no live invoice has, and unbilled time, prepaid
 * hours first. Time of an earlier period comes along when that period has been billed already: it was written down late. All
 * of them are read by the same few looks; of one contract with two periods, the second plan knows nothing of the first.
 */
export async function planContracts(ctx: Ctx, wanted: readonly Wanted[]): Promise<Plan[]> {
  if (wanted.length === 0) return [];
  const contractIds = [...new Set(wanted.map(({ contract }) => contract.id))];
  const companyIds = [...new Set(wanted.map(({ contract }) => contract.company_id))];
  const before = await billedBefore(ctx, contractIds);
  const items = await ctx.db
    .selectFrom("contract_items")
    .selectAll()
    .where("contract_id", "in", contractIds)
    .orderBy("sort_order")
    .execute();
  const itemsOf = Map.groupBy(items, (item) => item.contract_id);
  const wording = await wordings(ctx, companyIds);
  const found = await unbilledTimeUnder(
    ctx,
    wanted.map(({ contract, period }) => ({
      contract_id: contract.id,
      company_id: contract.company_id,
      to: period.end,
    })),
  );
  const begun = wanted.map(({ contract, period }, at) => {
    const time = (found[at] ?? []).filter(
      ({ date }) =>
        date >= period.start || before(contract.id).periods.some((one) => one.start <= date && date < one.end),
    );
    const from = time[0]?.date ?? period.start;
    const own = itemsOf.get(contract.id) ?? [];
    const buckets = bucketsWithin(contract, own, from < period.start ? from : period.start, period.end);
    return { contract, period, time, items: own, buckets };
  });
  // What was used is read from the evidence of every line that there ever was.
  const prepaid = [...new Set(begun.flatMap(({ contract, buckets }) => (buckets.length === 0 ? [] : [contract.id])))];
  const all = begun.flatMap(({ buckets }) => buckets);
  const brought = prepaid.length === 0 ? (own: Bucket[]) => own : await rollovers(ctx, prepaid, all);
  const used = await usedMinutes(ctx, prepaid, all);
  const rates = await rateBooks(ctx, companyIds, contractIds);
  return begun.map(({ buckets, ...one }) =>
    planOf(one, {
      before: before(one.contract.id),
      wording: wording(one.contract.company_id),
      rates: rates(one.contract.company_id, one.contract.id, one.contract.currency),
      buckets: brought(buckets).map((bucket) => ({
        ...bucket,
        used_minutes: used(bucket.contract_item_id, bucket.start),
      })),
    }),
  );
}

interface Known {
  before: Billed;
  wording: Wording;
  rates: RateBook;
  buckets: Bucket[];
}

function planOf(
  { contract, period, time, items }: Wanted & { time: readonly OpenTime[]; items: readonly ItemRow[] },
  { before, wording, rates, buckets }: Known,
): Plan {
  const all = wording(() => contractCharges(contract, items, period, contract.currency)).map((charge) => ({
    charge,
    part: billedPart(before, charge.evidence),
  }));
  const charges = all.filter(({ part }) => part === "none").map(({ charge }) => charge);
  const covered = coverTime(time, { contract, buckets, rates });
  const taxable = new Map(items.map((item) => [item.id, item.is_taxable]));
  const { lines, problems } = planned(contract.currency, charges, covered, drawsOf(covered), taxable, wording);
  return {
    company_id: contract.company_id,
    contract_id: contract.id,
    currency: contract.currency,
    period: { start: period.start, end: period.end },
    lines,
    problems: [...problems, ...all.filter(({ part }) => part === "some").map(({ charge }) => partlyBilled(charge))],
  };
}

/** The cycle or the end of the contract was changed after it was billed: what is left of the charge is a person's decision. */
function partlyBilled(charge: Charge): DraftProblem {
  return {
    severity: "warning",
    code: "partly_billed",
    message: t(
      '"{description}" is left out, because a part of its period is billed already. Add a line for the rest by hand.',
      { description: charge.description },
    ),
    time_entry_id: null,
    work_type_id: null,
  };
}

/** The lines of an invoice are in the language that its company is written to in. */
async function wordings(ctx: Ctx, companyIds: readonly string[]): Promise<(companyId: string) => Wording> {
  const companies = await ctx.db
    .selectFrom("companies")
    .select(["id", "language"])
    .where("id", "in", companyIds)
    .execute();
  const languages = new Map(companies.map(({ id, language }) => [id, language]));
  return (companyId) => (make) => forReader(ctx.tenant, [languages.get(companyId)], make);
}

/** What a company has to be billed for time without a contract, in a half-open range of days. */
export async function planTime(ctx: Ctx, company: { id: string; currency: string }, range: Period): Promise<Plan> {
  const time = await unbilledTime(ctx, company.id, range);
  const rates = await ratesFor(ctx, company.id, null, company.currency);
  const rated = coverTime(time, { contract: null, buckets: [], rates });
  const wording = await wordings(ctx, [company.id]);
  return {
    company_id: company.id,
    contract_id: null,
    currency: company.currency,
    period: range,
    ...planned(company.currency, [], rated, new Map(), new Map(), wording(company.id)),
  };
}

/**
 * The lines of a draft, from charges and from time that is covered and rated already, ready to be written. `draws` are
 * what the time took from prepaid hours, `taxable` says it of contract items by their id.
 */
export function planned(
  currency: string,
  charges: readonly Charge[],
  time: readonly (RatedTime & { entry: OpenTime })[],
  draws: ReadonlyMap<string, Draw[]>,
  taxable: ReadonlyMap<string, boolean>,
  wording?: Wording,
): Pick<Plan, "lines" | "problems"> {
  const draft = buildDraft({
    currency,
    charges,
    time,
    tax_rates: [],
    tax_rate_id: null,
    is_tax_exempt: true,
    discount_amount: 0,
    ...(wording === undefined ? {} : { wording }),
  });
  return {
    lines: draft.lines.map((line, index) => plannedLine(line, charges[index], draws, taxable)),
    problems: draft.problems.filter((problem) => problem.time_entry_id !== null),
  };
}

function plannedLine(
  { time_entry_ids: _ids, tax_rate_id: _rate, ...line }: DraftLine,
  charge: Charge | undefined,
  draws: ReadonlyMap<string, Draw[]>,
  taxable: ReadonlyMap<string, boolean>,
): PlannedLine {
  if (charge !== undefined) {
    const { contract_item_id, contract_id, periods } = charge.evidence;
    const what = contract_item_id === null ? `fee:${contract_id}` : `item:${contract_item_id}`;
    return {
      ...line,
      is_taxable: contract_item_id === null || (taxable.get(contract_item_id) ?? true),
      contract_item_id,
      billing_key: `${what}:${periods[0]?.start ?? ""}`,
      shares: [],
    };
  }
  const evidence = line.explanation as TimeEvidence;
  const shares = evidence.entries.map(({ time_entry_id, minutes, amount }) => ({ time_entry_id, minutes, amount }));
  const drawn =
    evidence.kind === "covered" ? evidence.entries.flatMap((entry) => draws.get(entry.time_entry_id) ?? []) : [];
  return {
    ...line,
    is_taxable: true,
    contract_item_id: null,
    billing_key: null,
    explanation: evidence.kind === "covered" ? { ...evidence, draws: drawn } : evidence,
    shares,
  };
}
