import { Type } from "@sinclair/typebox";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { declareEvent } from "../../../tests/support/events.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { companies } from "../../modules/companies/index.ts";
import { inUnit, reading, systemContext, type Work } from "../context.ts";
import { insert } from "../database/records.ts";
import { newId } from "../ids.ts";
import { dispatchEvents } from "./dispatcher.ts";
import { eventType, type Happened, type Subscription } from "./event-type.ts";
import { emit } from "./outbox.ts";
import { dropDelivery, retryDead, retryDelivery } from "./replay.ts";

let t: TestProgram;
let taken: string[];

beforeAll(async () => {
  t = await startTestProgram();
});
beforeEach(async () => {
  taken = [];
  // What earlier tests left to be tried again is not this one's.
  await t.app.database.write(t.harbor.id, (db) => db.deleteFrom("event_deliveries").execute());
  t.clock.set("2026-11-21T09:00:00.000Z");
});
afterAll(() => t.close());

/** Lets somebody listen to an event of the test's own. */
function listen(
  event: string,
  ...handlers: { name: string; run?(work: Work, payload: Record<string, unknown>): Promise<void> }[]
): void {
  const subscriptions = t.app.registry.subscriptions as Map<string, readonly Subscription[]>;
  subscriptions.set(
    event,
    handlers.map(({ name, run }) => ({
      event,
      name,
      run: async (work: Work, { payload }: Happened) => {
        taken.push(name);
        await run?.(work, payload);
      },
    })),
  );
}

const tell = (event: string, payload: Record<string, unknown> = {}): Promise<void> =>
  inUnit(t.harbor.system, (work) => emit(work, declareEvent(t, event), payload));
const round = (): Promise<number> => dispatchEvents(t.app, t.harbor.tenant);
const deliveriesOf = (event: string) =>
  reading(t.harbor.system, ({ db }) =>
    db
      .selectFrom("event_deliveries")
      .innerJoin("events", "events.id", "event_deliveries.event_id")
      .select([
        "event_deliveries.id",
        "handler",
        "event_id",
        "attempts",
        "next_attempt_at",
        "succeeded_at",
        "dead_at",
        "last_error",
      ])
      .where("event_name", "=", event)
      .orderBy("handler")
      .execute(),
  );

