import { expect, test } from "bun:test";
import { Lately } from "./lately.ts";

test("what is asked for again stays, what nobody asks for goes, and there is never more than there is room for", () => {
  const kept = new Lately<number>(10);
  for (let at = 0; at < 1000; at += 1) {
    kept.set(`number ${at}`, at);
    expect(kept.get("number 0")).toBe(0);
  }
  const present = Array.from({ length: 1000 }, (_, at) => kept.get(`number ${at}`)).filter((one) => one !== undefined);
  expect(present.length).toBeLessThanOrEqual(11);
  expect(kept.get("number 999")).toBe(999);
  expect(kept.get("number 500")).toBeUndefined();
});
