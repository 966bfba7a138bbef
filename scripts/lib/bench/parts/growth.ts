import type { DataSize } from "../data.ts";
import { load, onServer, type Round, waitsOf } from "./round.ts";

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

/** Lists over 10,000 and over 100,000 tickets, asked for by one person alone. */
export async function growth(round: Round): Promise<GrowthResult[]> {
  const measured: Record<DataSize, Map<string, number>> = { medium: new Map(), large: new Map() };
  for (const size of ["medium", "large"] as const)
    await onServer(round, size, 1, async ({ server, boss, subjects }) => {
      for (const path of lists) {
        const { times } = await load({
          url: server.url,
          users: [boss],
          subjects,
          play: { kind: "address", path },
          pause: [0, 0],
          warmUpSeconds: 0.7,
          seconds: round.isQuick ? 1 : 3,
        });
        measured[size].set(path, waitsOf(times[path] ?? [], 0, 1).p50);
      }
    });
  return lists.map((path) => ({
    path,
    medium: measured.medium.get(path) ?? 0,
    large: measured.large.get(path) ?? 0,
  }));
}
