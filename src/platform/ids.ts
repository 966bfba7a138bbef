/** A new id: a UUIDv7, so that ids sort by the time they were made. */
export function newId(): string {
  return Bun.randomUUIDv7();
}

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text has the form of an id; anything else cannot name a row. */
export function isId(text: unknown): text is string {
  return typeof text === "string" && pattern.test(text);
}

/** An id that no row has, for a condition that nothing fits. */
export const noId = "00000000-0000-0000-0000-000000000000";

/** An id that stands in an address, where anything may stand: what is none finds nothing. */
export function idOrNone(text: string): string {
  return isId(text) ? text : noId;
}
