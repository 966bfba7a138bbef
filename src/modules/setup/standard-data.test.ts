import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";

let t: TestProgram;
let browser: Visitor;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());
beforeEach(() =>
  t.app.database.write(t.harbor.id, async (db) => {
    await db.deleteFrom("ticket_categories").where("parent_category_id", "is not", null).execute();
    for (const list of ["ticket_categories", "work_types", "ticket_statuses"] as const)
      await db.deleteFrom(list).execute();
  }),
);

const workTypes = (): Promise<string[]> =>
  t.app.database.read(t.harbor.id, async (db) => {
    const rows = await db.selectFrom("work_types").select("name").orderBy("sort_order").execute();
    return rows.map((row) => row.name);
  });
const make = (path: string, type: string, attributes: object): Promise<{ status: number }> =>
  t.api("POST", `/api/v1/${path}`, { key, body: { data: { type, attributes } } });
const take = (set: string, items: object[]) =>
  t.api("POST", `/api/v1/standard-data/${set}/import`, {
    key,
    body: { data: { type: "standard_data", attributes: { items } } },
  });

describe("a standard list", () => {
  test("is taken as far as one likes, and what is there already is shown and stays", async () => {
    await make("work-types", "work_types", { name: "remote  SUPPORT", sort_order: 7 });
    const page = await browser.open("/settings/standard-data/work_types");
    expect(page.text).toContain("There already");
    const done = await browser.submit("/settings/standard-data/work_types");
    expect(done.text).toContain("4 entries added.");
    expect(await workTypes()).toEqual(["On-site support", "Project work", "Travel", "Internal", "remote  SUPPORT"]);
    expect((await browser.submit("/settings/standard-data/work_types")).text).toContain("Nothing was chosen.");
  });

  test("gives way: an entry whose place is taken is offered the next free one, and says by whom", async () => {
    await make("work-types", "work_types", { name: "Consulting", sort_order: 1 });
    const { body } = await t.api("GET", "/api/v1/standard-data/work_types", { key });
    expect(body.data.attributes.items.slice(0, 3)).toEqual([
      expect.objectContaining({ name: "Remote support", sort_order: 0, present: null, place_taken_by: null }),
      expect.objectContaining({ name: "On-site support", sort_order: 2, present: null, place_taken_by: "Consulting" }),
      expect.objectContaining({ name: "Project work", sort_order: 3, place_taken_by: null }),
    ]);
  });

  test("is refused where a name or a place is taken; nothing is added by half, and what was typed is still there", async () => {
    await make("work-types", "work_types", { name: "Consulting", sort_order: 1 });
    const answer = await take("work_types", [
      { key: "Travel", name: "Travel", sort_order: 5 },
      { key: "Internal", name: "consulting", sort_order: 6 },
      { key: "Project work", name: "Projects", sort_order: 1 },
    ]);
    expect(answer.status).toBe(422);
    expect(
      (answer.body.errors as { code: string; detail: string; source: { pointer: string } }[])
        .map(({ code, detail, source }) => [source.pointer, code, detail])
        .toSorted(),
    ).toEqual([
      [
        "/data/attributes/items/1/name",
        "duplicate",
        "Consulting is there already. Give this one another name, or leave it out.",
      ],
      ["/data/attributes/items/2/sort_order", "taken", "Position 1 is taken by Consulting."],
    ]);
    expect(await workTypes()).toEqual(["Consulting"]);
    await browser.open("/settings/standard-data/work_types");
    const page = await browser.submit("/settings/standard-data/work_types", {
      "name.3": "Consulting",
      "name.4": "Office",
    });
    expect(page.status).toBe(422);
    expect(page.text).toContain("Consulting is there already");
    expect(page.html).toContain('value="Office"');
  });

  test("solves a conflict by another name and place", async () => {
    await make("work-types", "work_types", { name: "Travel", sort_order: 3 });
    const answer = await take("work_types", [{ key: "Travel", name: "Travel abroad", sort_order: 4 }]);
    expect(answer.status).toBe(200);
    expect(await workTypes()).toEqual(["Travel", "Travel abroad"]);
  });

  test("keeps its hierarchy: below the entry of that name, or together with it", async () => {
    await make("ticket-categories", "ticket_categories", { name: "hardware", sort_order: 9 });
    const answer = await take("ticket_categories", [
      { key: "Hardware/Printer", name: "Printer", sort_order: 0 },
      { key: "Network/VPN", name: "VPN", sort_order: 0 },
    ]);
    expect(answer.status).toBe(200);
    const rows = await t.app.database.read(t.harbor.id, (db) =>
      db
        .selectFrom("ticket_categories")
        .leftJoin("ticket_categories as above", "above.id", "ticket_categories.parent_category_id")
        .select(["ticket_categories.name", "above.name as under"])
        .orderBy("ticket_categories.name")
        .execute(),
    );
    expect(rows.map(({ name, under }) => [name, under]).toSorted()).toEqual([
      ["Network", null],
      ["Printer", "hardware"],
      ["VPN", "Network"],
      ["hardware", null],
    ]);
  });

  test("never makes a second standard entry", async () => {
    await make("ticket-statuses", "ticket_statuses", {
      name: "Fresh",
      color: "#112233",
      is_default: true,
      sort_order: 9,
    });
    await take("ticket_statuses", [{ key: "New", name: "New", sort_order: 0 }]);
    const defaults = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("ticket_statuses").select("name").where("is_default", "=", true).execute(),
    );
    expect(defaults.map(({ name }) => name)).toEqual(["Fresh"]);
  });

  test("that does not exist is a 404, and an entry that is not in it is named", async () => {
    expect((await t.api("GET", "/api/v1/standard-data/nonsense", { key })).status).toBe(404);
    const answer = await take("work_types", [{ key: "Sleep", name: "Sleep", sort_order: 0 }]);
    expect([answer.status, answer.body.errors[0].detail]).toEqual([422, "Sleep is not in this list."]);
  });
});

test("a technician has no business there", async () => {
  const technician = await browserOf(t, await makeStaff(t.harbor, "technician"));
  expect((await technician.open("/settings/standard-data")).status).toBe(403);
  expect((await technician.open("/settings/standard-data/work_types")).status).toBe(403);
});
