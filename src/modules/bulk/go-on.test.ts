import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type BulkDesk, bulkDesk, idsOf } from "../../../tests/support/bulk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import { find } from "../../platform/access/reach.ts";
import { type Starter, starterOf } from "../../platform/access/starter.ts";
import { insert } from "../../platform/database/records.ts";
import type { TicketRow } from "../tickets/index.ts";
import { carryOut } from "./run.ts";
import { bulkRuns } from "./schema.ts";

/** Runs that nobody waits for: long ones, and those that a crash or an outage has cut off. */

setDefaultTimeout(180_000);

let t: TestProgram;
let technician: Ctx;
let { open, ticket, post, text } = {} as BulkDesk;

beforeAll(async () => {
  t = await startTestProgram();
  ({ technician, open, ticket, post, text } = await bulkDesk(t));
});
afterAll(() => t.close());

/** The background's round, which goes on with what is unfinished. */
async function goOn(isStopping: () => boolean = () => false): Promise<void> {
  const round = t.app.registry.rounds.find(({ name }) => name === "bulk.go_on");
  if (round === undefined) throw new Error("no round");
  await round.run(t.app, isStopping);
}

describe("more than 200 records", () => {
  test("go on by themselves, stop with the program, and then go on where they were", async () => {
    const rows: TicketRow[] = [];
    for (let number = 0; number < 201; number += 1) rows.push(await open(`Many ${number}`));
    const answer = await post("/bulk/run", { list: "/tickets", do: "close", ids: idsOf(rows) });
    const path = answer.headers.get("location") ?? "";
    expect(await text(path)).toContain("0 of 201");
    let asked = 0;
    await goOn(() => (asked += 1) > 70);
    expect(await text(path)).toMatch(/\b[1-9]\d of 201/);
    t.clock.advance(60_000);
    await goOn();
    expect(await text(path)).toContain("201 done, 0 skipped, 0 failed");
  });
});

describe("a run that goes on by itself", () => {
  /** A run over records that was begun and left lying, as a crash leaves it. */
  const leftLying = (
    entities: string[],
    given: { title: string; starter?: Partial<Starter>; input?: Record<string, unknown>; action?: string },
  ): Promise<string> =>
    inUnit(technician, async (work) => {
      const row = await insert(work, bulkRuns, {
        user_id: technician.actor.user_id ?? "",
        title: given.title,
        action_name: given.action ?? "tickets.update",
        action_input: given.input ?? { title: given.title },
        starter: { ...starterOf(technician.actor), ...given.starter } as Starter,
        total_count: entities.length,
      });
      const items = entities.map((entity_id, item_number) => ({
        run_id: row.id,
        item_number,
        entity_id,
        label: "",
        outcome: "pending" as const,
        reason: "",
        reverse: null,
      }));
      await work.db.insertInto("bulk_items").values(items).execute();
      return row.id;
    });
  const run = (id: string) => reading(technician, (ctx) => find(ctx, "bulk_runs", id));

  /** What becomes of the one record of a run that was begun with these permissions and left lying. */
  async function takenUp(starter: Partial<Starter>): Promise<string> {
    const { id: entity_id } = await open("Left lying");
    const id = await leftLying([entity_id], { title: "Renamed later", starter });
    await goOn();
    expect((await run(id)).run_state).toBe("finished");
    return (await ticket(entity_id)).title;
  }

  test("does no more than was permitted when it began, whatever its person may do", async () => {
    expect(await takenUp({})).toBe("Renamed later");
    expect(await takenUp({ grants: ["tickets.read"] })).toBe("Left lying");
  });

  test("does each record once, also where two work on it", async () => {
    const rows = [];
    for (let number = 0; number < 8; number += 1) rows.push(await open(`Both ${number}`));
    const id = await leftLying(
      rows.map((row) => row.id),
      { title: "Renamed by both" },
    );
    const one = { isOver: () => false };
    const given = await run(id);
    await Promise.all([carryOut(technician, given, one), carryOut(technician, given, one)]);
    expect(await run(id)).toMatchObject({ run_state: "finished", done_count: 8, skipped_count: 0, failed_count: 0 });
    for (const row of rows) expect((await ticket(row.id)).version).toBe(row.version + 1);
  });
});

describe("while the database is away", () => {
  /** What the databases and their drivers say in an outage; each is thrown by one unit of work in the middle of a run. */
  const outages = [
    Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" }),
    Object.assign(new Error("database is locked"), { code: "SQLITE_BUSY" }),
    Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_WRITE" }),
    Object.assign(new Error("attempt to write a readonly database"), { code: "SQLITE_READONLY" }),
    Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:5432"), { code: "ECONNREFUSED" }),
    Object.assign(new Error("terminating connection due to administrator command"), { code: "57P01" }),
    new Error("Connection terminated unexpectedly"),
  ];

  /**
   * From the unit of work after the next `units` on, the database is away for so many: before the commit of the first one or
   * just after it. The answer ends it.
   */
  function goesAway(units: number, error: Error, { when, lasts }: { when: "before" | "after"; lasts: number }) {
    const { write } = t.app.database;
    let count = 0;
    t.app.database.write = async (tenantId, work) => {
      count += 1;
      if (count <= units || count > units + lasts) return write(tenantId, work);
      if (count === units + 1 && when === "after") await write(tenantId, work);
      throw error;
    };
    return () => {
      t.app.database.write = write;
    };
  }

  for (const error of outages)
    for (const when of ["before", "after"] as const)
      test(`a run stops where it was and goes on later, nothing is done twice: ${error.message}, ${when} a commit`, async () => {
        const rows = [];
        for (let number = 0; number < 6; number += 1) rows.push(await open(`Away ${number}`));
        // Back at once: whoever takes the outage for the record's own failure can write that down.
        const isBack = goesAway(5, error, { when, lasts: 1 });
        const tags = `Away ${crypto.randomUUID()}`;
        const answer = await post("/bulk/run", { list: "/tickets", do: "tag", ids: idsOf(rows), tags });
        isBack();
        expect(answer.status).toBe(303);
        const path = answer.headers.get("location") ?? "";
        expect(await text(path)).toMatch(/\b[2-5] of 6/);
        await goOn();
        expect(await text(path)).toContain("6 done, 0 skipped, 0 failed");
      });

  test("a run is taken back as a whole or can still be, wherever its beginning was cut off", async () => {
    for (const units of [0, 1, 2, 3]) {
      const rows = [await open("Back one"), await open("Back two")];
      const done = await post("/bulk/run", { list: "/tickets", do: "close", ids: idsOf(rows) });
      const path = `${done.headers.get("location") ?? ""}/undo`;
      const isBack = goesAway(units, outages[0] ?? new Error(), { when: "before", lasts: 1 });
      await post(path, {});
      isBack();
      // Whoever was told that it did not work asks again; what was begun goes on by itself.
      await post(path, {});
      await goOn();
      for (const { id } of rows) expect([units, (await ticket(id)).closed_at]).toEqual([units, null]);
    }
  });

  test("a run that nobody waits for stops as well, and what is wrong with a record is still said of it", async () => {
    const rows = [await open("Kept"), await open("Kept too")];
    const answer = await post("/bulk/run", { list: "/tickets", do: "close", ids: idsOf(rows) });
    expect(answer.status).toBe(303);
    const isBack = goesAway(0, outages[0] ?? new Error(), { when: "before", lasts: 100 });
    const refused = await post("/bulk/run", { list: "/tickets", do: "tag", ids: idsOf(rows), tags: "Never" });
    await goOn();
    isBack();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
    expect(await text("/tickets?tag=never")).not.toContain("Kept too");
  });
});
