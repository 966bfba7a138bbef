import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import type { PatchInput } from "../../../platform/database/edge.ts";
import { update } from "../../../platform/database/records.ts";
import { conflict, invalidField, stale } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { type ContractRow, shownPeriod } from "../../contracts/index.ts";
import { removeLine } from "../drafts/lines.ts";
import { periodOf, type Plan, planContract, planTime } from "../drafts/plan.ts";
import { linesOf, requireDraft } from "../drafts/recompute.ts";
import { newDraft, todayOf, writePlan } from "../drafts/write.ts";
import { type InvoiceLineRow, invoiceLines, type InvoiceRow } from "../schema.ts";

const id = Type.String({ format: "uuid" });
const date = Type.String({ format: "date" });

interface FromContract {
  contract_id: string;
  period_start?: string;
  date?: string;
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
  run: async (work: Work, input: FromContract): Promise<InvoiceRow> => {
    const contract = await find(work, "contracts", input.contract_id).catch(() => {
      throw invalidField("contract_id", t("Contract does not exist."), "not_found");
    });
    const field = input.period_start === undefined ? "date" : "period_start";
    const period = periodOf(contract, input.period_start ?? input.date ?? todayOf(work), field);
    if (input.period_start !== undefined && input.period_start !== period.start) {
      throw invalidField(
        "period_start",
        t(
          "No billing period of {contract_number} begins on {period_start}; the one that holds this day begins on {start}.",
          { contract_number: contract.contract_number, period_start: input.period_start, start: period.start },
        ),
      );
    }
    await refuseSecondDraft(work, contract, period.start);
    const plan = await planContract(work, contract, period);
    if (isEmpty(plan))
      throw nothing(
        t("{name} has nothing to bill for {period}: it is billed already, or nothing is due.", {
          name: contract.name,
          period: shownPeriod(period),
        }),
      );
    const invoice = await newDraft(work, {
      company_id: contract.company_id,
      contract_id: contract.id,
      currency: contract.currency,
      period_start: period.start,
      period_end: period.end,
      ...(input.invoice_date === undefined ? {} : { invoice_date: input.invoice_date }),
    });
    return writePlan(work, invoice, plan);
  },
});

async function refuseSecondDraft(work: Work, contract: ContractRow, periodStart: string): Promise<void> {
  const draft = await work.db
    .selectFrom("invoices")
    .select("id")
    .where("contract_id", "=", contract.id)
    .where("period_start", "=", periodStart)
    .where("status", "=", "draft")
    .executeTakeFirst();
  if (draft === undefined) return;
  throw conflict(
    t("There is a draft for this period of {name} already. Build it again to take in what is new, or delete it.", {
      name: contract.name,
    }),
    "draft_exists",
  );
}

const isEmpty = (plan: Plan): boolean => plan.lines.length === 0 && plan.problems.length === 0;
const nothing = (message: string): Error => conflict(message, "nothing_to_bill");

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
    const company = await find(work, "companies", company_id).catch(() => {
      throw invalidField("company_id", t("Company does not exist."), "not_found");
    });
    if (to < from) throw invalidField("to", t("The last day lies before the first."), "too_small");
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
    const invoice = await newDraft(work, {
      company_id: company.id,
      currency: company.currency,
      period_start: range.start,
      period_end: range.end,
      ...(invoice_date === undefined ? {} : { invoice_date }),
    });
    return writePlan(work, invoice, plan);
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
  return planContract(work, contract, periodOf(contract, range.start));
}
