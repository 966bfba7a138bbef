/** Seconds to wait after each failed attempt; a delivery that fails after the last one is given up. Some 35 hours in all. */
export const waits = [10, 60, 300, 1800, 7200, 18_000, 36_000, 64_800];

/** How long an endpoint may fail without anything arriving before it is switched off. */
export const patienceMilliseconds = 3 * 24 * 3600_000;

/** How long the secret before a change goes on signing. */
export const overlapMilliseconds = 24 * 3600_000;

/** An answer of these means that it has arrived. */
const isTaken = (status: number): boolean => status >= 200 && status < 300;

/** What is wrong with an answer, in a sentence; empty: it was taken. A redirect says nothing of why it came to nothing. */
export function answerProblem(status: number): string {
  if (isTaken(status)) return "";
  const isElsewhere = status >= 300 && status < 400 && status !== 304;
  return isElsewhere
    ? `The receiver answered ${status}: it sent Purser elsewhere, and redirects are not followed. Enter the address that it leads to.`
    : `The receiver answered ${status}.`;
}

/** The receiver says that nothing is to be sent there any more. */
export const isGone = (status: number): boolean => status === 410;

/** The first bytes of an answer as a text that can be stored and shown. */
export function shownAnswer(body: Uint8Array): string {
  const text = new TextDecoder("utf-8", { fatal: false }).decode(body.subarray(0, 1000));
  // Control characters other than line breaks and tabs say nothing to a reader, and PostgreSQL cannot hold a NUL.
  return text.replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, "\u{fffd}").toWellFormed();
}

/** All events of a module, those too that are added to it later: `tickets.*`. */
export const allOf = (module: string): string => `${module}.*`;

export const moduleOf = (event: string): string => event.split(".")[0] ?? "";

/** Whether one of the names that an endpoint has asked for stands for the event. */
export function isAskedFor(event: string, names: readonly string[]): boolean {
  return names.includes(event) || names.includes(allOf(moduleOf(event)));
}

/** The names without those that another one says already, in the order given. */
export function tidied(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => name === allOf(moduleOf(name)) || !names.includes(allOf(moduleOf(name))));
}
