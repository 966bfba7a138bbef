/** Chance that comes again: the same seed gives the same choices. */
export interface Chance {
  /** A whole number from `low` up to and with `high`. */
  between(low: number, high: number): number;
  pick<T>(from: readonly T[]): T;
  /** Another sequence that belongs to `name`, whatever is asked of this one. */
  of(name: string): Chance;
}

/** mulberry32: small, and good enough to choose moments and deeds. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between: Chance["between"] = (low, high) => low + Math.floor(next() * (high - low + 1));
  return {
    between,
    pick: <T>(from: readonly T[]): T => {
      const one = from[between(0, from.length - 1)];
      if (one === undefined) throw new Error("there is nothing to pick from");
      return one;
    },
    of: (name) => chance([...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed)),
  };
}
