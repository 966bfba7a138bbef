import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { companies } from "../../modules/companies/index.ts";
import { type Ctx, inUnit, reading } from "../context.ts";
import { newId } from "../ids.ts";
import { insert } from "./records.ts";
import { searchIds, searchKinds } from "./search.ts";

let t: TestProgram;
/** The companies in the order in which they came: every one holds "works", every fourth "lantern", one "quartz". */
let ids: string[];

beforeAll(async () => {
  t = await startTestProgram();
  const make = (ctx: Ctx, count: number): Promise<string[]> =>
    inUnit(ctx, async (work) => {
      const made: string[] = [];
      for (let at = 0; at < count; at += 1) {
        const words = `${at % 4 === 0 ? "Lantern" : "Copper"} works ${at === 5 ? "quartz" : "number"} ${at}`;
        made.push((await insert(work, companies, { name: words })).id);
      }
      return made;
    });
  ids = await make(await t.harbor.as("administrator"), 40);
  await make(await t.mill.as("administrator"), 8);
});
afterAll(() => t.close());

const found = async (words: string, most: number): Promise<string[]> =>
  reading(await t.harbor.as("administrator"), (reader) => searchIds(reader, "companies", words, most));

const newestFirst = (isMeant: (at: number) => boolean): string[] => ids.filter((_, at) => isMeant(at)).toReversed();

test("of a word that everything holds the newest records are found, and no more than were asked for", async () => {
  expect(await found("works", 12)).toEqual(newestFirst((at) => at >= 28));
  expect(await found("wor", 100)).toEqual(newestFirst(() => true));
});

test("of several words those records are found that hold all of them, the last by its beginning", async () => {
  expect(await found("works lant", 3)).toEqual(newestFirst((at) => at % 4 === 0).slice(0, 3));
  expect(await found("copper lantern", 10)).toEqual([]);
});

test("a rare word is found wherever it stands, and one that nothing holds nowhere", async () => {
  expect(await found("quartz", 10)).toEqual(newestFirst((at) => at === 5));
  expect(await found("obsidian", 10)).toEqual([]);
});

test("of words that more hold than are ranked, the newest that are called so come first, and nothing is lost", async () => {
  const add = (entity_type: string, titles: readonly string[], body = ""): Promise<string[]> =>
    t.app.database.write(t.harbor.id, async (db) => {
      const rows = titles.map((title) => ({ entity_type, entity_id: newId(), title, body }));
      for (let from = 0; from < rows.length; from += 500)
        await db
          .insertInto("search_documents")
          .values(rows.slice(from, from + 500) as never)
          .execute();
      return rows.map(({ entity_id }) => entity_id);
    });
  const [, marlow = ""] = await add("companies", ["harbor works two", "marlow works"]);
  const [held = ""] = await add("contacts", ["somebody else"], "lives in mayfield");
  const many = await add(
    "tickets",
    Array.from({ length: 5100 }, (_, number) => (number % 1000 === 0 ? `market ${number}` : `ticket ${number}`)),
    "about marble",
  );
  const called = many.filter((_, number) => number % 1000 === 0).toReversed();
  await reading(await t.harbor.as("administrator"), async (reader) => {
    const kinds = ["companies", "contacts", "tickets", "invoices"];
    const two = await searchKinds(reader, kinds, "ma", 3);
    expect(two.get("companies")).toEqual([marlow]);
    expect(two.get("tickets")).toEqual(called.slice(0, 3));
    expect(two.has("invoices")).toBe(false);
    const more = (await searchKinds(reader, kinds, "ma", 8)).get("tickets") ?? [];
    expect(more.slice(0, called.length)).toEqual(called);
    expect(more.slice(called.length)).toEqual(
      many
        .filter((id) => !called.includes(id))
        .toReversed()
        .slice(0, 2),
    );
    // A third letter makes them few enough to say which are the best.
    expect([...(await searchKinds(reader, kinds, "may", 3))]).toEqual([["contacts", [held]]]);
  });
  const theirs = await t.mill.as("administrator");
  expect(await reading(theirs, (reader) => searchKinds(reader, ["companies", "tickets"], "ma", 3))).toEqual(new Map());
});