describe("an event", () => {
  test("reaches each handler once, with what it said", async () => {
    const payloads: unknown[] = [];
    listen(
      "test.once",
      { name: "test.first", run: async (_, payload) => void payloads.push(payload) },
      { name: "test.second" },
    );
    await tell("test.once", { company_id: "7", lines: [1, { deep: true }] });
    expect(await round()).toBe(2);
    expect(await round()).toBe(0);
    expect(taken).toEqual(["test.first", "test.second"]);
    expect(payloads).toEqual([{ company_id: "7", lines: [1, { deep: true }] }]);
  });

  test("takes effect once also when two dispatchers work on it at the same time", async () => {
    listen("test.twice", {
      name: "test.makes",
      run: async (work) => void (await insert(work, companies, { name: "Made by an event" })),
    });
    for (let index = 0; index < 5; index += 1) await tell("test.twice");
    await Promise.all([round(), round(), round()]);
    const made = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("companies").select("id").where("name", "=", "Made by an event").execute(),
    );
    expect(made).toHaveLength(5);
    expect(taken).toHaveLength(5);
  });

  test("of another organization is not touched", async () => {
    listen("test.theirs", { name: "test.theirs" });
    await inUnit(t.mill.system, (work) => emit(work, declareEvent(t, "test.theirs"), {}));
    await round();
    expect(taken).toEqual([]);
    await dispatchEvents(t.app, t.mill.tenant);
    expect(taken).toEqual(["test.theirs"]);
  });

  test("told by a handler is handed out like any other", async () => {
    listen("test.cause", { name: "test.causes", run: (work) => emit(work, declareEvent(t, "test.effect"), {}) });
    listen("test.effect", { name: "test.affected" });
    await tell("test.cause");
    await t.settle();
    expect(taken).toEqual(["test.causes", "test.affected"]);
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
    listen(
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
    await tell("test.half");
    await round();
    const [failed, worked] = await deliveriesOf("test.half");
    expect(failed).toMatchObject({ handler: "test.fails", attempts: 1, succeeded_at: null, last_error: "half-way" });
    expect(worked?.succeeded_at).toBe(t.clock.now());
    expect(
      await reading(t.harbor.system, ({ db }) =>
        db.selectFrom("companies").select("id").where("name", "=", "Half").execute(),
      ),
    ).toEqual([]);
  });

  test("is tried again after 1 second, 5, 30, …, and given up after the tenth time", async () => {
    listen("test.never", {
      name: "test.never",
      run: async () => {
        throw new Error("never");
      },
    });
    await tell("test.never");
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      expect(await round()).toBe(1);
      const [delivery] = await deliveriesOf("test.never");
      expect(delivery?.attempts).toBe(attempt);
      if (delivery?.next_attempt_at == null) break;
      expect(await round()).toBe(0);
      const wait = Date.parse(delivery.next_attempt_at) - Date.parse(t.clock.now());
      waits.push(wait / 1000);
      t.clock.advance(wait - 1);
      expect(await round()).toBe(0);
      t.clock.advance(1);
    }
    expect(waits).toEqual([1, 5, 30, 120, 600, 1800, 3600, 7200, 14400]);
    expect(taken).toHaveLength(10);
    const [dead] = await deliveriesOf("test.never");
    expect(dead).toMatchObject({ attempts: 10, dead_at: t.clock.now(), next_attempt_at: null, succeeded_at: null });
    // That it was given up is an event of its own, which others hear of.
    await t.settle();
    t.clock.advance(30 * 24 * 3600_000);
    expect(await round()).toBe(0);
  });

  test("has used up one attempt, also when two dispatchers were at it", async () => {
    listen("test.both", {
      name: "test.both",
      run: async () => {
        throw new Error("no");
      },
    });
    await tell("test.both");
    await Promise.all([round(), round()]);
    expect((await deliveriesOf("test.both"))[0]?.attempts).toBe(1);
  });

  test("because the database or its disk is away uses up no attempt, however often, and is not given up", async () => {
    const outage = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    let isAway = true;
    listen("test.away", {
      name: "test.away",
      run: async () => {
        if (isAway) throw outage;
      },
    });
    await tell("test.away");
    for (let attempt = 1; attempt <= 12; attempt += 1) {
      expect(await round()).toBe(1);
      t.clock.advance(5_000);
    }
    expect((await deliveriesOf("test.away"))[0]).toMatchObject({ attempts: 0, dead_at: null, succeeded_at: null });
    isAway = false;
    await round();
    expect((await deliveriesOf("test.away"))[0]?.succeeded_at).toBe(t.clock.now());
  });

  test("that exists no more in this version is a failure that says so", async () => {
    listen("test.gone", { name: "test.gone" });
    await tell("test.gone");
    listen("test.gone");
    await round();
    expect((await deliveriesOf("test.gone"))[0]?.last_error).toContain("nothing handles test.gone as test.gone");
  });
});

