import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { signedIn } from "../../../tests/support/desk.ts";
import { newId } from "../ids.ts";

/** A long table is looked through a piece at a time; what lies behind the first of them is found as well. */

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
    // In an order that no index has, and that has nothing to do with the one they came in.
    ip_address: String((number * 7919) % count).padStart(5, "0"),
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
type Entry = { attributes: { new_values: { name: string }; ip_address: string } };

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

describe("entries in an order that nothing gives", () => {
  const addresses = Array.from({ length: count }, (_, number) => String(number).padStart(5, "0"));

  test.each([
    ["ip_address", addresses],
    ["-ip_address", addresses.toReversed()],
  ])("come in pages as in one sorted whole: %s", async (sort, expected) => {
    const found: string[] = [];
    let next: string | null = `/api/v1/audit-log?filter[actor_name]=Somebody&sort=${sort}&page[size]=200`;
    for (let pages = 0; pages < 4 && next !== null; pages += 1) {
      const { body } = await t.api("GET", next, { key });
      found.push(...body.data.map((entry: Entry) => entry.attributes.ip_address));
      next = body.links.next;
    }
    expect(found).toEqual(expected.slice(0, 800));
  });

  test("can be narrowed by what no index leads to, to the last one", async () => {
    const path = "/api/v1/audit-log?filter[ip_address][like]=999&sort=ip_address&page[size]=200";
    const { body } = await t.api("GET", path, { key });
    const expected = addresses.filter((address) => address.includes("999"));
    expect(body.data.map((entry: Entry) => entry.attributes.ip_address)).toEqual(expected);
    expect(body.links.next).toBeNull();
  });

  test("are counted and written to a file as a whole", async () => {
    const headers = { authorization: `Bearer ${key}`, accept: "text/csv" };
    const path = "/api/v1/audit-log?filter[ip_address][like]=999&fields[audit_log]=ip_address";
    const file = await (await t.fetch(path, { headers })).text();
    const expected = addresses.filter((address) => address.includes("999"));
    expect(file.trim().split("\r\n").slice(1).toSorted()).toEqual(expected);
    const [taken] = (await t.api("GET", "/api/v1/audit-log?filter[action]=export", { key })).body.data;
    expect(taken.attributes.new_values.row_count).toBe(expected.length);
  });
});
