import { expect, setDefaultTimeout, test } from "bun:test";
import { chance } from "./support/crash/chance.ts";
import { firstStarts, repeated, upgrades } from "./support/crash/moments.ts";

/** Killed with -9 while it starts or upgrades: the short form of `scripts/crash --what moments`. */

setDefaultTimeout(240_000);
const luck = chance(20261126);

test("a first start that is killed leaves nothing by half: the next one comes up, with one organization and its standard data once", async () => {
  expect(await repeated(3, luck, firstStarts)).toEqual({ rounds: 3, killed: expect.any(Number), broken: [] });
});

test("an upgrade that is killed is done by the next start, with all that was in the data and one copy of it from before", async () => {
  const { broken, killed } = await repeated(3, luck, upgrades);
  expect(broken).toEqual([]);
  // Kills that come too late prove nothing.
  expect(killed).toBeGreaterThan(0);
});
