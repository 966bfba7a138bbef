import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { sql } from "kysely";
import { declareEvent } from "../../tests/support/events.ts";
import { startTestProgram, type TestProgram } from "../../tests/support/program.ts";
import { companies, createCompany, updateCompany } from "../modules/companies/index.ts";
import { action, perform } from "./action.ts";
import { type Ctx, inUnit, reading, type Work } from "./context.ts";
import { insert, update } from "./database/records.ts";
import { searchIds } from "./database/search.ts";
import { emit } from "./events/outbox.ts";

let t: TestProgram;
let ctx: Ctx;

beforeAll(async () => {
  t = await startTestProgram();
});
beforeEach(async () => {
  ctx = await t.harbor.as("administrator");
});
afterAll(() => t.close());

const newCompany = (name: string): Promise<{ id: string; version: number }> =>
  perform(ctx, createCompany, { name }) as Promise<{ id: string; version: number }>;
const nameOf = (id: string): Promise<string | undefined> =>
  reading(
    ctx,
    async ({ db }) => (await db.selectFrom("companies").select("name").where("id", "=", id).executeTakeFirst())?.name,
  );

/** How much of everything there is. */
async function counts(): Promise<Record<string, number>> {
  return reading(ctx, async ({ db }) => {
    const of = async (
      table: "companies" | "audit_log" | "events" | "event_deliveries" | "search_documents",
    ): Promise<number> =>
      Number(
        (
          await db
            .selectFrom(table)
            .select((eb) => eb.fn.countAll<number>().as("n"))
            .executeTakeFirstOrThrow()
        ).n,
      );
    return {
      companies: await of("companies"),
      audit_log: await of("audit_log"),
      events: await of("events"),
      deliveries: await of("event_deliveries"),
      search: await of("search_documents"),
    };
  });
}

const nothing = Type.Object({}, { additionalProperties: false });

describe("inside a unit of work", () => {
  test("any other way to the database throws at once, instead of waiting for ever", async () => {
    const { database } = t.app;
    await inUnit(ctx, async () => {
      expect(() => database.read(t.harbor.id, async () => 1)).toThrow("inside a unit of work");
      expect(() => database.write(t.harbor.id, async () => 1)).toThrow("inside a unit of work");
      expect(() => database.platform(async () => 1)).toThrow("inside a unit of work");
      expect(() => reading(ctx, async () => 1)).toThrow("inside a unit of work");
    });
    expect(await database.read(t.harbor.id, async () => "open again")).toBe("open again");
  });

  test("an action called from an action joins, and both fall together", async () => {
    const before = await counts();
    const outer = action({
      name: "test.outer",
      permission: null,
      input: nothing,
      run: async (work: Work) => {
        await perform(work, createCompany, { name: "Joined Ltd" });
        throw new Error("the outer one fails");
      },
    });
    await expect(perform(ctx, outer, {})).rejects.toThrow("the outer one fails");
    expect(await counts()).toEqual(before);
  });

  test("what it wrote is there for itself, and for others only after the commit", async () => {
    let seenInside = 0;
    let seenOutside = -1;
    const started = Promise.withResolvers<void>();
    const looked = Promise.withResolvers<void>();
    const unit = inUnit(ctx, async (work) => {
      await insert(work, companies, { name: "Half Done" });
      seenInside = (await work.db.selectFrom("companies").select("id").where("name", "=", "Half Done").execute())
        .length;
      started.resolve();
      await looked.promise;
    });
    await started.promise;
    seenOutside = await reading(
      ctx,
      async ({ db }) =>
        (await db.selectFrom("companies").select("id").where("name", "=", "Half Done").execute()).length,
    );
    looked.resolve();
    await unit;
    expect([seenInside, seenOutside]).toEqual([1, 0]);
  });
});

describe("a unit of work that fails", () => {
  test("leaves neither row nor audit entry nor event nor anything to be found", async () => {
    const before = await counts();
    const failing = inUnit(ctx, async (work) => {
      const made = await insert(work, companies, { name: "Vanishing Ltd" });
      await emit(work, declareEvent(t, "companies.created"), { id: made.id });
      await update(work, companies, made.id, { industry: "Smoke" });
      throw new Error("too late");
    });
    await expect(failing).rejects.toThrow("too late");
    expect(await counts()).toEqual(before);
    expect(await reading(ctx, (reader) => searchIds(reader, "companies", "vanishing", 10))).toEqual([]);
  });

  test("does nothing of what was kept for after the commit; one that succeeds does it then", async () => {
    const done: string[] = [];
    await inUnit(ctx, async (work) => {
      work.unit.afterCommit(() => done.push("failed"));
      throw new Error("no");
    }).catch(() => {});
    await inUnit(ctx, async (work) => {
      work.unit.afterCommit(() => done.push("committed"));
      done.push("still inside");
    });
    expect(done).toEqual(["still inside", "committed"]);
  });
});

