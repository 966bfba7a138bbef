import { Type } from "@sinclair/typebox";
import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import { validate } from "../../platform/access/validate.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { Failure, forbidden, invalid } from "../../platform/errors.ts";
import { log } from "../../platform/log.ts";
import { type BillingPeriod, type ContractRow, periodsWithin } from "../contracts/index.ts";
import { generateFromContract } from "./actions/generate.ts";
import { type Plan, planContract } from "./drafts/plan.ts";
import { t } from "../../platform/language/index.ts";

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
  const rows: PreviewRow[] = [];
  for (const one of await billable(ctx, month)) {
    const plans: Plan[] = [];
    for (const period of one.periods) plans.push(await planContract(ctx, one.contract, period));
    const drafts = await ctx.db
      .selectFrom("invoices")
      .select("period_start")
      .where("contract_id", "=", one.contract.id)
      .where("status", "=", "draft")
      .execute();
    const open = plans.filter(
      (plan) =>
        !drafts.some((draft) => draft.period_start === plan.period.start) &&
        plan.lines.length + plan.problems.length > 0,
    );
    const skipped =
      one.periods.length === 0
        ? t("No billing period begins in this month.")
        : open.length > 0
          ? ""
          : drafts.length > 0
            ? t("There is a draft already.")
            : t("Billed already, or nothing is due.");
    rows.push({ ...one, plans: open, skipped });
  }
  return rows;
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

/**
 * Makes the drafts of a month for all active contracts, each in a unit of work of its own: one that cannot be billed does
 * not hold up the others. A second run makes nothing that the first has made, so one that was broken off because the
 * database was away (503) is simply run again.
 *
 * @param input `{ month: "2026-11", invoice_date? }`
 */
export async function generateBatch(ctx: Ctx, input: unknown): Promise<BatchReport> {
  if (!can(ctx.actor, "billing.write")) throw forbidden();
  const problems = validate(batchInput, input);
  if (problems.length > 0) throw invalid(problems);
  const { month, invoice_date } = input as { month: string; invoice_date?: string };
  const report: BatchReport = { made: [], skipped: [], failed: [] };
  for (const { contract, company, periods } of await reading(ctx, (reader) => billable(reader, month))) {
    const common = {
      contract_id: contract.id,
      contract: `${contract.contract_number} ${contract.name}`,
      company,
      currency: contract.currency,
    };
    const none = { ...common, period_start: null, invoice_id: null, total: null };
    if (periods.length === 0) report.skipped.push({ ...none, reason: t("No billing period begins in this month.") });
    for (const { start } of periods) {
      try {
        const invoice = await perform(ctx, generateFromContract, {
          contract_id: contract.id,
          period_start: start,
          ...(invoice_date === undefined ? {} : { invoice_date }),
        });
        report.made.push({ ...common, period_start: start, invoice_id: invoice.id, total: invoice.total, reason: "" });
      } catch (error) {
        const isKnown = error instanceof Failure;
        // Nothing is wrong with the contract, and the next one would fare the same: whoever asked tries again later.
        if (isKnown && error.retryAfterSeconds !== undefined) throw error;
        const isSkipped = isKnown && ["nothing_to_bill", "draft_exists"].includes(error.code);
        if (!isKnown) log.error("a contract could not be billed", { contract: contract.id, error: String(error) });
        const reason = isKnown ? error.message : t("Something went wrong; the log says more.");
        (isSkipped ? report.skipped : report.failed).push({ ...none, period_start: start, reason });
      }
    }
  }
  return report;
}
