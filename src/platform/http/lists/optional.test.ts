import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeClient, signedIn } from "../../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import type { Visitor } from "../../../../tests/support/visitor.ts";
import { contacts } from "../../../modules/companies/index.ts";
import { openTicket } from "../../../modules/tickets/index.ts";
import { perform } from "../../action.ts";
import { inUnit } from "../../context.ts";
import { insert } from "../../database/records.ts";

/** Columns that stand aside until somebody chooses them, and the orders that they give. */

let t: TestProgram;
let browser: Visitor;

beforeAll(async () => {
  t = await startTestProgram();
  const administrator = await t.harbor.as("administrator");
  browser = await signedIn(t, administrator);
  const { company_id } = await makeClient(t, "Many Annas");
  const people = await inUnit(t.harbor.system, async (work) => {
    const ids: (string | null)[] = [];
    for (let number = 10; number < 40; number += 1)
      ids.push((await insert(work, contacts, { company_id, first_name: "Anna", last_name: `Meier ${number}` })).id);
    return [...ids, ...Array.from({ length: 75 }, () => null)];
  });
  for (const [number, contact_id] of people.entries())
    await perform(administrator, openTicket, { title: `Request ${number}.`, company_id, contact_id });
});
afterAll(() => t.close());

test.each(["contact", "-contact"])(
  "every row is on one of the pages by what a reference is called: %s",
  async (sort) => {
    const titles: string[] = [];
    const said: (string | undefined)[] = [];
    let path: string | undefined = `/tickets?view=all&columns=title,contact&sort=${sort}`;
    for (let page = 0; path !== undefined && page < 5; page += 1) {
      const { html } = await browser.open(path);
      titles.push(...[...html.matchAll(/>(Request \d+)\.</g)].map(([, title]) => title ?? ""));
      said.push(/class="pager-count">([^<]*)</.exec(html)?.[1]);
      path = /href="([^"]*)" rel="next"/.exec(html)?.[1]?.replaceAll("&amp;", "&").replaceAll("&#x3D;", "=");
    }
    expect(new Set(titles).size).toBe(105);
    expect(titles).toHaveLength(105);
    expect(said).toEqual(["The first 50", "50 on this page", "The last 5"]);
  },
);

test("a list that fits on one page says how many there are", async () => {
  const { html } = await browser.open("/contacts?q=meier");
  expect(html).toContain(">30 entries<");
  expect((await browser.open("/contacts?q=nobody")).html).not.toContain("pager-count");
});
