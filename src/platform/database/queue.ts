import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Lets so many pieces of work be under way at once; the others begin in the order in which they came. What is begun inside such a
 * piece of work goes on without waiting, for it would wait for itself.
 */
export function fewAtOnce(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  const inside = new AsyncLocalStorage<true>();
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (inside.getStore() === true) return run();
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await inside.run(true, run);
    } finally {
      // Whoever comes next takes the place over, so that nobody who comes later slips in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
