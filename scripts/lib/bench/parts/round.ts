/** What every part needs: its own server on its own copy of the data, and somebody who asks. */
import { join } from "node:path";
import type { Edition } from "../../build.ts";
import type { DataCopy, DataSets, DataSize } from "../data.ts";
import type { Plan, Played } from "../load.ts";
import { signInAll, type Subjects, type User } from "../people.ts";
import { type Measured, startMeasured } from "../server.ts";

export interface Round {
  edition: Edition;
  sets: DataSets;
  /** Shorter, for looking. */
  isQuick: boolean;
}

export interface Waits {
  perSecond: number;
  count: number;
  p50: number;
  p95: number;
  p99: number;
  errors: number;
}

export interface Running {
  copy: DataCopy;
  server: Measured;
  boss: User;
  users: User[];
  subjects: Subjects;
}

/** Starts a server over a copy of the data, with so many signed in, and throws both away afterwards. */
export async function onServer<T>(
  round: Round,
  size: DataSize,
  signedIn: number,
  work: (running: Running) => Promise<T>,
): Promise<T> {
  const copy = await round.sets.copy(size);
  try {
    const server = await startMeasured(round.edition, copy);
    try {
      return await work({ copy, server, ...(await signInAll(server.url, copy.password, signedIn)) });
    } finally {
      await server.stop();
    }
  } finally {
    await copy.drop();
  }
}

/** Lets a second process ask. */
export async function load(plan: Plan): Promise<Played> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "../load.ts")], {
    stdin: new TextEncoder().encode(JSON.stringify(plan)),
    stdout: "pipe",
    stderr: "inherit",
  });
  const played = JSON.parse(await new Response(child.stdout).text()) as Played;
  for (const [name, [first]] of Object.entries(played.errors)) console.error(`${name}: ${first ?? ""}`);
  return played;
}

/** What stands in a table of how long each answer took, in milliseconds. */
export function waitsOf(times: readonly number[], errors: number, seconds: number): Waits {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    perSecond: sorted.length / seconds,
    count: sorted.length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    errors,
  };
}
