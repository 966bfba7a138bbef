import { type RawBuilder, sql } from "kysely";
import type { Ctx } from "../../../platform/context.ts";
import type { Bucket, Period } from "../../contracts/index.ts";

/** What live invoices of a contract have billed already, read from the evidence of their lines. */

/** Prepaid minutes that one time entry took from one bucket. */
export interface Draw {
  contract_item_id: string;
  period_start: string;
  minutes: number;
}

export interface Billed {
  /** Periods of the invoices themselves. */
  periods: Period[];
  /** Charges by contract item; null is the flat fee. */
  charges: { item: string | null; periods: readonly Period[] }[];
}

/** One list of a line's evidence, which as a whole names every entry behind the line: PostgreSQL gives it as such, SQLite as text. */
const evidence = <T>(name: "draws" | "periods"): RawBuilder<T[] | string | null> =>
  sql<T[] | string | null>`invoice_lines.explanation -> ${sql.lit(name)}`;

const listOf = <T>(given: T[] | string | null): T[] =>
  typeof given === "string" ? (JSON.parse(given) as T[]) : (given ?? []);

/** The periods and charges on invoices that are not void, by contract. */
export async function billedBefore(ctx: Ctx, contractIds: readonly string[]): Promise<(contractId: string) => Billed> {
  const invoices = await ctx.db
    .selectFrom("invoices")
    .select(["contract_id", "period_start", "period_end"])
    .where("contract_id", "in", contractIds)
    .where("status", "<>", "void")
    .execute();
  const lines = await ctx.db
    .selectFrom("invoice_lines")
    .innerJoin("invoices", "invoices.id", "invoice_lines.invoice_id")
    .select(["invoices.contract_id", "invoice_lines.contract_item_id", evidence<Period>("periods").as("periods")])
    .where("invoices.contract_id", "in", contractIds)
    .where("invoices.status", "<>", "void")
    .where("invoice_lines.billing_key", "is not", null)
    .execute();
  const invoicesOf = Map.groupBy(invoices, (invoice) => invoice.contract_id);
  const linesOf = Map.groupBy(lines, (line) => line.contract_id);
  return (contractId) => ({
    periods: (invoicesOf.get(contractId) ?? []).flatMap(({ period_start, period_end }) =>
      period_start === null || period_end === null ? [] : [{ start: period_start, end: period_end }],
    ),
    charges: (linesOf.get(contractId) ?? []).map((line) => ({
      item: line.contract_item_id,
      periods: listOf(line.periods),
    })),
  });
}

/** How much of a charge is billed already: its periods are compared with those of the same item, or of the fee. */
export function billedPart(
  before: Billed,
  charge: { contract_item_id: string | null; periods: readonly Period[] },
): "none" | "some" | "all" {
  const billed = before.charges
    .filter((known) => known.item === charge.contract_item_id)
    .flatMap((known) => known.periods);
  if (charge.periods.every((period) => billed.some((one) => one.start <= period.start && period.end <= one.end)))
    return "all";
  return charge.periods.some((period) => billed.some((one) => one.start < period.end && period.start < one.end))
    ? "some"
    : "none";
}

/**
 * Prepaid minutes that live invoices of these contracts have used of buckets, by contract item and the start of its period.
 * Drafts count: two drafts cannot give the same hour away. Invoices whose period ends before the first bucket begins billed
 * no time of any of them, and are not looked at: a contract of many years has thousands of lines.
 *
 * @param isLedger only what has been approved
 */
export async function usedMinutes(
  ctx: Ctx,
  contractIds: readonly string[],
  buckets: readonly Pick<Bucket, "start">[],
  isLedger = false,
): Promise<(item: string, periodStart: string) => number> {
  const first = buckets.map(({ start }) => start).toSorted()[0];
  if (first === undefined) return () => 0;
  const rows = await ctx.db
    .selectFrom("invoice_lines")
    .innerJoin("invoices", "invoices.id", "invoice_lines.invoice_id")
    .select(evidence<Draw>("draws").as("draws"))
    .where("invoices.contract_id", "in", contractIds)
    .where("invoices.status", "not in", isLedger ? ["void", "draft"] : ["void"])
    .where((eb) => eb.or([eb("invoices.period_end", "is", null), eb("invoices.period_end", ">", first)]))
    .where("invoice_lines.line_type", "=", "time_entry")
    .where(evidence<Draw>("draws"), "is not", null)
    .execute();
  const used = new Map<string, number>();
  for (const draw of rows.flatMap((row) => listOf(row.draws))) {
    const key = `${draw.contract_item_id} ${draw.period_start}`;
    used.set(key, (used.get(key) ?? 0) + draw.minutes);
  }
  return (item, periodStart) => used.get(`${item} ${periodStart}`) ?? 0;
}

/** The draws kept with a line's evidence. */
export function drawsIn(explanation: Record<string, unknown>): Draw[] {
  return (explanation["draws"] ?? []) as Draw[];
}

/** The draws of each time entry, from its coverage; time included in a contract's price draws on no hours. */
export function drawsOf(
  covered: readonly {
    entry: { id: string };
    covered_by: readonly { contract_item_id: string | null; period_start: string | null; minutes: number }[];
  }[],
): Map<string, Draw[]> {
  return new Map(
    covered.map(({ entry, covered_by }) => [
      entry.id,
      covered_by.flatMap(({ contract_item_id, period_start, minutes }) =>
        contract_item_id === null || period_start === null ? [] : [{ contract_item_id, period_start, minutes }],
      ),
    ]),
  );
}
