/**
 * SQLite answers at once, so a chain of reads and writes goes on without the event loop ever turning, and nobody else is
 * answered: a billing run of 500 contracts would be seconds of silence. Every statement therefore asks here first, and waits
 * for the next turn when this one has gone on for too long. Inside a transaction too: others read meanwhile, on the reading
 * connection, and writers wait for their turn as they do anyway (decision 0031).
 */
const longestMilliseconds = 8;

let isTurnBegun = false;
let begunAt = 0;

/** Resolves when the work in hand may go on; undefined: at once. */
export function breath(): Promise<void> | undefined {
  const now = performance.now();
  if (!isTurnBegun) {
    isTurnBegun = true;
    begunAt = now;
    setImmediate(() => {
      isTurnBegun = false;
    });
    return undefined;
  }
  if (now - begunAt < longestMilliseconds) return undefined;
  return new Promise((resolve) => setImmediate(resolve));
}
