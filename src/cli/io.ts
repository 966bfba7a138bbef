import { writeLine } from "../platform/write-line.ts";
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
