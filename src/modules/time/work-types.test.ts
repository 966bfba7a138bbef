import { addAll } from "../../platform/reference.ts";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ApiAnswer, pointerOf, startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { type TimeWorld, timeWorld } from "../../../tests/support/time.ts";
import { inUnit, reading } from "../../platform/context.ts";
import { workTypeOptions } from "./index.ts";
import { workTypeSet } from "./reference.ts";

let t: TestProgram;
let w: TimeWorld;

beforeAll(async () => {
  t = await startTestProgram();
  w = await timeWorld(t);
});
afterAll(() => t.close());

describe("work types", () => {
  const create = (attributes: Record<string, unknown>): Promise<ApiAnswer> =>
    t.api("POST", "/api/v1/work-types", { key: w.key, body: { data: { type: "work_types", attributes } } });

  test("are made, changed and deleted; used ones stay", async () => {
    const made = await create({ name: "Cabling", default_rate: "95.50" });
    expect(made.status).toBe(201);
    const { id } = made.body.data;
    expect((await create({ name: "Cabling" })).status).toBe(409);
    expect(pointerOf(await create({ name: "Bad", default_rate: "-1" }))).toEqual([
      422,
      "/data/attributes/default_rate",
    ]);
    await w.post({ company_id: w.acme, duration: "1h", work_type_id: id });
    const answer = await t.api("DELETE", `/api/v1/work-types/${id}`, { key: w.key });
    expect([answer.status, answer.body.errors[0].detail]).toEqual([
      409,
      expect.stringContaining("what refers to it: time entry."),
    ]);
    const changed = await t.api("PUT", `/api/v1/work-types/${id}`, {
      key: w.key,
      body: { data: { type: "work_types", id, attributes: { is_active: false } } },
    });
    expect(changed.body.data.attributes.is_active).toBe(false);
  });

  test("that are not billable make time that is not, unless told", async () => {
    const internal = (await reading(w.technician, workTypeOptions)).find(
      (option) => option.label === "Internal",
    )?.value;
    expect(
      (await w.post({ company_id: w.acme, duration: "1h", work_type_id: internal })).body.data.attributes.is_billable,
    ).toBe(false);
    expect(
      (await w.post({ company_id: w.acme, duration: "1h", work_type_id: internal, is_billable: true })).body.data
        .attributes.is_billable,
    ).toBe(true);
  });

  test("the standard set is written once, whatever is there already", async () => {
    const names = async (): Promise<string[]> =>
      (await t.app.database.read(t.harbor.id, (db) => db.selectFrom("work_types").select("name").execute()))
        .map((row) => row.name)
        .toSorted();
    const before = await names();
    await inUnit(t.harbor.system, (work) => addAll(work, workTypeSet));
    expect(await names()).toEqual(before);
  });
});
