import { writeSync } from "node:fs";
import type { Io } from "./verb.ts";

/** The real surroundings of the process. */
export function processIo(): Io {
  return {
    env: process.env,
    out: (line) => writeLine(1, line),
    err: (line) => writeLine(2, line),
    stdin: () => Bun.stdin.text(),
  };
}

/** Writes at once, so that nothing is lost when the process ends right after; waits for a slow reader of a pipe. */
function writeLine(descriptor: number, line: string): void {
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
