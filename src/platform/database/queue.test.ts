import { expect, test } from "bun:test";
import { fewAtOnce } from "./queue.ts";

/** Work that ends when it is told to. */
function held(log: string[], name: string): { run: () => Promise<string>; end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    run: async () => {
      log.push(name);
      await promise;
      return name;
    },
    end: resolve,
  };
}

test("so many are under way at once, and the others begin in the order in which they came", async () => {
  const inQueue = fewAtOnce(2);
  const log: string[] = [];
  const all = ["a", "b", "c", "d"].map((name) => held(log, name));
  const done = all.map(({ run }) => inQueue(run));
  await Bun.sleep(0);
  expect(log).toEqual(["a", "b"]);
  all[1]?.end();
  expect(await done[1]).toBe("b");
  await Bun.sleep(0);
  expect(log).toEqual(["a", "b", "c"]);
  for (const { end } of all) end();
  expect(await Promise.all(done)).toEqual(["a", "b", "c", "d"]);
  expect(await inQueue(async () => "later")).toBe("later");
});

test("what fails makes room like everything else, and what is begun inside does not wait for itself", async () => {
  const inQueue = fewAtOnce(1);
  const failed = inQueue(() => Promise.reject(new Error("no such table")));
  const nested = inQueue(() => inQueue(async () => "inside"));
  await expect(failed).rejects.toThrow("no such table");
  expect(await nested).toBe("inside");
});
