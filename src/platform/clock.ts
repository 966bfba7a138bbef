/** Where the time comes from; tests inject one that stands still. */
export interface Clock {
  /** The present instant, ISO-8601 UTC with milliseconds. */
  now(): string;
}

export const systemClock: Clock = {
  now: () => new Date().toISOString(),
};

/** Days behind this one stand for "never" in other programs; what is counted on from them is soon no date any more. */
export const latestDay = "2999-12-31";

/** The calendar date (`YYYY-MM-DD`) of an instant in an IANA time zone. */
export function dateIn(zone: string, instant: string): string {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** An instant some milliseconds later (or earlier, when negative). */
export function plus(instant: string, milliseconds: number): string {
  return new Date(new Date(instant).getTime() + milliseconds).toISOString();
}
