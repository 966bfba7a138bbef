import { sql } from "kysely";
import { reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { titledWith } from "../../../platform/database/search.ts";
import type { FormValues, Option } from "../../../platform/http/forms/model.ts";
import { isId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";

/** So many at once: those after them are found by their words. */
const most = 200;

/**
 * Open tickets as choices, the last touched first. `values` are the form's: the ticket chosen there stays a choice although
 * it is closed, and where choices are asked for, those come that have the words, however many others there are.
 */
export async function ticketOptions(ctx: Ctx, values: FormValues): Promise<Option[]> {
  const chosen = typeof values["ticket_id"] === "string" && isId(values["ticket_id"]) ? values["ticket_id"] : null;
  let query = reach(ctx, "tickets")
    .innerJoin("companies", "companies.id", "tickets.company_id")
    .select(["tickets.id", "tickets.ticket_number", "tickets.title", "companies.name as company"])
    .where(titledWith(ctx, ctx.sought ?? "", { tickets: "tickets.id", companies: "companies.id" }));
  if (chosen !== null) query = query.orderBy(sql`case when tickets.id = ${chosen} then 0 else 1 end`);
  const rows = await query
    .where((eb) =>
      eb.or([eb("tickets.closed_at", "is", null), ...(chosen === null ? [] : [eb("tickets.id", "=", chosen)])]),
    )
    .orderBy("tickets.updated_at", "desc")
    .limit(most)
    .execute();
  return [
    { value: "", label: t("No ticket") },
    ...rows.map((row) => ({ value: row.id, label: `#${row.ticket_number} ${row.title} – ${row.company}` })),
  ];
}
