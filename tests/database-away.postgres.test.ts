import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresServer, startPostgres } from "../scripts/lib/postgres.ts";
import type { RunningBinary } from "./support/binary.ts";
import { chance } from "./support/crash/chance.ts";
import { drained } from "./support/crash/queues.ts";
import { finalLook, type Load, loadOf, repeatedLines } from "./support/crash/rounds.ts";
import { ask, documentOf, setStage, type Stage } from "./support/crash/stage.ts";
import { waitFor } from "./support/waiting.ts";

/** PostgreSQL crashes and comes back at once, and then is away for a while, with clients at work all the time. */

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

test("while PostgreSQL is away that is said in a sentence: to programs, on pages, to whoever watches", async () => {
  await postgres.halt("fast");
  const ticket = documentOf("tickets", { title: "Away", company_id: stage.companies[0]?.id });
  const answer = await ask(stage.one.url, stage.key, "POST", "/tickets", ticket, { "idempotency-key": "away" });
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "30"]);
  expect(await answer.text()).toContain("The data cannot be reached or written just now. Try again in a moment.");
  const page = await fetch(`${stage.one.url}/sign-in`);
  expect([page.status, page.headers.get("content-type")]).toEqual([503, "text/html; charset=utf-8"]);
  expect(await page.text()).toContain("The data cannot be reached or written just now");
  const ready = await fetch(`${stage.one.url}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, "the database does not take writes\n"]);
  expect((await fetch(`${stage.one.url}/livez`)).status).toBe(200);
  await Bun.sleep(3000);
});

test("when it is back everything goes on without a restart, nothing is lost or there by half, and the queues drain", async () => {
  await postgres.resume();
  await progress();
  await end();
  await load.finish();
  await drained(stage, 120_000);
  expect(await finalLook(stage, load)).toEqual([]);
});

test("the log tells of it in a few lines, none of them an exception that nobody caught", async () => {
  expect(await server.stop()).toBe(0);
  expect(repeatedLines(server.output())).toEqual({});
  expect(server.output()).not.toContain("throw er");
  expect(server.output()).not.toContain(new URL(postgres.url).password);
});
