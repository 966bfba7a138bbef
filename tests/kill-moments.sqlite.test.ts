import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { chance } from "./support/crash/chance.ts";
import { backupsOf, type Copied, copied, repeated, restoresOf } from "./support/crash/moments.ts";

/** Killed with -9 while it backs up or restores, where both are Purser's own: the short form of `scripts/crash --what moments`. */

setDefaultTimeout(240_000);
const luck = chance(20261126);
let all: Copied;
beforeAll(async () => {
  all = await copied();
});
afterAll(() => all.clear());

test("a backup that is killed keeps no other from being made, and what is listed is whole", async () => {
  expect(await repeated(3, luck, backupsOf(all))).toEqual({ rounds: 3, killed: expect.any(Number), broken: [] });
});

test("a restore that is killed leaves the old data or the new, or says what to do, and that helps", async () => {
  expect(await repeated(4, luck, restoresOf(all))).toEqual({ rounds: 4, killed: expect.any(Number), broken: [] });
});
