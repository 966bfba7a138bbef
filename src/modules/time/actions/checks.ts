import { can } from "../../../platform/access/actor.ts";
import { pricesRead } from "../../../platform/access/prices.ts";
import { maybeFind } from "../../../platform/access/reach.ts";
import type { Work } from "../../../platform/context.ts";
import type { RowOf } from "../../../platform/database/columns.ts";
import { conflict, forbidden, invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { refuseWrongRate } from "../../../platform/rates.ts";
import type { timeEntries } from "../schema.ts";

export type TimeEntry = RowOf<typeof timeEntries>;

/** Refuses what is somebody else's, and what an invoice has: changed time would no longer be what was billed. */
export async function checkOpen(work: Work, entry: TimeEntry): Promise<void> {
  if (entry.user_id !== work.actor.user_id && !can(work.actor, "time.manage"))
    throw forbidden(t("This is somebody else's time."));
  const invoice = await billedBy(work, entry);
  if (invoice !== null)
    throw conflict(
      t("This time is on {invoice}. Take it off the draft, or void the invoice, first.", { invoice }),
      "billed",
    );
}

/** The invoice that bills an entry, in words, drafts included; null while there is none. */
export async function billedBy(
  work: Pick<Work, "db">,
  entry: Pick<TimeEntry, "id" | "billing_status">,
): Promise<string | null> {
  const invoice = await work.db
    .selectFrom("billed_time_entries")
    .innerJoin("invoices", "invoices.id", "billed_time_entries.invoice_id")
    .select("invoices.invoice_number")
    .where("billed_time_entries.time_entry_id", "=", entry.id)
    .executeTakeFirst();
  if (invoice === undefined) return entry.billing_status === "billed" ? t("an invoice") : null;
  return invoice.invoice_number === null
    ? t("a draft invoice")
    : t("invoice {invoice_number}", { invoice_number: invoice.invoice_number });
}

/** The staff member whose time it is: oneself, or for managers anybody who works here. */
export async function workerOf(work: Work, userId: string | undefined): Promise<string> {
  const id = userId ?? work.actor.user_id;
  if (id === null) throw invalidField("user_id", t("Say who worked."), "required");
  if (id !== work.actor.user_id && !can(work.actor, "time.manage"))
    throw forbidden(t("You may log your own time only."));
  const user = await maybeFind(work, "users", id);
  if (user?.user_type !== "staff" || user.deactivated_at !== null)
    throw invalidField("user_id", t("Nobody of the staff."), "not_found");
  return id;
}

/** The work type that is named, else the first one in use. */
export async function workTypeOf(
  work: Work,
  id: string | undefined,
): Promise<{ id: string; default_billable: boolean }> {
  const all = work.db.selectFrom("work_types").select(["id", "name", "is_active", "default_billable"]);
  if (id === undefined) {
    const first = await all
      .where("is_active", "=", true)
      .orderBy("sort_order")
      .orderBy("name")
      .limit(1)
      .executeTakeFirst();
    if (first === undefined)
      throw invalidField("work_type_id", t("There is no work type yet; add one under Settings."), "required");
    return first;
  }
  const type = await all.where("id", "=", id).executeTakeFirst();
  if (type === undefined) throw invalidField("work_type_id", t("This work type does not exist."), "not_found");
  if (!type.is_active) throw invalidField("work_type_id", t("{name} is not in use any more.", { name: type.name }));
  return type;
}

/** Refuses a note of another ticket. */
export async function checkNote(work: Work, noteId: string, ticketId: string | null): Promise<void> {
  const note = await work.db.selectFrom("ticket_notes").select("ticket_id").where("id", "=", noteId).executeTakeFirst();
  if (note === undefined || note.ticket_id !== ticketId)
    throw invalidField("note_id", t("This note is on another ticket."), "not_found");
}

/** Refuses a rate that is none, and any from somebody who does not see rates. */
export function checkRate(work: Work, rate: string | null | undefined): void {
  refuseWrongRate("hourly_rate", rate);
  if (rate !== undefined && !can(work.actor, pricesRead))
    throw forbidden(t("You do not have permission to set rates."));
}
