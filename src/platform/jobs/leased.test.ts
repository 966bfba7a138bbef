import { expect, test } from "bun:test";
import { fixedClock } from "../../../tests/support/clock.ts";
import { waitFor } from "../../../tests/support/waiting.ts";
import type { App } from "../context.ts";
import { newClaim, type Progress, runLeased } from "./leased.ts";

/** One row, as a table would keep it. */
interface Row {
  state: string;
  claim_token: string;
  lease_until: string | null;
  done_count: number;
  last_error: string;
}

const start = "2026-11-21T09:00:00.000Z";

function leased(run: (progress: Progress) => Promise<Partial<Row>>, isStopping = () => false) {
  const clock = fixedClock(start);
  const app = { clock } as unknown as App;
  const { claim_token, lease_until } = newClaim(app);
  const row: Row = { state: "running", claim_token, lease_until, done_count: 0, last_error: "" };
  const write = async (values: object): Promise<boolean> => {
    if (row.claim_token !== claim_token) return false;
    Object.assign(row, values);
    return true;
  };
  const failed = () => ({ state: "failed" });
  const done = () =>
    runLeased<Partial<Row>>(app, { about: {}, write, run, waiting: { state: "waiting" }, failed, isStopping }, 5);
  return { clock, row, done };
}

test("what has come to its end says so, and is held by nobody", async () => {
  const { row, done } = leased(async (progress) => {
    await progress.total(3);
    await progress.done(2);
    await progress.done(1);
    return { state: "done" };
  });
  await done();
  expect(row).toMatchObject({ state: "done", done_count: 3, lease_until: null, last_error: "" });
});

test("work that says nothing for minutes keeps its lease", async () => {
  const held: (string | null)[] = [];
  const one = leased(async () => {
    one.clock.advance(10 * 60_000);
    await waitFor("the lease to be renewed", () => (one.row.lease_until ?? "") > one.clock.now() || undefined);
    held.push(one.row.lease_until);
    return { state: "done" };
  });
  await one.done();
  expect(held).toEqual(["2026-11-21T09:11:00.000Z"]);
});

test("whoever was overtaken goes no further and writes nothing, neither that it is done nor that it failed", async () => {
  for (const ends of ["reports", "is done", "fails"]) {
    const seen: string[] = [];
    const one = leased(async (progress) => {
      Object.assign(one.row, { claim_token: "another node's", state: "theirs" });
      if (ends === "fails") throw new Error("broken");
      if (ends === "reports") await progress.done(1);
      seen.push("went on");
      return { state: "done" };
    });
    await one.done();
    expect({ ends, state: one.row.state, error: one.row.last_error }).toEqual({ ends, state: "theirs", error: "" });
    expect(seen).toEqual(ends === "is done" ? ["went on"] : []);
  }
});

test("an outage is not the work's failure: it waits a minute", async () => {
  const { row, done } = leased(async () => {
    throw Object.assign(new Error("terminating connection"), { code: "57P01" });
  });
  await done();
  expect(row).toMatchObject({ state: "waiting", lease_until: "2026-11-21T09:01:00.000Z" });
  expect(row.last_error).toContain("terminating connection");
});

test("a defect ends it as failed, with what it was", async () => {
  const { row, done } = leased(async () => {
    throw new Error("a reference that nobody knows");
  });
  await done();
  expect(row).toMatchObject({ state: "failed", lease_until: null, last_error: "a reference that nobody knows" });
});

test("when the program ends others may take it at once", async () => {
  const { row, done } = leased(
    async (progress) => {
      await progress.done(1);
      return { state: "done" };
    },
    () => true,
  );
  await done();
  expect(row).toMatchObject({ state: "waiting", lease_until: null });
});