describe("a statement that fails and whose failure is not passed on", () => {
  const twice = async ({ db }: Work): Promise<void> => {
    const add = (): Promise<unknown> =>
      db.insertInto("counters").values({ counter: "twice", last_number: 1 }).execute();
    await add();
    await expect(add()).rejects.toThrow();
  };

  test("fails the whole unit loudly, and nothing of it is kept or done after it", async () => {
    const before = await counts();
    const done: string[] = [];
    const swallowing = inUnit(ctx, async (work) => {
      work.unit.afterCommit(() => done.push("after the commit"));
      await insert(work, companies, { name: "Told as written" });
      await twice(work);
    });
    await expect(swallowing).rejects.toThrow("nothing of it can be kept");
    expect(await counts()).toEqual(before);
    expect(done).toEqual([]);
  });

  test("lets nothing more be done in the unit, as if it had not happened", async () => {
    const before = await counts();
    await expect(
      inUnit(ctx, async (work) => {
        await twice(work);
        await insert(work, companies, { name: "Goes on" });
      }),
    ).rejects.toThrow();
    expect(await counts()).toEqual(before);
    await newCompany("The next unit is a new one");
  });

  test("on the platform's own tables fails as loudly", async () => {
    const lease = { name: "swallowed", holder: "", expires_at: t.app.clock.now() };
    const swallowing = t.app.database.platform(async (db) => {
      await db.insertInto("leases").values(lease).execute();
      await expect(db.insertInto("leases").values(lease).execute()).rejects.toThrow();
    });
    await expect(swallowing).rejects.toThrow("nothing of it can be kept");
    const leases = await t.app.database.platform((db) => db.selectFrom("leases").select("name").execute());
    expect(leases.map(({ name }) => name)).not.toContain("swallowed");
  });

  test("between a savepoint and going back to it is gone past", async () => {
    await inUnit(ctx, async (work) => {
      await insert(work, companies, { name: "Before the savepoint" });
      await sql`savepoint risky`.execute(work.db);
      await twice(work);
      await sql`rollback to savepoint risky`.execute(work.db);
      await sql`release savepoint risky`.execute(work.db);
      await insert(work, companies, { name: "After the savepoint" });
    });
    const names = await reading(ctx, ({ db }) => db.selectFrom("companies").select("name").execute());
    expect(names.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["Before the savepoint", "After the savepoint"]),
    );
  });
});

describe("what a unit of work writes beside its records", () => {
  const audited = (of: Ctx, id: string): Promise<{ action: string; new_values: unknown }[]> =>
    of.db.selectFrom("audit_log").select(["action", "new_values"]).where("entity_id", "=", id).orderBy("id").execute();

  test("is there for whoever asks for it inside the unit, in the order in which it happened", async () => {
    await inUnit(ctx, async (work) => {
      const { id } = await insert(work, companies, { name: "Looked at at once" });
      expect((await audited(work, id)).map(({ action }) => action)).toEqual(["create"]);
      await update(work, companies, id, { industry: "Glass" });
      await update(work, companies, id, { industry: "Steel" });
      expect(await audited(work, id)).toMatchObject([
        { action: "create" },
        { action: "update", new_values: { industry: "Glass" } },
        { action: "update", new_values: { industry: "Steel" } },
      ]);
      expect(await searchIds(work, "companies", "steel", 10)).toEqual([id]);
      expect(await searchIds(work, "companies", "glass", 10)).toEqual([]);
    });
  });

  test("is what it was when it was written, whatever becomes of the values afterwards", async () => {
    const id = await inUnit(ctx, async (work) => {
      const address = { city: "Leeds" };
      const made = await insert(work, companies, { name: "Moves later", address });
      (made.address as { city: string }).city = "changed in memory";
      address.city = "changed in memory";
      return made.id;
    });
    expect(await reading(ctx, (reader) => audited(reader, id))).toMatchObject([
      { new_values: { address: { city: "Leeds" } } },
    ]);
  });

  test("goes with what is taken back to a savepoint, and what was there before it stays", async () => {
    const ids = await inUnit(ctx, async (work) => {
      const kept = await insert(work, companies, { name: "Kept before" });
      await sql`savepoint outer_one`.execute(work.db);
      const released = await insert(work, companies, { name: "Kept between" });
      await sql`savepoint inner_one`.execute(work.db);
      const lost = await insert(work, companies, { name: "Taken back" });
      // Whoever asks has everything put down, within the savepoint.
      expect(await audited(work, lost.id)).toHaveLength(1);
      await sql`rollback to savepoint inner_one`.execute(work.db);
      await sql`release savepoint inner_one`.execute(work.db);
      await sql`release savepoint outer_one`.execute(work.db);
      const after = await insert(work, companies, { name: "Kept after" });
      return { kept: kept.id, released: released.id, lost: lost.id, after: after.id };
    });
    const { kept, released, lost, after } = ids;
    await reading(ctx, async (reader) => {
      expect(await Promise.all([kept, released, after].map(async (id) => (await audited(reader, id)).length))).toEqual([
        1, 1, 1,
      ]);
      expect(await audited(reader, lost)).toEqual([]);
      expect((await searchIds(reader, "companies", "kept", 10)).toSorted()).toEqual([kept, released, after].toSorted());
      expect(await searchIds(reader, "companies", "taken", 10)).toEqual([]);
    });
  });

  test("comes whole however much it is", async () => {
    const before = await counts();
    const rows = Array.from({ length: 203 }, (_, at) => ({ name: `Many ${at}` }));
    await inUnit(ctx, async (work) => {
      for (const row of rows) await insert(work, companies, row);
    });
    const now = await counts();
    expect([now["audit_log"], now["search"]]).toEqual([
      (before["audit_log"] ?? 0) + rows.length,
      (before["search"] ?? 0) + rows.length,
    ]);
  });
});

