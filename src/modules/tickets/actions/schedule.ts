import { checkBusinessDay } from "../../../platform/business-day.ts";
import { invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { tickets } from "../schema.ts";

/** Planned work ends after it begins, and both are within reach of a calendar. */
export function checkSchedule(start: string | null, end: string | null): void {
  checkBusinessDay(tickets, "scheduled_start", start);
  checkBusinessDay(tickets, "scheduled_end", end);
  if (end === null) return;
  if (start === null) throw invalidField("scheduled_start", t("Say when the work begins, too."), "required");
  if (end < start) throw invalidField("scheduled_end", t("The work cannot end before it begins."));
}
