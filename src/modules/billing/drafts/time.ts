import { sql } from "kysely";
import type { Ctx } from "../../../platform/context.ts";

/** A billable time entry that no invoice has, with what its rate and its line need. */
export interface OpenTime {
  id: string;
  date: string;
  created_at: string;
  duration_minutes: number;
  work_type_id: string;
  work_type: { id: string; name: string; default_rate: string | null };
  ticket_id: string | null;
  ticket_label: string | null;
  project_id: string | null;
  hourly_rate: string | null;
}

export interface TimeWanted {
  company_id: string;
  /** Null: time without a contract. */
  contract_id: string | null;
  /** The first day, or null for everything before `to`. */
  from: string | null;
  /** The first day after. */
  to: string;
}

/**
 * Billable time that no live invoice bills, in the order of the work. Time that was rejected is left out: it is not to be
 * billed until somebody corrects it.
 */
export async function unbilledTime(ctx: Ctx, wanted: TimeWanted): Promise<OpenTime[]> {
  let query = ctx.db
    .selectFrom("time_entries")
    .innerJoin("work_types", "work_types.id", "time_entries.work_type_id")
    .leftJoin("tickets", "tickets.id", "time_entries.ticket_id")
    .leftJoin("billed_time_entries", "billed_time_entries.time_entry_id", "time_entries.id")
    .select([
      "time_entries.id",
      "time_entries.date",
      "time_entries.created_at",
      "time_entries.duration_minutes",
      "time_entries.work_type_id",
      "time_entries.ticket_id",
      "time_entries.project_id",
      "time_entries.hourly_rate",
      "work_types.name as work_type_name",
      "work_types.default_rate",
      "tickets.ticket_number",
      "tickets.title",
    ])
    .where("time_entries.company_id", "=", wanted.company_id)
    .where("time_entries.contract_id", wanted.contract_id === null ? "is" : "=", wanted.contract_id)
    .where("time_entries.is_billable", "=", true)
    .where("time_entries.billing_status", "<>", "billed")
    .where("time_entries.approval_status", "<>", "rejected")
    .where("time_entries.date", "<", wanted.to)
    .where(sql<boolean>`billed_time_entries.time_entry_id is null`);
  if (wanted.from !== null) query = query.where("time_entries.date", ">=", wanted.from);
  const rows = await query
    .orderBy("time_entries.date")
    .orderBy("time_entries.created_at")
    .orderBy("time_entries.id")
    .execute();
  return rows.map(({ work_type_name, default_rate, ticket_number, title, ...row }) => ({
    ...row,
    work_type: { id: row.work_type_id, name: work_type_name, default_rate },
    ticket_label: ticket_number === null ? null : `#${ticket_number} ${title ?? ""}`.trim(),
  }));
}
