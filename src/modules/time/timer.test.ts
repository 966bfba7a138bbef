import { addAll } from "../../platform/reference.ts";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ApiAnswer, startTestProgram, testNow, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import { createCompany } from "../companies/index.ts";
import { openTicket } from "../tickets/index.ts";
import { activeTimer, deleteTime, startTimer, stopTimer } from "./index.ts";
import { workTypeSet } from "./reference.ts";

let t: TestProgram;
let admin: Ctx;
let technician: Ctx;
let key: string;
let technicianKey: string;
let acme: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.as("administrator");
  technician = await t.harbor.as("technician");
  key = await t.harbor.key("administrator");
  technicianKey = await t.harbor.key("technician");
  await inUnit(t.harbor.system, (work) => addAll(work, workTypeSet));
  acme = (await perform(admin, createCompany, { name: "Acme" })).id;
});
afterAll(() => t.close());

const pointerOf = (answer: ApiAnswer): [number, string] => [answer.status, answer.body.errors?.[0]?.source?.pointer];

async function ticket(companyId: string): Promise<{ id: string; number: string }> {
  const { id, ticket_number } = await perform(admin, openTicket, { title: "Printer jams", company_id: companyId });
  return { id, number: ticket_number };
}

describe("the timer", () => {
  const timer = (verb: string, attributes?: Record<string, unknown>): Promise<ApiAnswer> =>
    t.api("POST", `/api/v1/time-entries/timer/${verb}`, {
      key: technicianKey,
      ...(attributes === undefined ? {} : { body: { data: { type: "timers", attributes } } }),
    });
  const active = async (as = technicianKey): Promise<ApiAnswer["body"]> =>
    (await t.api("GET", "/api/v1/time-entries/timer/active", { key: as })).body.data;

  test("starts once, runs on, and is logged when it stops", async () => {
    expect(await active()).toBeNull();
    const { id, number } = await ticket(acme);
    t.clock.set("2026-11-21T09:00:00.000Z");
    const started = await timer("start", { ticket_id: id, notes: "Looking" });
    expect([started.status, started.body.data.attributes.ticket_number]).toEqual([201, number]);
    t.clock.advance(20 * 60_000);
    expect((await active()).attributes.minutes).toBe(20);
    expect(await active(key)).toBeNull();
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
        company_id: acme,
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
    expect((await timer("stop", { company_id: acme, duration: "10" })).body.data.attributes).toMatchObject({
      worked_minutes: 10,
      start_time: null,
      company_id: acme,
    });
  });

  test("left running over the weekend asks how long the work took", async () => {
    await timer("start", { ticket_id: (await ticket(acme)).id });
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

  test("belongs to one person: two starts at once leave one", async () => {
    const results = await Promise.allSettled([
      perform(technician, startTimer, {}),
      perform(technician, startTimer, {}),
      perform(admin, startTimer, {}),
    ]);
    expect(results.map((one) => one.status).toSorted()).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(await reading(technician, activeTimer)).toMatchObject({ ticket_id: null });
    for (const who of [technician, admin])
      await perform(who, deleteTime, { id: (await perform(who, stopTimer, { company_id: acme })).id });
  });

  test("refuses a ticket that is not there", async () => {
    expect(pointerOf(await timer("start", { ticket_id: Bun.randomUUIDv7() }))).toEqual([
      422,
      "/data/attributes/ticket_id",
    ]);
    expect(await active()).toBeNull();
  });
});
