import { afterAll, beforeAll, expect, test } from "bun:test";
import { browserOf, makeStaff } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

let t: TestProgram;
beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

const workTypes = (): Promise<string[]> =>
  t.app.database.read(t.harbor.id, async (db) => {
    const rows = await db.selectFrom("work_types").select("name").orderBy("name").execute();
    return rows.map((row) => row.name);
  });

test("lists that were left out in the wizard can be added later, and adding them twice adds nothing", async () => {
  const browser = await browserOf(t, await makeStaff(t.harbor, "administrator"));
  const page = await browser.open("/settings/standard-data");
  expect(page.text).toContain("Work types");
  expect(await workTypes()).toEqual([]);
  await browser.submit("/settings/standard-data", { sets: "work_types" });
  const added = await workTypes();
  expect(added.length).toBeGreaterThan(2);
  await browser.submit("/settings/standard-data", { sets: "work_types" });
  expect(await workTypes()).toEqual(added);
});

test("a technician has no business there", async () => {
  const browser = await browserOf(t, await makeStaff(t.harbor, "technician"));
  expect((await browser.open("/settings/standard-data")).status).toBe(403);
});
