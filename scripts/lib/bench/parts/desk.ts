import type { Played } from "../load.ts";
import { type OperationName, operationNames } from "../operations.ts";
import { load, onServer, type Round, type Waits, waitsOf } from "./round.ts";

export const people = 100;
/** How long somebody looks at an answer, in seconds. */
export const pause: [number, number] = [1, 2];

function byOperation({ times, errors, seconds }: Played): Partial<Record<OperationName, Waits>> {
  return Object.fromEntries(
    operationNames
      .filter((name) => times[name] !== undefined || errors[name] !== undefined)
      .map((name) => [name, waitsOf(times[name] ?? [], errors[name]?.length ?? 0, seconds)]),
  );
}

export interface DeskResult {
  operations: Partial<Record<OperationName, Waits>>;
  peakMemory: number;
}

/** A hundred people at their desks: each asks for something, looks at it for one to two seconds, and goes on. */
export const desk = (round: Round): Promise<DeskResult> =>
  onServer(round, "large", people, async ({ server, users, subjects }) => {
    server.forgetPeak();
    const played = await load({
      url: server.url,
      users,
      subjects,
      play: { kind: "desk" },
      pause,
      // What runs often is translated in its first minute (docs/performance.md), and a server runs for weeks.
      warmUpSeconds: round.isQuick ? 2 : 60,
      seconds: round.isQuick ? 10 : 40,
    });
    return { operations: byOperation(played), peakMemory: server.memory().peak };
  });

/** A hundred people who never pause, one kind of request after the other. */
export const saturation = (round: Round): Promise<DeskResult> =>
  onServer(round, "large", people, async ({ server, users, subjects }) => {
    server.forgetPeak();
    const operations: DeskResult["operations"] = {};
    for (const operation of operationNames) {
      const played = await load({
        url: server.url,
        users,
        subjects,
        play: { kind: "flat out", operation },
        pause: [0, 0],
        warmUpSeconds: 2,
        seconds: round.isQuick ? 2 : 5,
      });
      Object.assign(operations, byOperation(played));
    }
    return { operations, peakMemory: server.memory().peak };
  });
