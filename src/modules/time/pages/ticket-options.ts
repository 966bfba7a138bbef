import { sql } from "kysely";
import { reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { choicesAsked } from "../../../platform/http/choices.ts";
import type { FormValues, Option } from "../../../platform/http/forms/model.ts";
import { isId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { fold } from "../../../platform/text.ts";

/** So many at once: those after them are found by their words. */
const most = 200;

/**
 * Open tickets as choices, the last touched first. `values` are the form's: the ticket chosen there stays a choice although
 * it is closed, and where choices are asked for, those come that have the words, however many others there are.
 */
export async function ticketOptions(ctx: Ctx, values: FormValues): Promise<Option[]> {
  const chosen = typeof values["ticket_id"] === "string" && isId(values["ticket_id"]) ? values["ticket_id"] : null;
  const asked = choicesAsked(values);
  const parts =
    asked?.name === "ticket_id"
      ? fold(asked.words)
          .split(/[^\p{L}\p{N}]+/u)
          .filter(Boolean)
      : [];
  let query = reach(ctx, "tickets")
    .innerJoin("companies", "companies.id", "tickets.company_id")
    .select(["tickets.id", "tickets.ticket_number", "tickets.title", "companies.name as company"]);
  // What is found by words is kept folded, so that "kase" finds "Käserei" on both databases.
  for (const part of parts)
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom("search_documents as documents")
          .select("documents.entity_id")
          .where((of) =>
            of.or([
              of.and([of("entity_type", "=", "tickets"), of("entity_id", "=", sql.ref<string>("tickets.id"))]),
              of.and([of("entity_type", "=", "companies"), of("entity_id", "=", sql.ref<string>("companies.id"))]),
            ]),
          )
          .where("documents.title", "like", `%${part}%`),
      ),
    );
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
