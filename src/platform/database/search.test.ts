import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { companies } from "../../modules/companies/index.ts";
import { type Ctx, inUnit, reading } from "../context.ts";
import { insert } from "./records.ts";
import { searchIds } from "./search.ts";

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
