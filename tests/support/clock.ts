import type { Clock } from "../../src/platform/clock.ts";

/** A clock that stands at `start` until it is moved. */
export interface FixedClock extends Clock {
  set(instant: string): void;
  advance(milliseconds: number): void;
}

export function fixedClock(start: string): FixedClock {
  let instant = new Date(start).getTime();
  return {
    now: () => new Date(instant).toISOString(),
    set: (next) => {
      instant = new Date(next).getTime();
    },
    advance: (milliseconds) => {
      instant += milliseconds;
    },
  };
}
