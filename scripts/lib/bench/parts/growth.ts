import type { DataSize } from "../data.ts";
import { onServer, type Round, type Running, waitsOf } from "./round.ts";

export interface GrowthResult {
  path: string;
  /** Milliseconds of the middle request of one person alone. */
  medium: number;
  large: number;
}

const lists = [
  "/tickets",
  "/tickets?view=closed",
  "/tickets?view=all",
  "/tickets?view=all&sort=title",
  "/tickets?view=all&sort=company",
  "/tickets?view=all&q=printer",
  "/time",
  "/invoices",
  "/companies",
];

/** Before anything is counted. */
const warmUp = 10;

/**
 * Lists over 10,000 and over 100,000 tickets, asked for by one person alone: one request to the one server and one to the
 * other, so that whatever else the machine does meets both alike.
 */
export const growth = (round: Round): Promise<GrowthResult[]> =>
  onServer(round, "medium", 0, (medium) =>
    onServer(round, "large", 0, async (large) => {
      // What of the copies has not been written to the disk yet would be written while lists are read.
      if ((await Bun.spawn(["sync"]).exited) !== 0) throw new Error("sync failed");
      const results: GrowthResult[] = [];
      for (const path of lists) {
        const times: Record<DataSize, number[]> = { medium: [], large: [] };
        for (let at = -warmUp; at < (round.isQuick ? 20 : 150); at += 1) {
          const asked = { medium: await timeOf(medium, path), large: await timeOf(large, path) };
          if (at < 0) continue;
          times.medium.push(asked.medium);
          times.large.push(asked.large);
        }
        results.push({ path, medium: waitsOf(times.medium, 0, 1).p50, large: waitsOf(times.large, 0, 1).p50 });
      }
      return results;
    }),
  );

async function timeOf({ server, boss }: Running, path: string): Promise<number> {
  const askedAt = performance.now();
  const answer = await fetch(server.url + path, { headers: boss.headers });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
  return performance.now() - askedAt;
}
