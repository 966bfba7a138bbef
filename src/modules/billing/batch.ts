import { Type } from "@sinclair/typebox";
import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import { validate } from "../../platform/access/validate.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { isOutage } from "../../platform/database/failures.ts";
import { Failure, forbidden, invalid } from "../../platform/errors.ts";
import { log } from "../../platform/log.ts";
import { type BillingPeriod, type ContractRow, periodsWithin } from "../contracts/index.ts";
import { generateFromContracts, mostTogether } from "./actions/generate.ts";
import { type Plan, planContracts } from "./drafts/plan.ts";
import { t } from "../../platform/language/index.ts";
import type { InvoiceRow } from "./schema.ts";

/** Billing a whole month: a look at what there is to bill, and the run that makes the drafts. */

interface Billable {
  contract: ContractRow;
  company: string;
  /** The periods of the contract that begin in the month; empty when none does. */
  periods: BillingPeriod[];
}

/** The half-open days of a month `YYYY-MM`. */
export function monthRange(month: string): { start: string; end: string } {
  const start = Temporal.PlainYearMonth.from(month).toPlainDate({ day: 1 });
  return { start: start.toString(), end: start.add({ months: 1 }).toString() };
}

/** Active contracts by company, with the periods that a month bills: those that begin in it. */
async function billable(ctx: Ctx, month: string): Promise<Billable[]> {
  const { start, end } = monthRange(month);
  const rows = await reach(ctx, "contracts")
    .innerJoin("companies", "companies.id", "contracts.company_id")
    .selectAll("contracts")
    .select("companies.name as company")
    .where("contracts.status", "=", "active")
    .orderBy("companies.name")
    .orderBy("contracts.contract_number")
    .execute();
  return rows.map(({ company, ...contract }) => ({
    contract,
    company,
    periods: periodsWithin(contract, start, end).filter((period) => period.start >= start),
  }));
}

export interface PreviewRow extends Billable {
  /** What a run would bill, one plan a period. */
  plans: Plan[];
  /** Why a run would leave it out; empty when it would not. */
  skipped: string;
}

/** What a run of the month would make, without making it. */
export async function previewBatch(ctx: Ctx, month: string): Promise<PreviewRow[]> {
  const all = await billable(ctx, month);
  const rows: PreviewRow[] = [];
  for (const some of groupsOf(all)) {
    const planned = await planContracts(
      ctx,
      some.flatMap(({ contract, periods }) => periods.map((period) => ({ contract, period }))),
    );
    const plansOf = Map.groupBy(planned, (plan) => plan.contract_id);
    const existing = await ctx.db
      .selectFrom("invoices")
      .select(["contract_id", "period_start"])
      .where(
        "contract_id",
        "in",
        some.map(({ contract }) => contract.id),
      )
      .where("status", "=", "draft")
      .execute();
    const draftsOf = Map.groupBy(existing, (draft) => draft.contract_id);
    for (const one of some)
      rows.push(previewed(one, plansOf.get(one.contract.id) ?? [], draftsOf.get(one.contract.id) ?? []));
  }
  return rows;
}

function previewed(
  one: Billable,
  plans: readonly Plan[],
  drafts: readonly { period_start: string | null }[],
): PreviewRow {
  const open = plans.filter(
    (plan) =>
      !drafts.some((draft) => draft.period_start === plan.period.start) && plan.lines.length + plan.problems.length > 0,
  );
  const skipped =
    one.periods.length === 0
      ? t("No billing period begins in this month.")
      : open.length > 0
        ? ""
        : drafts.length > 0
          ? t("There is a draft already.")
          : t("Billed already, or nothing is due.");
  return { ...one, plans: open, skipped };
}

/** So many as are looked at, or billed, together. */
function groupsOf<T>(all: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (let from = 0; from < all.length; from += mostTogether) groups.push(all.slice(from, from + mostTogether));
  return groups;
}

export const batchInput = Type.Object(
  {
    month: Type.String({ pattern: "^(19|20)\\d\\d-(0[1-9]|1[0-2])$" }),
    invoice_date: Type.Optional(Type.String({ format: "date" })),
  },
  { additionalProperties: false },
);

/** The outcome for one contract and period of a run. */
export interface BatchOutcome {
  contract_id: string;
  contract: string;
  company: string;
  period_start: string | null;
  invoice_id: string | null;
  /** Total in minor units of `currency`. */
  total: number | null;
  currency: string;
  /** Why nothing was made, or empty. */
  reason: string;
}

