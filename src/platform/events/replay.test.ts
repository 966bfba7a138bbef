import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type EventWorld, eventWorld } from "../../../tests/support/events.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { inUnit, reading } from "../context.ts";
import { dropDelivery, retryDead, retryDelivery } from "./replay.ts";

let t: TestProgram;
let w: EventWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = eventWorld(t);
});
// What earlier tests left to be tried again is not this one's.
beforeEach(() => w.reset());
afterAll(() => t.close());

describe("a dead delivery", () => {
  test("can be replayed, and the event's other handlers are left alone", async () => {
    let isBroken = true;
    w.listen(
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
    await w.tell("test.replayed");
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await w.round();
      t.clock.advance(24 * 3600_000);
    }
    isBroken = false;
    w.taken = [];
    const [{ id } = { id: "" }] = await w.deliveriesOf("test.replayed");
    await inUnit(t.harbor.system, (work) => retryDelivery(work, id));
    await t.settle();
    expect(w.taken).toEqual(["test.a_dead"]);
    const [replayed, done, dead] = await w.deliveriesOf("test.replayed");
    expect([
      replayed?.succeeded_at !== null,
      done?.succeeded_at !== null,
      dead?.succeeded_at,
      dead?.dead_at !== null,
    ]).toEqual([true, true, null, true]);
  });

  test("can only be replayed by its own organization, and what is done cannot", async () => {
    w.listen("test.fine", { name: "test.fine" });
    await w.tell("test.fine");
    await w.round();
    const [{ id } = { id: "" }] = await w.deliveriesOf("test.fine");
    await expect(inUnit(t.harbor.system, (work) => retryDelivery(work, id))).rejects.toThrow("done already");
    await expect(inUnit(t.harbor.system, (work) => retryDelivery(work, "nonsense"))).rejects.toThrow("not found");
    await t.app.database.write(t.harbor.id, (db) =>
      db.updateTable("event_deliveries").set({ succeeded_at: null, dead_at: t.clock.now() }).execute(),
    );
    await expect(inUnit(t.mill.system, (work) => retryDelivery(work, id))).rejects.toThrow("not found");
    await inUnit(t.harbor.system, (work) => retryDelivery(work, id));
  });

  test("can be dropped: it is not tried again, and the audit log says so", async () => {
    w.listen("test.dropped", { name: "test.drop", run: () => Promise.reject(new Error("no use")) });
    await w.tell("test.dropped");
    const [{ id } = { id: "" }] = await w.deliveriesOf("test.dropped");
    await expect(inUnit(t.harbor.system, (work) => dropDelivery(work, id))).rejects.toThrow("given up");
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await w.round();
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
    w.listen("test.lost", { name: "test.loses", run: () => Promise.reject(new Error("lost")) });
    w.listen("events.delivery_died", {
      name: "test.hears",
      run: async (_, payload) => {
        heard.push(payload);
        throw new Error("deaf");
      },
    });
    await w.tell("test.lost");
    for (let attempt = 0; attempt < 25; attempt += 1) {
      await t.settle();
      t.clock.advance(24 * 3600_000);
    }
    expect(heard).toHaveLength(10);
    expect(heard[0]).toMatchObject({ event_name: "test.lost", handler: "test.loses" });
    expect(await w.deliveriesOf("events.delivery_died")).toHaveLength(1);
    w.listen("events.delivery_died");
  });

  test("of one handler can all be replayed at once", async () => {
    let isBroken = true;
    const run = async (): Promise<void> => {
      if (isBroken) throw new Error("broken");
    };
    w.listen("test.many", { name: "test.all", run });
    await w.tell("test.many");
    await w.tell("test.many");
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await w.round();
      t.clock.advance(24 * 3600_000);
    }
    isBroken = false;
    expect(await inUnit(t.harbor.system, (work) => retryDead(work, "test.all"))).toBe(2);
    await t.settle();
    expect((await w.deliveriesOf("test.many")).map(({ succeeded_at }) => succeeded_at !== null)).toEqual([true, true]);
  });
});
