import { latestDay } from "../../../platform/clock.ts";
import { Type } from "@sinclair/typebox";
import { find, maybeFind, reach } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import type { PatchInput } from "../../../platform/database/edge.ts";
import { update } from "../../../platform/database/records.ts";
import { conflict, Failure, invalidField, stale } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { type ContractRow, shownPeriod } from "../../contracts/index.ts";
import { removeLine } from "../drafts/lines.ts";
import { periodOf, type Plan, planContracts, planTime, refuseDraft, type Wanted } from "../drafts/plan.ts";
import { linesOf, requireDraft } from "../drafts/recompute.ts";
import { todayOf, writeDrafts, writePlan } from "../drafts/write.ts";
import { type InvoiceLineRow, invoiceLines, type InvoiceRow } from "../schema.ts";

const id = Type.String({ format: "uuid" });
const date = Type.String({ format: "date" });

interface WantedPeriod {
  contract_id: string;
  period_start?: string;
  date?: string;
}

interface FromContract extends WantedPeriod {
  invoice_date?: string;
}

/**
 * Makes the draft of what a contract costs in a period (PRD 3.10.1): its charges that are not billed yet and its unbilled
 * time. The period is the one that begins on `period_start`, or the one that holds `date`, or today's.
 * A second run of a period bills nothing twice: 409 `nothing_to_bill` or `draft_exists`.
 */
