/** Chance that is the same for the same seed: every subject draws from a stream of its own, so that they do not shift each other. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** One of a list of pairs, by the weights in front. */
  weighted<T>(list: readonly (readonly [number, T])[]): T;
  /** Around `mean`, never below zero: many short waits and some long ones. */
  wait(mean: number): number;
}

/** The stream of a subject: `randomOf(7, "tickets")`. */
export function randomOf(seed: number, subject: string): Random {
  const next = stream(Bun.hash.xxHash32(`${seed} ${subject}`));
  const pick = <T>(list: readonly T[]): T => {
    const found = list[Math.floor(next() * list.length)];
    if (found === undefined) throw new Error("there is nothing to pick from");
    return found;
  };
  return {
    next,
    pick,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
    weighted: (list) => {
      let left = next() * list.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of list) {
        left -= weight;
        if (left < 0) return value;
      }
      return pick(list)[1];
    },
    wait: (mean) => Math.round(-Math.log(1 - next()) * mean),
  };
}

/** mulberry32: small, quick, and good enough for a play. */
function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
