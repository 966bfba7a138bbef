import type { Ctx } from "../../../platform/context.ts";
import { conflict, invalidField } from "../../../platform/errors.ts";
import { forReader, t } from "../../../platform/language/index.ts";
import {
  type BillingPeriod,
  bucketsWithin,
  type Charge,
  type ContractRow,
  contractCharges,
  coverTime,
  type Period,
  periodContaining,
  ratesFor,
  withRollover,
} from "../../contracts/index.ts";
import { buildDraft, type DraftLine, type Wording } from "../rules/draft.ts";
import type { DraftProblem } from "../rules/problems.ts";
import type { RatedTime, TimeEvidence } from "../rules/time-lines.ts";
import { billedBefore, billedPart, type Draw, drawsOf, usedMinutes } from "./billed.ts";
import { type OpenTime, unbilledTime } from "./time.ts";

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
  const period = periodContaining(contract, date);
  if (period === null)
    throw invalidField(field, t("{name} does not cover {date}.", { name: contract.name, date }), "not_covered");
  return period;
}

/**
 * What a contract has to be billed for in a period: charges that no live invoice has, and unbilled time, prepaid hours
 * first. Time of an earlier period comes along when that period has been billed already: it was written down late.
 */
export async function planContract(ctx: Ctx, contract: ContractRow, period: BillingPeriod): Promise<Plan> {
  if (contract.status === "draft") {
    throw conflict(
      t("{contract_number} is a draft. Activate the contract before it is billed.", {
        contract_number: contract.contract_number,
      }),
      "contract_not_active",
    );
  }
  const before = await billedBefore(ctx, contract.id);
  const items = await ctx.db
    .selectFrom("contract_items")
    .selectAll()
    .where("contract_id", "=", contract.id)
    .orderBy("sort_order")
    .execute();
  const wording = await wordingFor(ctx, contract.company_id);
  const all = wording(() => contractCharges(contract, items, period, contract.currency)).map((charge) => ({
    charge,
    part: billedPart(before, charge.evidence),
  }));
  const charges = all.filter(({ part }) => part === "none").map(({ charge }) => charge);
  const found = await unbilledTime(ctx, {
    company_id: contract.company_id,
    contract_id: contract.id,
    from: null,
    to: period.end,
  });
  const time = found.filter(
    ({ date }) => date >= period.start || before.periods.some((one) => one.start <= date && date < one.end),
  );
  const from = time[0]?.date ?? period.start;
  const own = bucketsWithin(contract, items, from < period.start ? from : period.start, period.end);
  const begun = own.length === 0 ? [] : await withRollover(ctx, contract.id, own);
  // Reads the evidence of every line that there ever was.
  const used = begun.length === 0 ? () => 0 : await usedMinutes(ctx, contract.id);
  const buckets = begun.map((bucket) => ({ ...bucket, used_minutes: used(bucket.contract_item_id, bucket.start) }));
  const rates = await ratesFor(ctx, contract.company_id, contract.id);
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
async function wordingFor(ctx: Ctx, companyId: string): Promise<Wording> {
  const company = await ctx.db
    .selectFrom("companies")
    .select("language")
    .where("id", "=", companyId)
    .executeTakeFirst();
  return (make) => forReader(ctx.tenant, [company?.language], make);
}

/** What a company has to be billed for time without a contract, in a half-open range of days. */
export async function planTime(ctx: Ctx, company: { id: string; currency: string }, range: Period): Promise<Plan> {
  const time = await unbilledTime(ctx, { company_id: company.id, contract_id: null, from: range.start, to: range.end });
  const rates = await ratesFor(ctx, company.id, null);
  const rated = coverTime(time, { contract: null, buckets: [], rates });
  return {
    company_id: company.id,
    contract_id: null,
    currency: company.currency,
    period: range,
    ...planned(company.currency, [], rated, new Map(), new Map(), await wordingFor(ctx, company.id)),
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
