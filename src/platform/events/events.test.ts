import { Type } from "@sinclair/typebox";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { declareEvent, type EventWorld, eventWorld } from "../../../tests/support/events.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { companies } from "../../modules/companies/index.ts";
import { inUnit, reading, systemContext } from "../context.ts";
import { insert } from "../database/records.ts";
import { newId } from "../ids.ts";
import { dispatchEvents } from "./dispatcher.ts";
import { eventType } from "./event-type.ts";
import { emit } from "./outbox.ts";

let t: TestProgram;
let w: EventWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = eventWorld(t);
});
// What earlier tests left to be tried again is not this one's.
beforeEach(() => w.reset());
afterAll(() => t.close());

describe("an event", () => {
  test("reaches each handler once, with what it said", async () => {
    const payloads: unknown[] = [];
    w.listen(
      "test.once",
      { name: "test.first", run: async (_, payload) => void payloads.push(payload) },
      { name: "test.second" },
    );
    await w.tell("test.once", { company_id: "7", lines: [1, { deep: true }] });
    expect(await w.round()).toBe(2);
    expect(await w.round()).toBe(0);
    expect(w.taken).toEqual(["test.first", "test.second"]);
    expect(payloads).toEqual([{ company_id: "7", lines: [1, { deep: true }] }]);
  });

  test("takes effect once also when two dispatchers work on it at the same time", async () => {
    w.listen("test.twice", {
      name: "test.makes",
      run: async (work) => void (await insert(work, companies, { name: "Made by an event" })),
    });
    for (let index = 0; index < 5; index += 1) await w.tell("test.twice");
    await Promise.all([w.round(), w.round(), w.round()]);
    const made = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("companies").select("id").where("name", "=", "Made by an event").execute(),
    );
    expect(made).toHaveLength(5);
    expect(w.taken).toHaveLength(5);
  });

  test("of another organization is not touched", async () => {
    w.listen("test.theirs", { name: "test.theirs" });
    await inUnit(t.mill.system, (work) => emit(work, declareEvent(t, "test.theirs"), {}));
    await w.round();
    expect(w.taken).toEqual([]);
    await dispatchEvents(t.app, t.mill.tenant);
    expect(w.taken).toEqual(["test.theirs"]);
  });

  test("told by a handler is handed out like any other", async () => {
    w.listen("test.cause", { name: "test.causes", run: (work) => emit(work, declareEvent(t, "test.effect"), {}) });
    w.listen("test.effect", { name: "test.affected" });
    await w.tell("test.cause");
    await t.settle();
    expect(w.taken).toEqual(["test.causes", "test.affected"]);
  });
});

describe("what an event says", () => {
  const type = eventType({
    name: "test.said",
    description: "A test said something.",
    payload: Type.Object({ company_id: Type.String({ format: "uuid" }) }),
  });
  const said = () =>
    reading(t.harbor.system, ({ db }) =>
      db.selectFrom("events").select("payload").where("event_name", "=", "test.said").execute(),
    );

  test("is held against its declaration, so that a test finds what is wrong", async () => {
    declareEvent(t, "test.said");
    await expect(inUnit(t.harbor.system, (work) => emit(work, type, { company_id: "7" }))).rejects.toThrow(
      "the event test.said was told wrongly: Company must be an id",
    );
    expect(await said()).toEqual([]);
  });

  test("has to be declared by a module", async () => {
    const unknown = { ...type, name: "test.unknown" };
    await expect(inUnit(t.harbor.system, (work) => emit(work, unknown, { company_id: newId() }))).rejects.toThrow(
      "no module declares this event",
    );
  });

  test("is kept and told in production also when it is wrong: the change it is about must not be lost", async () => {
    declareEvent(t, "test.said");
    const lenient = { ...t.app, options: { ...t.app.options, isStrict: false } };
    await inUnit(systemContext(lenient, t.harbor.tenant), (work) => emit(work, type, { company_id: "7" }));
    expect(await said()).toEqual([{ payload: { company_id: "7" } }]);
  });
});

describe("a handler that fails", () => {
  test("leaves nothing of what it did, and does not hold up the others", async () => {
    w.listen(
      "test.half",
      {
        name: "test.fails",
        run: async (work) => {
          await insert(work, companies, { name: "Half" });
          throw new Error("half-way");
        },
      },
      { name: "test.works" },
    );
    await w.tell("test.half");
    await w.round();
    const [failed, worked] = await w.deliveriesOf("test.half");
    expect(failed).toMatchObject({ handler: "test.fails", attempts: 1, succeeded_at: null, last_error: "half-way" });
    expect(worked?.succeeded_at).toBe(t.clock.now());
    expect(
      await reading(t.harbor.system, ({ db }) =>
        db.selectFrom("companies").select("id").where("name", "=", "Half").execute(),
      ),
    ).toEqual([]);
  });

  test("is tried again after 1 second, 5, 30, …, and given up after the tenth time", async () => {
    w.listen("test.never", {
      name: "test.never",
      run: async () => {
        throw new Error("never");
      },
    });
    await w.tell("test.never");
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      expect(await w.round()).toBe(1);
      const [delivery] = await w.deliveriesOf("test.never");
      expect(delivery?.attempts).toBe(attempt);
      if (delivery?.next_attempt_at == null) break;
      expect(await w.round()).toBe(0);
      const wait = Date.parse(delivery.next_attempt_at) - Date.parse(t.clock.now());
      waits.push(wait / 1000);
      t.clock.advance(wait - 1);
      expect(await w.round()).toBe(0);
      t.clock.advance(1);
    }
    expect(waits).toEqual([1, 5, 30, 120, 600, 1800, 3600, 7200, 14400]);
    expect(w.taken).toHaveLength(10);
    const [dead] = await w.deliveriesOf("test.never");
    expect(dead).toMatchObject({ attempts: 10, dead_at: t.clock.now(), next_attempt_at: null, succeeded_at: null });
    // That it was given up is an event of its own, which others hear of.
    await t.settle();
    t.clock.advance(30 * 24 * 3600_000);
    expect(await w.round()).toBe(0);
  });

  test("has used up one attempt, also when two dispatchers were at it", async () => {
    w.listen("test.both", {
      name: "test.both",
      run: async () => {
        throw new Error("no");
      },
    });
    await w.tell("test.both");
    await Promise.all([w.round(), w.round()]);
    expect((await w.deliveriesOf("test.both"))[0]?.attempts).toBe(1);
  });

  test("because the database or its disk is away uses up no attempt, however often, and is not given up", async () => {
    const outage = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    let isAway = true;
    w.listen("test.away", {
      name: "test.away",
      run: async () => {
        if (isAway) throw outage;
      },
    });
    await w.tell("test.away");
    for (let attempt = 1; attempt <= 12; attempt += 1) {
      expect(await w.round()).toBe(1);
      t.clock.advance(5_000);
    }
    expect((await w.deliveriesOf("test.away"))[0]).toMatchObject({ attempts: 0, dead_at: null, succeeded_at: null });
    isAway = false;
    await w.round();
    expect((await w.deliveriesOf("test.away"))[0]?.succeeded_at).toBe(t.clock.now());
  });

  test("that exists no more in this version is a failure that says so", async () => {
    w.listen("test.gone", { name: "test.gone" });
    await w.tell("test.gone");
    w.listen("test.gone");
    await w.round();
    expect((await w.deliveriesOf("test.gone"))[0]?.last_error).toContain("nothing handles test.gone as test.gone");
  });
});
