import { sql } from "kysely";
import type { Ctx } from "../../../platform/context.ts";
import type { Period } from "../../contracts/index.ts";
import { unbilled } from "../../time/index.ts";

/** A billable time entry that no invoice has, with what its rate and its line need. */
export interface OpenTime {
  id: string;
  date: string;
  created_at: string;
  duration_minutes: number;
  work_type_id: string;
  work_type: { id: string; name: string; default_rate: string | null; currency: string };
  ticket_id: string | null;
  ticket_label: string | null;
  project_id: string | null;
  hourly_rate: string | null;
  currency: string;
}

/** Billable time of a company without a contract, in a half-open range of days, that no live invoice bills. */
export async function unbilledTime(ctx: Ctx, companyId: string, range: Period): Promise<OpenTime[]> {
  const rows = await openTime(ctx)
    .where("time_entries.company_id", "=", companyId)
    .where("time_entries.contract_id", "is", null)
    .where("time_entries.date", ">=", range.start)
    .where("time_entries.date", "<", range.end)
    .execute();
  return rows.map(shaped);
}

/** What is wanted of one contract: its time before a day. */
interface UnderContract {
  contract_id: string;
  company_id: string;
  /** The first day that is not wanted. */
  to: string;
}

/** Billable time under contracts that no live invoice bills, for each of those that are wanted, by few looks. */
export async function unbilledTimeUnder(ctx: Ctx, wanted: readonly UnderContract[]): Promise<OpenTime[][]> {
  const last = wanted.reduce((latest, { to }) => (to > latest ? to : latest), "");
  const rows = await openTime(ctx)
    .where(
      "time_entries.contract_id",
      "in",
      wanted.map(({ contract_id }) => contract_id),
    )
    // Theirs anyway, and by it the index of what is open is found: a contract of some years has thousands of entries.
    .where(
      "time_entries.company_id",
      "in",
      wanted.map(({ company_id }) => company_id),
    )
    .where("time_entries.date", "<", last)
    .execute();
  const ofContract = Map.groupBy(rows, (row) => row.contract_id);
  return wanted.map(({ contract_id, company_id, to }) =>
    (ofContract.get(contract_id) ?? []).filter((row) => row.company_id === company_id && row.date < to).map(shaped),
  );
}

/**
 * Billable time that no live invoice bills, in the order of the work. Time that was rejected is left out: it is not to be
 * billed until somebody corrects it.
 */
const openTime = (ctx: Ctx) =>
  ctx.db
    .selectFrom("time_entries")
    .innerJoin("work_types", "work_types.id", "time_entries.work_type_id")
    .leftJoin("tickets", "tickets.id", "time_entries.ticket_id")
    .leftJoin("billed_time_entries", "billed_time_entries.time_entry_id", "time_entries.id")
    .select([
      "time_entries.id",
      "time_entries.company_id",
      "time_entries.contract_id",
      "time_entries.date",
      "time_entries.created_at",
      "time_entries.duration_minutes",
      "time_entries.work_type_id",
      "time_entries.ticket_id",
      "time_entries.project_id",
      "time_entries.hourly_rate",
      "time_entries.currency",
      "work_types.name as work_type_name",
      "work_types.default_rate",
      "work_types.currency as default_currency",
      "tickets.ticket_number",
      "tickets.title",
    ])
    .where("time_entries.is_billable", "=", true)
    .where("time_entries.billing_status", "in", [...unbilled])
    .where("time_entries.approval_status", "<>", "rejected")
    .where(sql<boolean>`billed_time_entries.time_entry_id is null`)
    .orderBy("time_entries.date")
    .orderBy("time_entries.created_at")
    .orderBy("time_entries.id");

type OpenRow = Awaited<ReturnType<ReturnType<typeof openTime>["execute"]>>[number];

function shaped({ work_type_name, default_rate, default_currency, ticket_number, title, ...row }: OpenRow): OpenTime {
  return {
    id: row.id,
    date: row.date,
    created_at: row.created_at,
    duration_minutes: row.duration_minutes,
    work_type_id: row.work_type_id,
    work_type: { id: row.work_type_id, name: work_type_name, default_rate, currency: default_currency },
    ticket_id: row.ticket_id,
    ticket_label: ticket_number === null ? null : `#${ticket_number} ${title ?? ""}`.trim(),
    project_id: row.project_id,
    hourly_rate: row.hourly_rate,
    currency: row.currency,
  };
}
