import { expect, test } from "bun:test";
import { againstBefore } from "./against-before.ts";

test("a total stands against the one before it by its difference and by per cent of it", () => {
  expect(againstBefore(12_500, 10_000)).toEqual({ difference: 2500, percent: 25 });
  expect(againstBefore(6667, 10_000)).toEqual({ difference: -3333, percent: 33 });
  expect(againstBefore(10_000, 10_000)).toEqual({ difference: 0, percent: 0 });
  expect(againstBefore(100, 0)).toEqual({ difference: 100, percent: null });
});
