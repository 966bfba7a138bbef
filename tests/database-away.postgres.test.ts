import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresServer, startPostgres } from "../scripts/lib/postgres.ts";
import type { RunningBinary } from "./support/binary.ts";
import { askedWhileAway, attemptsUsedUp } from "./support/crash/away.ts";
import { chance } from "./support/crash/chance.ts";
import { drained } from "./support/crash/queues.ts";
import { finalLook, type Load, loadOf, repeatedLines } from "./support/crash/rounds.ts";
import { openRows } from "./support/crash/rows.ts";
import { setStage, type Stage } from "./support/crash/stage.ts";
import { waitFor } from "./support/waiting.ts";

/** PostgreSQL crashes and comes back at once, then says nothing, then is away for a while, with clients at work all the time. */

setDefaultTimeout(240_000);

const folder = mkdtempSync(join(tmpdir(), "purser-away-"));
let postgres: PostgresServer;
let stage: Stage;
let server: RunningBinary;
let load: Load;
let end: () => Promise<void>;

beforeAll(async () => {
  postgres = await startPostgres({ folder, settings: {} });
  stage = await setStage({ postgres: postgres.url, companies: 2 });
  server = await stage.one.start();
  load = loadOf(stage, 10, chance(5));
  end = load.start();
  await progress();
}, 240_000);
afterAll(async () => {
  await server?.kill9().catch(() => undefined);
  await stage?.close().catch(() => undefined);
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Waits until the clients have got some more done. */
async function progress(): Promise<void> {
  const before = load.ledger.count("done");
  await waitFor("progress", () => load.ledger.count("done") >= before + 15 || undefined, { timeoutMs: 60_000 });
}

test("when PostgreSQL crashes and comes back, work goes on by itself, and nobody gets a wrong answer", async () => {
  await postgres.halt("immediate");
  await postgres.resume();
  await progress();
  expect(load.ledger.unexpected).toEqual([]);
});

test("a PostgreSQL that takes connections and says nothing is told like one that is away, and work goes on when it speaks", async () => {
  postgres.freeze();
  const { asked, wrong } = await askedWhileAway(stage, 3).finally(() => postgres.thaw());
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(4);
  await progress();
  expect(load.ledger.unexpected).toEqual([]);
});

test("while PostgreSQL is away that is said in a sentence: to programs, on pages in the reader's language, to whoever watches", async () => {
  await postgres.halt("fast");
  const { asked, wrong } = await askedWhileAway(stage, 3);
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(4);
});

test("when it is back everything goes on without a restart, nothing is lost or there by half, and the queues drain", async () => {
  await postgres.resume();
  await progress();
  await end();
  await load.finish();
  await drained(stage, 120_000);
  expect(await finalLook(stage, load)).toEqual([]);
  const rows = await openRows(stage.one);
  expect(await attemptsUsedUp(rows)).toEqual([]);
  await rows.close();
});

test("the log tells of it in a few lines, none of them an exception that nobody caught", async () => {
  expect(await server.stop()).toBe(0);
  expect(repeatedLines(server.output())).toEqual({});
  expect(server.output()).not.toContain("throw er");
  expect(server.output()).not.toContain(new URL(postgres.url).password);
});

test("SIGTERM while PostgreSQL is away ends it in order too", async () => {
  server = await stage.one.start();
  const ended = load.start();
  await progress();
  await postgres.halt("fast");
  await waitFor(
    "the server to notice",
    async () => (await fetch(`${stage.one.url}/readyz`)).status === 503 || undefined,
  );
  const code = await server.stop();
  await ended();
  await postgres.resume();
  expect([
    code,
    server
      .output()
      .split("\n")
      // Not any line with the word: the driver itself says "Connection terminated unexpectedly", which is what happened.
      .filter((line) => line.includes("unexpected error")),
  ]).toEqual([0, []]);
});
