import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  type ApiAnswer,
  pointerOf,
  startTestProgram,
  testNow,
  type TestProgram,
} from "../../../tests/support/program.ts";
import { type TimeWorld, timeWorld } from "../../../tests/support/time.ts";
import { perform } from "../../platform/action.ts";
import { contextOf, reading } from "../../platform/context.ts";
import { activeTimer, deleteTime, startTimer, stopTimer, updateTime } from "./index.ts";

let t: TestProgram;
let w: TimeWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await timeWorld(t);
});
afterAll(() => t.close());

describe("the timer", () => {
  const timer = (verb: string, attributes?: Record<string, unknown>): Promise<ApiAnswer> =>
    t.api("POST", `/api/v1/time-entries/timer/${verb}`, {
      key: w.technicianKey,
      ...(attributes === undefined ? {} : { body: { data: { type: "timers", attributes } } }),
    });
  const active = async (as = w.technicianKey): Promise<ApiAnswer["body"]> =>
    (await t.api("GET", "/api/v1/time-entries/timer/active", { key: as })).body.data;

  test("starts once, runs on, and is logged when it stops", async () => {
    expect(await active()).toBeNull();
    const { id, number } = await w.ticket(w.acme);
    t.clock.set("2026-11-21T09:00:00.000Z");
    const started = await timer("start", { ticket_id: id, notes: "Looking" });
    expect([started.status, started.body.data.attributes.ticket_number]).toEqual([201, number]);
    t.clock.advance(20 * 60_000);
    expect((await active()).attributes.minutes).toBe(20);
    expect(await active(w.key)).toBeNull();
    const second = await timer("start");
    expect([second.status, second.body.errors[0].code, second.body.errors[0].detail]).toEqual([
      409,
      "timer_running",
      expect.stringContaining(`#${number} for 20 min`),
    ]);
    const stopped = await timer("stop");
    expect(stopped.status).toBe(201);
    expect(stopped.body.data).toMatchObject({
      type: "time_entries",
      attributes: {
        ticket_id: id,
        worked_minutes: 20,
        duration_minutes: 30,
        start_time: "09:00",
        end_time: "09:20",
        notes: "Looking",
        company_id: w.acme,
      },
    });
    expect(await active()).toBeNull();
    expect((await timer("stop")).body.errors[0].code).toBe("no_timer");
  });

  test("goes on when nobody says whom the work was for", async () => {
    await timer("start");
    t.clock.advance(60_000);
    expect(pointerOf(await timer("stop"))).toEqual([422, "/data/attributes/company_id"]);
    expect(await active()).not.toBeNull();
    expect((await timer("stop", { company_id: w.acme, duration: "10" })).body.data.attributes).toMatchObject({
      worked_minutes: 10,
      start_time: null,
      company_id: w.acme,
    });
  });

  test("left running over the weekend asks how long the work took", async () => {
    await timer("start", { ticket_id: (await w.ticket(w.acme)).id });
    t.clock.advance(60 * 3600_000);
    const answer = await timer("stop");
    expect([...pointerOf(answer), answer.body.errors[0].detail]).toEqual([
      422,
      "/data/attributes/duration",
      expect.stringContaining("60 h"),
    ]);
    expect((await timer("stop", { duration: "2h" })).body.data.attributes.worked_minutes).toBe(120);
    t.clock.set(testNow);
  });

  test("says from when till when only where that tells the same as its minutes", async () => {
    const zone = "Europe/Berlin";
    const there = contextOf(t.app, { ...w.technician.tenant, zone, timezone: zone }, w.technician.actor);
    // Across the end of summer time, on a usual day, and all around the clock.
    for (const [started, minutes, times] of [
      ["2026-10-25T00:50:00.000Z", 90, [null, null]],
      ["2026-10-26T00:50:00.000Z", 90, ["01:50", "03:20"]],
      ["2026-10-27T08:00:00.000Z", 24 * 60, [null, null]],
    ] as const) {
      t.clock.set(started);
      await perform(there, startTimer, {});
      t.clock.advance(minutes * 60_000);
      const entry = await perform(there, stopTimer, { company_id: w.acme });
      expect([entry.worked_minutes, [entry.start_time, entry.end_time]]).toEqual([minutes, [...times]]);
      const noted = await perform(there, updateTime, { id: entry.id, notes: "Looked at again" });
      expect(noted.notes).toBe("Looked at again");
    }
    t.clock.set(testNow);
  });

  test("belongs to one person: two starts at once leave one", async () => {
    const results = await Promise.allSettled([
      perform(w.technician, startTimer, {}),
      perform(w.technician, startTimer, {}),
      perform(w.admin, startTimer, {}),
    ]);
    expect(results.map((one) => one.status).toSorted()).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(await reading(w.technician, activeTimer)).toMatchObject({ ticket_id: null });
    for (const who of [w.technician, w.admin])
      await perform(who, deleteTime, { id: (await perform(who, stopTimer, { company_id: w.acme })).id });
  });

  test("refuses a ticket that is not there", async () => {
    expect(pointerOf(await timer("start", { ticket_id: Bun.randomUUIDv7() }))).toEqual([
      422,
      "/data/attributes/ticket_id",
    ]);
    expect(await active()).toBeNull();
  });
});
