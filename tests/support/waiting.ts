/**
 * Asks until the answer is there.
 *
 * @param look answers undefined as long as there is nothing; what it throws ends the waiting
 * @param timeoutMs milliseconds until it gives up
 * @throws when the time is over; the message names `what`, and `details` adds what was there instead
 */
export async function waitFor<Answer>(
  what: string,
  look: () => Promise<Answer | undefined> | Answer | undefined,
  { timeoutMs = 120_000, everyMs = 20, details }: { timeoutMs?: number; everyMs?: number; details?: () => string } = {},
): Promise<Answer> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain for ${what}${details ? `\n${details()}` : ""}`);
    }
    await Bun.sleep(everyMs);
  }
}