describe("two units of work side by side", () => {
  test("on the version that both have seen: one is done, the other is told", async () => {
    const { id, version } = await newCompany("Contested");
    const change = (industry: string): Promise<unknown> => perform(ctx, updateCompany, { id, version, industry });
    const results = await Promise.allSettled([change("One"), change("Two"), change("Three")]);
    const refused = results
      .filter((result) => result.status === "rejected")
      .map((result) => (result.reason as { status: number }).status);
    expect(refused).toEqual([412, 412]);
  });

  test("that each read a value and write one more lose nothing", async () => {
    const { id } = await newCompany("0");
    const oneMore = (): Promise<unknown> =>
      inUnit(ctx, async (work) => {
        const { name } = await work.db
          .selectFrom("companies")
          .select("name")
          .where("id", "=", id)
          .executeTakeFirstOrThrow();
        await Bun.sleep(2);
        await update(work, companies, id, { name: String(Number(name) + 1) });
      });
    await Promise.all(Array.from({ length: 10 }, oneMore));
    expect(await nameOf(id)).toBe("10");
  });

  test("have their turns in the order they came, and none is left waiting", async () => {
    const order: number[] = [];
    const units = Array.from({ length: 12 }, (_, index) =>
      inUnit(ctx, async () => {
        await Bun.sleep(index % 3);
        order.push(index);
      }),
    );
    const reads = Array.from({ length: 12 }, () =>
      reading(ctx, async ({ db }) => db.selectFrom("companies").select("id").execute()),
    );
    await Promise.all([...units, ...reads]);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test("of two organizations: one that fails does not touch the other", async () => {
    const [mine, theirs] = await Promise.allSettled([
      inUnit(ctx, async (work) => {
        await insert(work, companies, { name: "Side by side" });
        throw new Error("mine fails");
      }),
      inUnit(t.mill.system, (work) => insert(work, companies, { name: "Side by side" })),
    ]);
    expect([mine.status, theirs.status]).toEqual(["rejected", "fulfilled"]);
    expect(await reading(t.mill.system, ({ db }) => db.selectFrom("companies").select("name").execute())).toEqual([
      { name: "Side by side" },
    ]);
  });
});

describe("a read", () => {
  test("inside a read takes no second connection, so that many at once never wait for each other", async () => {
    // More than any pool of the tests has connections.
    const reads = Array.from({ length: 40 }, () =>
      reading(ctx, (outer) => reading(outer, async ({ db }) => db === outer.db)),
    );
    expect(new Set(await Promise.all(reads))).toEqual(new Set([true]));
  });

  test("changes nothing", async () => {
    await expect(reading(ctx, (reader) => inUnit(reader, () => Promise.resolve()))).rejects.toThrow("inside a read");
  });
});

describe("what comes after the end", () => {
  const late = async (db: Work["db"]): Promise<unknown> => db.selectFrom("companies").select("id").execute();

  test("of a read or a unit of work is refused, for the connection is somebody else's by then", async () => {
    const { database } = t.app;
    const read = await database.read(t.harbor.id, async (db) => ({ db }));
    const written = await database.write(t.harbor.id, async (db) => ({ db }));
    for (const { db } of [read, written]) await expect(late(db)).rejects.toThrow(/has ended|already committed/);
  });

  test("of parts that were asked side by side, of which one failed, reaches nobody; the next reads as ever", async () => {
    const { database } = t.app;
    const gate = Promise.withResolvers<void>();
    let straggler: Promise<unknown> = Promise.resolve();
    const failed = database.read(t.harbor.id, (db) => {
      straggler = (async () => {
        await db.selectFrom("companies").select("id").limit(1).execute();
        await gate.promise;
        return db.selectFrom("companies").select("name").limit(1).execute();
      })();
      return Promise.all([straggler, sql`select no_such_column from companies`.execute(db)]);
    });
    await expect(failed).rejects.toThrow("no_such_column");
    gate.resolve();
    await expect(straggler).rejects.toThrow("has ended");
    const { id } = await newCompany("Side By Side Ltd");
    expect(await nameOf(id)).toBe("Side By Side Ltd");
  });
});
