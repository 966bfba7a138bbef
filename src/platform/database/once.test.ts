import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeClient } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { openTicket } from "../../modules/tickets/index.ts";
import { ownShape, reach, wholeShape } from "../access/reach.ts";
import { perform } from "../action.ts";
import { contextOf, type Ctx, inUnit, reading } from "../context.ts";
import { insert } from "./records.ts";
import { runOnceBuilt } from "./once.ts";
import { tags } from "../tags.ts";

let t: TestProgram;
const ids: Record<string, string> = {};

beforeAll(async () => {
  t = await startTestProgram();
  for (const [tenant, names] of [
    [t.harbor, ["alpha", "beta"]],
    [t.mill, ["gamma"]],
  ] as const)
    await inUnit(tenant.system, async (work) => {
      for (const name of names) ids[name] = (await insert(work, tags, { name })).id;
    });
});
afterAll(() => t.close());

const built: string[] = [];

/** The names of some tags by a statement of this shape; `hidden` is a tag that the statement holds without naming it. */
const named = (ctx: Ctx, shape: string | null, given: readonly string[], hidden?: string): Promise<string[]> =>
  reading(ctx, async (reader) => {
    const rows = await runOnceBuilt(reader, shape, { given }, (values) => {
      built.push(String(shape));
      let query = reader.db
        .selectFrom("tags")
        .select("name")
        .where("id", "in", [...values.given])
        .orderBy("name");
      if (hidden !== undefined) query = query.where("id", "=", hidden);
      return query;
    });
    return rows.map(({ name }) => name);
  });

const id = (name: string): string => ids[name] ?? "";
const timesBuilt = (shape: string): number => built.filter((one) => one === shape).length;

test("a statement is put together once, and each run has its own values", async () => {
  expect(await named(t.harbor.system, "once", [id("alpha")])).toEqual(["alpha"]);
  expect(await named(t.harbor.system, "once", [id("beta")])).toEqual(["beta"]);
  expect(timesBuilt("once")).toBe(1);
});

test("how many values a list has belongs to the text", async () => {
  expect(await named(t.harbor.system, "lists", [id("alpha"), id("beta")])).toEqual(["alpha", "beta"]);
  expect(await named(t.harbor.system, "lists", [id("beta")])).toEqual(["beta"]);
  expect(timesBuilt("lists")).toBe(2);
});

test("another organization's run is held to its own rows", async () => {
  const all = [id("alpha"), id("gamma")];
  expect(await named(t.harbor.system, "whose", all)).toEqual(["alpha"]);
  expect(await named(t.mill.system, "whose", all)).toEqual(["gamma"]);
  expect(timesBuilt("whose")).toBe(1);
});

test("whoever asks is told apart, although nobody names them", async () => {
  const own = (ctx: Ctx): Promise<readonly { name: string }[]> =>
    reading(ctx, (reader) =>
      runOnceBuilt(reader, "own name", {}, () =>
        reader.db
          .selectFrom("users")
          .select("name")
          .where("id", "=", reader.actor.user_id ?? ""),
      ),
    );
  const [robin, sam] = [await t.harbor.as("technician"), await t.harbor.as("manager")];
  expect(await own(robin)).toEqual([{ name: robin.actor.name }]);
  expect(await own(sam)).toEqual([{ name: sam.actor.name }]);
});

test("a statement with somebody's id that nobody named is put together each time", async () => {
  const all = [id("alpha"), id("beta")];
  expect(await named(t.harbor.system, "hidden", all, id("alpha"))).toEqual(["alpha"]);
  expect(await named(t.harbor.system, "hidden", all, id("beta"))).toEqual(["beta"]);
  expect(await named(t.harbor.system, null, all)).toEqual(["alpha", "beta"]);
});

test("a table has the shape of all its rows only for those who see all of them", async () => {
  const technician = await t.harbor.as("technician");
  const shapes = (ctx: Ctx): Promise<(string | null)[]> =>
    reading(ctx, async (reader) => [wholeShape(reader, "x", "tickets"), wholeShape(reader, "x", "timers")]);
  expect(await shapes(t.harbor.system)).toEqual(["x", "x"]);
  expect(await shapes(technician)).toEqual(["x", null]);
  const narrowed = new Map([["tickets.read", "own"]]);
  const narrow = contextOf(t.app, t.harbor.tenant, { ...technician.actor, narrowed } as Ctx["actor"]);
  expect(await shapes(narrow)).toEqual([null, null]);
});

test("a statement has another shape for those who see nothing of one of its tables", async () => {
  const technician = await t.harbor.as("technician");
  const blind = contextOf(t.app, t.harbor.tenant, { ...technician.actor, permissions: new Set(["companies.read"]) });
  const ticketsOf = (ctx: Ctx): Promise<[string | null, number]> =>
    reading(ctx, async (reader) => {
      const shape = wholeShape(reader, "companies and their tickets", "companies", "tickets");
      const rows = await runOnceBuilt(reader, shape, {}, () => reach(reader, "tickets").select("tickets.id"));
      return [shape, rows.length];
    });
  const client = await makeClient(t, "Prairie Printing");
  await perform(technician, openTicket, { title: "Seen by some", contact_id: client.contact_id });
  // Whoever came first must not decide what the others see.
  for (const who of [technician, blind, technician, blind])
    expect(await ticketsOf(who)).toEqual(
      who === blind ? ["companies and their tickets without tickets", 0] : ["companies and their tickets", 1],
    );
});

test("a table has the shape of one's own rows only for those of whom nothing else is asked", async () => {
  const technician = await t.harbor.as("technician");
  const shape = (more: Partial<Ctx["actor"]>): Promise<string | null> =>
    reading(contextOf(t.app, t.harbor.tenant, { ...technician.actor, ...more }), async (reader) =>
      ownShape(reader, "x", "notifications", "time_entries"),
    );
  expect(await shape({})).toBe("x");
  // A key's or an app's reach is narrower, and its text another one.
  expect(await shape({ is_limited: true })).toBeNull();
  expect(await shape({ permissions: new Set() })).toBeNull();
  expect(await shape({ kind: "portal" })).toBeNull();
});
