import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { signedIn } from "../../../tests/support/desk.ts";
import { newId } from "../ids.ts";

/** A log is searched ten thousand entries at a time; what lies behind the first of them is found as well. */

let t: TestProgram;
let key: string;
const count = 21_000;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
  // Three entries share each instant, so that a window ends within such a group.
  const entries = Array.from({ length: count }, (_, number) => ({
    tenant_id: t.harbor.id,
    id: newId(),
    actor_name: "Somebody",
    action: "update" as const,
    entity_type: "companies",
    entity_id: null,
    new_values: JSON.stringify({ name: number % 4000 < 3 ? `Rare ${number}` : "Common" }),
    ip_address: "",
    user_agent: "",
    timestamp: new Date(Date.UTC(2020, 0, 1) + Math.floor(number / 3) * 1000).toISOString(),
  }));
  await t.app.database.write(t.harbor.id, async (db) => {
    for (let from = 0; from < count; from += 1000)
      await db
        .insertInto("audit_log")
        .values(entries.slice(from, from + 1000) as never)
        .execute();
  });
});
afterAll(() => t.close());

const rare = Array.from({ length: count }, (_, number) => number).filter((number) => number % 4000 < 3);
type Entry = { attributes: { new_values: { name: string } } };

test.each([
  ["-timestamp", rare.toReversed()],
  ["timestamp", rare],
])("entries with a rare word are found through the whole log, in order %s, page by page", async (sort, expected) => {
  const found: number[] = [];
  let next: string | null = `/api/v1/audit-log?filter[q]=rare&sort=${sort}&page[size]=4`;
  for (; next !== null;) {
    const { body } = await t.api("GET", next, { key });
    found.push(...body.data.map((entry: Entry) => Number(entry.attributes.new_values.name.slice(5))));
    next = body.links.next;
  }
  // Entries of one instant stand in the order of their ids, which is that of their making.
  expect(found).toEqual(expected);
});

test("the page and the file find the same", async () => {
  const headers = { authorization: `Bearer ${key}`, accept: "text/csv" };
  const file = await (await t.fetch("/api/v1/audit-log?filter[q]=rare", { headers })).text();
  expect(file.match(/Rare \d+/g)).toHaveLength(rare.length);
  const browser = await signedIn(t, await t.harbor.as("administrator"));
  const page = await browser.open("/settings/audit?q=rare");
  expect(page.text.match(/Company: Rare \d+/g)).toHaveLength(rare.length);
  expect((await browser.open("/settings/audit/export.csv?q=rare")).html.match(/Rare \d+/g)).toHaveLength(rare.length);
});
