import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Figures, runRounds } from "./support/crash/rounds.ts";
import { setStage, type Stage } from "./support/crash/stage.ts";

/**
 * Twenty clients write without a pause (tickets, notes, time, files, invoices and runs of them, payments by webhook), and the
 * program is killed with -9 in the middle of it, and once stopped by SIGTERM. The short form of `scripts/crash`, whose figures stand in docs/reliability.md.
 */

let stage: Stage;
let figures: Figures;

beforeAll(async () => {
  stage = await setStage();
  figures = await runRounds(stage, {
    rounds: 5,
    clients: 20,
    seed: 20261125,
    load: [300, 1500],
    stopEvery: 5,
    drainMs: 120_000,
  });
}, 240_000);
afterAll(() => stage.close());

test("after each kill and stop all that was acknowledged is there once, nothing is there by half, and at the end the queues are empty", () => {
  expect(figures.broken).toEqual([]);
});

test("the clients have got something done, and what was not answered was asked for again", () => {
  expect([figures.kills, figures.stops]).toEqual([4, 1]);
  for (const kind of ["ticket", "invoice", "approve", "send"]) expect(figures.acknowledged[kind]).toBeGreaterThan(0);
  expect(figures.repeated).toBeGreaterThan(0);
  expect(figures.mails).toBeGreaterThan(0);
  expect(figures.webhooks).toBeGreaterThan(0);
});
