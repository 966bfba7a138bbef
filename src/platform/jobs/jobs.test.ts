import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { waitFor } from "../../../tests/support/waiting.ts";
import { openTicket } from "../../modules/tickets/index.ts";
import { perform } from "../action.ts";
import { startBackground } from "../background.ts";
import type { App } from "../context.ts";
import { reading } from "../context.ts";
import { holdLease, type Job, runDueJobs } from "./jobs.ts";

let t: TestProgram;
let ran: string[];

beforeAll(async () => {
  t = await startTestProgram();
});
beforeEach(() => {
  ran = [];
  t.clock.set("2026-11-21T09:00:00.000Z");
});
afterAll(() => t.close());

/** The program with just these jobs. */
function withJobs(...jobs: Job[]): App {
  return { ...t.app, registry: { ...t.app.registry, jobs } };
}

const hourly = (name: string, run: () => Promise<void> = async () => {}): Job => ({
  name,
  schedule: "0 * * * *",
  run: async () => {
    ran.push(name);
    await run();
  },
});

const daily = { name: "test.daily", schedule: "0 3 * * *" };

const stateOf = (job: string) =>
  reading(t.harbor.system, ({ db }) =>
    db.selectFrom("job_runs").selectAll().where("job", "=", job).executeTakeFirstOrThrow(),
  );

