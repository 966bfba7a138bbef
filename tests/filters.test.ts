import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { browserHeaders, type Everything, type Headers, makeEverything } from "./support/everything.ts";
import { placesOf } from "./support/page-list.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** Addresses of lists are written by hand, kept and sent on: whatever stands in them, a list answers. */

setDefaultTimeout(180_000);

let t: TestProgram;
let all: Everything;

beforeAll(async () => {
  t = await startTestProgram();
  all = await makeEverything(t);
});
afterAll(() => t.close());

/** The lists and the names of their filters, as their pages have them. */
async function listsOf(headers: Headers): Promise<[path: string, filters: string[]][]> {
  const lists: [string, string[]][] = [];
  for (const { path } of placesOf(t, all.ids, "staff")) {
    const answer = await t.fetch(path, { headers });
    const row = /<div class="filter-row">([\s\S]*?)<\/form>/.exec(await answer.text())?.[1];
    if (row !== undefined)
      lists.push([path, [...new Set([...row.matchAll(/ name="([^"]+)"/g)].map(([, name = ""]) => name))]]);
  }
  return lists;
}

test("every list answers whatever its filters hold", async () => {
  const headers = await browserHeaders(t, await t.harbor.as("administrator"));
  const lists = await listsOf(headers);
  expect(lists.length).toBeGreaterThan(15);
  const refused: string[] = [];
  for (const [path, filters] of lists)
    for (const name of filters)
      // No word of theirs, no id, a day that the calendar does not have, the first and the last that can be written.
      for (const value of ["zz", "zz,yy", "2026-02-29", "0001-01-01", "9999-12-31"]) {
        const address = `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams({ [name]: value })}`;
        const { status } = await t.fetch(address, { headers });
        if (status !== 200) refused.push(`${status} ${address}`);
      }
  expect(refused).toEqual([]);
});

test("every form for something new answers whatever its address says it is for", async () => {
  const headers = await browserHeaders(t, await t.harbor.as("administrator"));
  const refused: string[] = [];
  const given = ["company_id", "contact_id", "site_id", "ticket_id", "contract_id", "invoice_id", "date", "of"];
  for (const { path } of placesOf(t, all.ids, "staff").filter(
    (one) => one.path.endsWith("/new") && !one.path.startsWith("/lists/"),
  ))
    for (const name of given) {
      const address = `${path}?${new URLSearchParams({ [name]: "zz" })}`;
      const { status } = await t.fetch(address, { headers });
      if (status !== 200) refused.push(`${status} ${address}`);
    }
  expect(refused).toEqual([]);
});