describe("a dead delivery", () => {
  test("can be replayed, and the event's other handlers are left alone", async () => {
    let isBroken = true;
    listen(
      "test.replayed",
      {
        name: "test.a_dead",
        run: async () => {
          if (isBroken) throw new Error("broken");
        },
      },
      { name: "test.b_done" },
      {
        name: "test.c_dead",
        run: async () => {
          throw new Error("still broken");
        },
      },
    );
    await tell("test.replayed");
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await round();
      t.clock.advance(24 * 3600_000);
    }
    isBroken = false;
    taken = [];
    const [{ id } = { id: "" }] = await deliveriesOf("test.replayed");
    await inUnit(t.harbor.system, (work) => retryDelivery(work, id));
    await t.settle();
    expect(taken).toEqual(["test.a_dead"]);
    const [replayed, done, dead] = await deliveriesOf("test.replayed");
    expect([
      replayed?.succeeded_at !== null,
      done?.succeeded_at !== null,
      dead?.succeeded_at,
      dead?.dead_at !== null,
    ]).toEqual([true, true, null, true]);
  });

  test("can only be replayed by its own organization, and what is done cannot", async () => {
    listen("test.fine", { name: "test.fine" });
    await tell("test.fine");
    await round();
    const [{ id } = { id: "" }] = await deliveriesOf("test.fine");
    await expect(inUnit(t.harbor.system, (work) => retryDelivery(work, id))).rejects.toThrow("done already");
    await expect(inUnit(t.harbor.system, (work) => retryDelivery(work, "nonsense"))).rejects.toThrow("not found");
    await t.app.database.write(t.harbor.id, (db) =>
      db.updateTable("event_deliveries").set({ succeeded_at: null, dead_at: t.clock.now() }).execute(),
    );
    await expect(inUnit(t.mill.system, (work) => retryDelivery(work, id))).rejects.toThrow("not found");
    await inUnit(t.harbor.system, (work) => retryDelivery(work, id));
  });

  test("can be dropped: it is not tried again, and the audit log says so", async () => {
    listen("test.dropped", { name: "test.drop", run: () => Promise.reject(new Error("no use")) });
    await tell("test.dropped");
    const [{ id } = { id: "" }] = await deliveriesOf("test.dropped");
    await expect(inUnit(t.harbor.system, (work) => dropDelivery(work, id))).rejects.toThrow("given up");
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await round();
      t.clock.advance(24 * 3600_000);
    }
    await inUnit(t.harbor.system, (work) => dropDelivery(work, id));
    await expect(inUnit(t.harbor.system, (work) => retryDelivery(work, id))).rejects.toThrow("dropped");
    expect(await inUnit(t.harbor.system, (work) => retryDead(work, "test.drop"))).toBe(0);
    const entries = await reading(t.harbor.system, ({ db }) =>
      db.selectFrom("audit_log").select(["action", "old_values"]).where("entity_id", "=", id).execute(),
    );
    expect(entries).toMatchObject([{ action: "delete", old_values: { handler: "test.drop", last_error: "no use" } }]);
  });

  test("is told of as an event of its own; that nobody could hear of that one is not told again", async () => {
    const heard: Record<string, unknown>[] = [];
    listen("test.lost", { name: "test.loses", run: () => Promise.reject(new Error("lost")) });
    listen("events.delivery_died", {
      name: "test.hears",
      run: async (_, payload) => {
        heard.push(payload);
        throw new Error("deaf");
      },
    });
    await tell("test.lost");
    for (let attempt = 0; attempt < 25; attempt += 1) {
      await t.settle();
      t.clock.advance(24 * 3600_000);
    }
    expect(heard).toHaveLength(10);
    expect(heard[0]).toMatchObject({ event_name: "test.lost", handler: "test.loses" });
    expect(await deliveriesOf("events.delivery_died")).toHaveLength(1);
    listen("events.delivery_died");
  });

  test("of one handler can all be replayed at once", async () => {
    let isBroken = true;
    const run = async (): Promise<void> => {
      if (isBroken) throw new Error("broken");
    };
    listen("test.many", { name: "test.all", run });
    await tell("test.many");
    await tell("test.many");
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await round();
      t.clock.advance(24 * 3600_000);
    }
    isBroken = false;
    expect(await inUnit(t.harbor.system, (work) => retryDead(work, "test.all"))).toBe(2);
    await t.settle();
    expect((await deliveriesOf("test.many")).map(({ succeeded_at }) => succeeded_at !== null)).toEqual([true, true]);
  });
});