describe("a job", () => {
  test("that hangs keeps events waiting no longer than any other time, and is waited for at the end", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const app = withJobs(hourly("test.hangs", () => held));
    await runDueJobs(app, t.harbor.tenant);
    t.clock.set("2026-11-21T10:00:00.000Z");
    const background = startBackground(app);
    try {
      await waitFor("the job to hang", () => ran.includes("test.hangs") || undefined);
      const { company_id } = await makeClient(t, "Waits for nobody");
      await perform(await t.harbor.as("administrator"), openTicket, { title: "Soon told", company_id });
      background.wake(t.harbor.id);
      const waiting = () =>
        reading(t.harbor.system, ({ db }) =>
          db.selectFrom("event_deliveries").select("event_id").where("succeeded_at", "is", null).execute(),
        );
      await waitFor("the events to be handed out", async () => (await waiting()).length === 0 || undefined);
    } finally {
      release();
      await background.stop();
    }
    expect(await stateOf("test.hangs")).toMatchObject({ last_error: "", next_run_at: "2026-11-21T11:00:00.000Z" });
  });

  test("waits for its first time, and is then done once each time it is due", async () => {
    const app = withJobs(hourly("test.hourly"));
    await runDueJobs(app, t.harbor.tenant);
    expect(ran).toEqual([]);
    t.clock.set("2026-11-21T09:59:59.999Z");
    await runDueJobs(app, t.harbor.tenant);
    expect(ran).toEqual([]);
    t.clock.set("2026-11-21T10:00:00.000Z");
    await runDueJobs(app, t.harbor.tenant);
    await runDueJobs(app, t.harbor.tenant);
    expect(ran).toEqual(["test.hourly"]);
    expect(await stateOf("test.hourly")).toMatchObject({
      last_started_at: "2026-11-21T10:00:00.000Z",
      last_succeeded_at: "2026-11-21T10:00:00.000Z",
      next_run_at: "2026-11-21T11:00:00.000Z",
      last_error: "",
    });
  });

  test("is done once when two schedulers come at the same time, and once after a long standstill", async () => {
    const app = withJobs(hourly("test.shared"));
    await Promise.all([runDueJobs(app, t.harbor.tenant), runDueJobs(app, t.harbor.tenant)]);
    t.clock.advance(3 * 24 * 3600_000);
    await Promise.all([
      runDueJobs(app, t.harbor.tenant),
      runDueJobs(app, t.harbor.tenant),
      runDueJobs(app, t.harbor.tenant),
    ]);
    expect(ran).toEqual(["test.shared"]);
  });

  test("that fails says why, holds up no other job, and comes again at its next time", async () => {
    const app = withJobs(
      hourly("test.fails", () => Promise.reject(new Error("no paper"))),
      hourly("test.after"),
    );
    await runDueJobs(app, t.harbor.tenant);
    t.clock.advance(3600_000);
    await runDueJobs(app, t.harbor.tenant);
    expect(ran).toEqual(["test.fails", "test.after"]);
    expect(await stateOf("test.fails")).toMatchObject({
      last_error: "no paper",
      last_succeeded_at: null,
      next_run_at: "2026-11-21T11:00:00.000Z",
    });
    t.clock.advance(3600_000);
    await runDueJobs(app, t.harbor.tenant);
    expect(ran.filter((name) => name === "test.fails")).toHaveLength(2);
  });

  test("that the database was away from comes again soon, whatever its plan says", async () => {
    let outage: Error | null = Object.assign(new Error("the database system is shutting down"), { code: "57P03" });
    const app = withJobs({
      ...daily,
      run: () => {
        ran.push(daily.name);
        return outage === null ? Promise.resolve() : Promise.reject(outage);
      },
    });
    await runDueJobs(app, t.harbor.tenant);
    t.clock.set("2026-11-22T03:00:00.000Z");
    await runDueJobs(app, t.harbor.tenant);
    expect((await stateOf("test.daily")).next_run_at).toBe("2026-11-22T03:01:00.000Z");
    outage = null;
    t.clock.set("2026-11-22T03:01:00.000Z");
    await runDueJobs(app, t.harbor.tenant);
    expect(ran).toHaveLength(2);
    expect(await stateOf("test.daily")).toMatchObject({ next_run_at: "2026-11-23T03:00:00.000Z", last_error: "" });
  });

  test("that was cut off, as by a crash, comes again within the hour, and once it has ended at its planned time", async () => {
    const app = withJobs({
      ...daily,
      run: () => {
        ran.push(daily.name);
        // Nobody hears of its end.
        if (ran.length === 1) t.app.database.write = () => Promise.reject(new Error("killed"));
        return Promise.resolve();
      },
    });
    await runDueJobs(app, t.mill.tenant);
    t.clock.set("2026-11-22T03:00:00.000Z");
    const { write } = t.app.database;
    try {
      await expect(runDueJobs(app, t.mill.tenant)).rejects.toThrow("killed");
    } finally {
      t.app.database.write = write;
    }
    await runDueJobs(app, t.mill.tenant);
    expect(ran).toHaveLength(1);
    t.clock.set("2026-11-22T04:00:00.000Z");
    await runDueJobs(app, t.mill.tenant);
    await runDueJobs(app, t.mill.tenant);
    expect(ran).toHaveLength(2);
    t.clock.set("2026-11-23T03:00:00.000Z");
    await runDueJobs(app, t.mill.tenant);
    expect(ran).toHaveLength(3);
  });

  test("is every organization's own", async () => {
    const app = withJobs(hourly("test.own"));
    for (const { tenant } of [t.harbor, t.mill]) await runDueJobs(app, tenant);
    t.clock.advance(3600_000);
    await runDueJobs(app, t.mill.tenant);
    expect(ran).toEqual(["test.own"]);
    expect((await stateOf("test.own")).last_started_at).toBeNull();
  });
});

describe("a lease", () => {
  test("belongs to one of two who ask, who may renew it, until it runs out", async () => {
    const ask = (holder: string): Promise<boolean> => holdLease(t.app, "test", holder, 30);
    expect((await Promise.all([ask("one"), ask("two")])).filter(Boolean)).toHaveLength(1);
    const [holder, other] = (await ask("one")) ? ["one", "two"] : ["two", "one"];
    t.clock.advance(29_000);
    expect(await ask(other ?? "")).toBe(false);
    expect(await ask(holder ?? "")).toBe(true);
    t.clock.advance(29_000);
    expect(await ask(other ?? "")).toBe(false);
    t.clock.advance(2_000);
    expect(await ask(other ?? "")).toBe(true);
    expect(await ask(holder ?? "")).toBe(false);
  });

  test("of one name says nothing about another", async () => {
    expect(await holdLease(t.app, "red", "one", 30)).toBe(true);
    expect(await holdLease(t.app, "blue", "two", 30)).toBe(true);
  });
});
