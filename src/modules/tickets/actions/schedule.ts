import { invalidField } from "../../../platform/errors.ts";

/** Planned work ends after it begins. */
export function checkSchedule(start: string | null, end: string | null): void {
  if (end === null) return;
  if (start === null) throw invalidField("scheduled_start", "Say when the work begins, too.", "required");
  if (end < start) throw invalidField("scheduled_end", "The work cannot end before it begins.");
}
