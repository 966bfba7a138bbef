import { invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";

/** Planned work ends after it begins. */
export function checkSchedule(start: string | null, end: string | null): void {
  if (end === null) return;
  if (start === null) throw invalidField("scheduled_start", t("Say when the work begins, too."), "required");
  if (end < start) throw invalidField("scheduled_end", t("The work cannot end before it begins."));
}
