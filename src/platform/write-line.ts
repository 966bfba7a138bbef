import { writeSync } from "node:fs";

/**
 * Writes a line to standard output (1) or standard error (2) at once, so that nothing is lost when the process ends right
 * after; waits for a slow reader of a pipe. Not by `console.error`, which colours every line red on a terminal.
 */
export function writeLine(descriptor: 1 | 2, line: string): void {
  let rest: Uint8Array = Buffer.from(`${line}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : "";
      // Nobody reads any more, as in `purser … | head`: not worth a complaint.
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      Bun.sleepSync(5);
    }
  }
}
