import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { todayOf } from "./drafts/write.ts";
import { aging, type AgingRow } from "./rules/terms.ts";

/** The states in which money is still expected. */
export const openStatuses = ["pending", "sent", "partially_paid"] as const;

/** What clients owe today, by company and currency and by how late it is (PRD 3.10.1), names in order. */
export async function agingReport(
  ctx: Ctx,
): Promise<{ as_of: string; rows: (AgingRow & { company: string })[]; totals: AgingRow[] }> {
  const open = reach(ctx, "invoices").where("invoices.status", "in", openStatuses);
  // Not joined: an index holds all that is asked of the invoices, and names would have every invoice there ever was looked at.
  const invoices = await open
    .select(["invoices.company_id", "invoices.currency", "invoices.due_date", "invoices.balance_due"])
    .execute();
  const companies = await ctx.db
    .selectFrom("companies")
    .select(["id", "name"])
    .where("id", "in", open.select("invoices.company_id"))
    .orderBy("name")
    .orderBy("id")
    .execute();
  const as_of = todayOf(ctx);
  const owed = Map.groupBy(aging(invoices, as_of), (row) => row.company_id);
  const byCurrency = (a: AgingRow, b: AgingRow): number => (a.currency < b.currency ? -1 : 1);
  return {
    as_of,
    rows: companies.flatMap(({ id, name }) =>
      (owed.get(id) ?? []).toSorted(byCurrency).map((row) => ({ ...row, company: name })),
    ),
    totals: aging(
      invoices.map((invoice) => ({ ...invoice, company_id: "" })),
      as_of,
    ).toSorted(byCurrency),
  };
}

/** What is open and what is overdue, a sum for each currency. Amounts in minor units. */
export async function openBalances(
  ctx: Ctx,
  companyId: string | null = null,
): Promise<{ currency: string; open: number; overdue: number; overdue_count: number }[]> {
  let query = reach(ctx, "invoices")
    .select(["currency", "due_date", "balance_due"])
    .where("status", "in", openStatuses);
  if (companyId !== null) query = query.where("company_id", "=", companyId);
  const today = todayOf(ctx);
  const sums = new Map<string, { currency: string; open: number; overdue: number; overdue_count: number }>();
  for (const { currency, due_date, balance_due } of await query.execute()) {
    const sum = sums.get(currency) ?? { currency, open: 0, overdue: 0, overdue_count: 0 };
    sum.open += balance_due;
    if (due_date < today) {
      sum.overdue += balance_due;
      sum.overdue_count += 1;
    }
    sums.set(currency, sum);
  }
  return [...sums.values()].toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
}