export const generateFromContract = action({
  name: "billing.generate_from_contract",
  permission: "billing.write",
  input: Type.Object(
    {
      contract_id: id,
      period_start: Type.Optional(date),
      date: Type.Optional(date),
      invoice_date: Type.Optional(date),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, { invoice_date, ...wanted }: FromContract): Promise<InvoiceRow> => {
    const [outcome] = await draftsFrom(work, [wanted], invoice_date);
    if (outcome === undefined || outcome instanceof Failure) throw outcome;
    return outcome;
  },
});

/** Contracts that one unit of work makes the drafts of: what others write waits for so long. */
export const mostTogether = 10;

interface FromContracts {
  wanted: { contract_id: string; period_start: string }[];
  invoice_date?: string;
}

/**
 * The same for several contracts, each at most once, in one unit of work: what they have in common is read once, and what
 * is made is written together (decision 0036). Answers for each with its draft, or with why there is none.
 */
export const generateFromContracts = action({
  name: "billing.generate_from_contracts",
  permission: "billing.write",
  input: Type.Object(
    {
      wanted: Type.Array(Type.Object({ contract_id: id, period_start: date }, { additionalProperties: false }), {
        maxItems: mostTogether,
      }),
      invoice_date: Type.Optional(date),
    },
    { additionalProperties: false },
  ),
  run: (work: Work, { wanted, invoice_date }: FromContracts): Promise<(InvoiceRow | Failure)[]> =>
    draftsFrom(work, wanted, invoice_date),
});

async function draftsFrom(
  work: Work,
  wanted: readonly WantedPeriod[],
  invoice_date?: string,
): Promise<(InvoiceRow | Failure)[]> {
  const contracts = await reach(work, "contracts")
    .selectAll()
    .where(
      "contracts.id",
      "in",
      wanted.map(({ contract_id }) => contract_id),
    )
    .execute();
  const drafts = await draftsOf(work, contracts);
  const billed = wanted.map((one) => {
    try {
      return periodWanted(work, contracts, drafts, one);
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  });
  const plans = await planContracts(
    work,
    billed.flatMap((one) => (one instanceof Failure ? [] : [one])),
  );
  const made = await writeDrafts(
    work,
    plans.filter((plan) => !isEmpty(plan)),
    invoice_date === undefined ? {} : { invoice_date },
  );
  return billed.map((one) => {
    if (one instanceof Failure) return one;
    const { contract, period } = one;
    const draft = made.find(
      ({ contract_id, period_start }) => contract_id === contract.id && period_start === period.start,
    );
    return (
      draft ??
      nothing(
        t("{name} has nothing to bill for {period}: it is billed already, or nothing is due.", {
          name: contract.name,
          period: shownPeriod(period),
        }),
      )
    );
  });
}

async function draftsOf(work: Work, contracts: readonly ContractRow[]): Promise<DraftPeriod[]> {
  if (contracts.length === 0) return [];
  return work.db
    .selectFrom("invoices")
    .select(["contract_id", "period_start"])
    .where(
      "contract_id",
      "in",
      contracts.map((contract) => contract.id),
    )
    .where("status", "=", "draft")
    .execute();
}

type DraftPeriod = Pick<InvoiceRow, "contract_id" | "period_start">;

/** The contract and the period that are asked for, or a failure that says why there is no draft to be made. */
function periodWanted(
  work: Work,
  contracts: readonly ContractRow[],
  drafts: readonly DraftPeriod[],
  { contract_id, period_start, date: day }: WantedPeriod,
): Wanted {
  const contract = contracts.find((one) => one.id === contract_id);
  if (contract === undefined) throw invalidField("contract_id", t("Contract does not exist."), "not_found");
  const field = period_start === undefined ? "date" : "period_start";
  const period = periodOf(contract, period_start ?? day ?? todayOf(work), field);
  if (period_start !== undefined && period_start !== period.start) {
    throw invalidField(
      "period_start",
      t(
        "No billing period of {contract_number} begins on {period_start}; the one that holds this day begins on {start}.",
        {
          contract_number: contract.contract_number,
          period_start,
          start: period.start,
        },
      ),
    );
  }
  if (drafts.some((draft) => draft.contract_id === contract.id && draft.period_start === period.start)) {
    throw conflict(
      t("There is a draft for this period of {name} already. Build it again to take in what is new, or delete it.", {
        name: contract.name,
      }),
      "draft_exists",
    );
  }
  refuseDraft(contract);
  return { contract, period };
}

const isEmpty = (plan: Plan): boolean => plan.lines.length === 0 && plan.problems.length === 0;
const nothing = (message: string): Failure => conflict(message, "nothing_to_bill");

interface FromTime {
  company_id: string;
  from: string;
  /** The last day, itself included. */
  to: string;
  invoice_date?: string;
}

/** Makes the draft of a company's unbilled time without a contract, from one day to another, both included. */
export const generateFromTime = action({
  name: "billing.generate_from_time",
  permission: "billing.write",
  input: Type.Object(
    { company_id: id, from: date, to: date, invoice_date: Type.Optional(date) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { company_id, from, to, invoice_date }: FromTime): Promise<InvoiceRow> => {
    const company = await maybeFind(work, "companies", company_id);
    if (company === undefined) throw invalidField("company_id", t("Company does not exist."), "not_found");
    if (to < from) throw invalidField("to", t("The last day lies before the first."), "too_small");
    if (to > latestDay) throw invalidField("to", t("This day is too far off."), "too_large");
    const range = { start: from, end: Temporal.PlainDate.from(to).add({ days: 1 }).toString() };
    const plan = await planTime(work, company, range);
    if (isEmpty(plan))
      throw nothing(
        t("{name} has no unbilled time without a contract in {period}.", {
          name: company.name,
          period: shownPeriod(range),
        }),
      );
    if (plan.lines.length === 0) throw conflict(plan.problems[0]?.message ?? t("There is no rate."), "no_rate");
    const [invoice] = await writeDrafts(work, [plan], invoice_date === undefined ? {} : { invoice_date });
    if (invoice === undefined) throw new Error("a plan became no draft");
    return invoice;
  },
});

/**
 * Makes the calculated lines of a draft anew, after a rate was given or time was corrected; lines that somebody wrote
 * stay.
 */
export const rebuildDraft = action({
  name: "billing.rebuild_draft",
  permission: "billing.write",
  input: Type.Object({ id, version: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
  run: async (work: Work, input: PatchInput): Promise<InvoiceRow> => {
    const invoice = await find(work, "invoices", input.id);
    if (input.version !== undefined && input.version !== invoice.version) throw stale();
    requireDraft(invoice);
    const { period_start, period_end } = invoice;
    if (period_start === null || period_end === null)
      throw conflict(t("This draft was written by hand: there is nothing to build again."), "not_generated");
    const lines = await linesOf(work, invoice.id);
    for (const line of lines.filter(isCalculated)) await removeLine(work, line);
    const plan = await planAgain(work, invoice, { start: period_start, end: period_end });
    const written = lines.filter((line) => !isCalculated(line));
    for (const [index, line] of written.entries())
      await update(work, invoiceLines, line.id, { sort_order: plan.lines.length + index + 1 });
    return writePlan(work, invoice, plan);
  },
});

const isCalculated = (line: InvoiceLineRow): boolean => line.explanation["kind"] !== "manual";

async function planAgain(work: Work, invoice: InvoiceRow, range: { start: string; end: string }): Promise<Plan> {
  if (invoice.contract_id === null)
    return planTime(work, { id: invoice.company_id, currency: invoice.currency }, range);
  const contract = await find(work, "contracts", invoice.contract_id);
  refuseDraft(contract);
  const [plan] = await planContracts(work, [{ contract, period: periodOf(contract, range.start) }]);
  if (plan === undefined) throw new Error("a period became no plan");
  return plan;
}
