import { statSync } from "node:fs";
import { startMeasured } from "../server.ts";
import type { Round } from "./round.ts";

export interface StartResult {
  firstAnswers: number[];
  idleMemory: number;
  binaryMegabytes: number;
}

/** From nothing to the first page, and the memory of a server that nobody asks anything. */
export async function start({ edition, sets, isQuick }: Round): Promise<StartResult> {
  const copy = await sets.copy("large");
  const firstAnswers: number[] = [];
  let idleMemory = 0;
  try {
    for (let at = 0; at < 6; at += 1) {
      const server = await startMeasured(edition, copy);
      // The first start may have to bring the schema up to date, and has to read the program from disk.
      if (at > 0) firstAnswers.push(server.firstAnswer);
      if (at === 5) {
        await Bun.sleep(isQuick ? 2000 : 10_000);
        idleMemory = server.memory().now;
      }
      await server.stop();
    }
  } finally {
    await copy.drop();
  }
  return { firstAnswers, idleMemory, binaryMegabytes: statSync(edition.file).size / 1e6 };
}