export interface BatchReport {
  made: BatchOutcome[];
  skipped: BatchOutcome[];
  failed: BatchOutcome[];
}

/** A period of a contract that a run bills: the first one that begins in the month, the second … */
interface Due extends Pick<Billable, "contract" | "company"> {
  start: string;
  nth: number;
}

type Outcome = InvoiceRow | Pick<Failure, "code" | "message">;

/**
 * Makes the drafts of a month for all active contracts, some in a unit of work together; one that cannot be billed does not
 * hold up the others. A second run makes nothing that the first has made, so one that was broken off because the
 * database was away (503) is simply run again.
 *
 * @param input `{ month: "2026-11", invoice_date? }`
 */
export async function generateBatch(ctx: Ctx, input: unknown): Promise<BatchReport> {
  if (!can(ctx.actor, "billing.write")) throw forbidden();
  const problems = validate(batchInput, input);
  if (problems.length > 0) throw invalid(problems);
  const { month, invoice_date } = input as { month: string; invoice_date?: string };
  const all = await reading(ctx, (reader) => billable(reader, month));
  const dues = all.flatMap(({ periods, ...one }): Due[] => periods.map(({ start }, nth) => ({ ...one, start, nth })));
  const outcomes = new Map<Due, Outcome>();
  // What a period bills depends on what the one before has billed: they are never together.
  for (const round of Map.groupBy(dues, ({ nth }) => nth).values()) {
    for (const some of groupsOf(round)) {
      const made = await billTogether(ctx, some, invoice_date);
      for (const [at, due] of some.entries()) if (made[at] !== undefined) outcomes.set(due, made[at]);
    }
  }
  const report: BatchReport = { made: [], skipped: [], failed: [] };
  for (const one of all.filter(({ periods }) => periods.length === 0))
    report.skipped.push(outcomeOf(one, null, { code: "", message: t("No billing period begins in this month.") }));
  for (const [due, outcome] of outcomes) report[kindOf(outcome)].push(outcomeOf(due, due.start, outcome));
  for (const part of Object.values(report) as BatchOutcome[][]) part.sort(byPlaceIn(all));
  return report;
}

/** One unit of work for all of them; where that is refused, one for each, so that only what cannot be billed is left out. */
async function billTogether(ctx: Ctx, some: readonly Due[], invoice_date: string | undefined): Promise<Outcome[]> {
  try {
    return await perform(ctx, generateFromContracts, {
      wanted: some.map(({ contract, start }) => ({ contract_id: contract.id, period_start: start })),
      ...(invoice_date === undefined ? {} : { invoice_date }),
    });
  } catch (error) {
    // Nothing is wrong with the contracts, and the next ones would fare the same: whoever asked tries again later.
    if (isOutage(error)) throw error;
    if (some.length > 1) {
      const outcomes: Outcome[] = [];
      for (const one of some) outcomes.push(...(await billTogether(ctx, [one], invoice_date)));
      return outcomes;
    }
    if (error instanceof Failure) return [error];
    log.error("a contract could not be billed", { contract: some[0]?.contract.id ?? "", error: String(error) });
    return [{ code: "defect", message: t("Something went wrong; the log says more.") }];
  }
}

function kindOf(outcome: Outcome): keyof BatchReport {
  if ("id" in outcome) return "made";
  return ["nothing_to_bill", "draft_exists"].includes(outcome.code) ? "skipped" : "failed";
}

function outcomeOf(
  { contract, company }: Pick<Billable, "contract" | "company">,
  period_start: string | null,
  outcome: Outcome,
): BatchOutcome {
  const isMade = "id" in outcome;
  return {
    contract_id: contract.id,
    contract: `${contract.contract_number} ${contract.name}`,
    company,
    currency: contract.currency,
    period_start,
    invoice_id: isMade ? outcome.id : null,
    total: isMade ? outcome.total : null,
    reason: isMade ? "" : outcome.message,
  };
}

/** By company and contract, as the contracts were listed; periods of one stay in their order. */
function byPlaceIn(all: readonly Billable[]): (a: BatchOutcome, b: BatchOutcome) => number {
  const places = new Map(all.map(({ contract }, at) => [contract.id, at]));
  return (a, b) => (places.get(a.contract_id) ?? 0) - (places.get(b.contract_id) ?? 0);
}
