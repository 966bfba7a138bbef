import { afterAll, beforeAll, expect, test } from "bun:test";
import { signedIn } from "../../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { inUnit, reading } from "../../../platform/context.ts";
import { insert } from "../../../platform/database/records.ts";
import { companies } from "../schema.ts";
import { duplicatesOf } from "./duplicates.ts";

let t: TestProgram;
let admin: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.key("administrator");
});
afterAll(() => t.close());

type Answer = Awaited<ReturnType<TestProgram["api"]>>;
const send = (method: string, path: string, attributes?: object, who = admin, tenant = t.harbor): Promise<Answer> =>
  t.api(method, `/api/v1/${path}`, {
    key: who,
    tenant,
    ...(attributes === undefined
      ? {}
      : { body: { data: { type: path.split("/")[0]?.replace("-", "_"), attributes } } }),
  });
const company = async (name: string): Promise<string> => (await send("POST", "companies", { name })).body.data.id;
const found = async (): Promise<string[]> =>
  (await send("GET", "company-duplicates")).body.data.map((one: { id: string }) => one.id);
const together = (...ids: string[]): string => ids.toSorted().join("~");

test("a pair that is said not to be the same is no duplicate any more, for everybody, until that is taken back", async () => {
  const [first, second] = [await company("Twin Oaks Ltd"), await company("Twin Oaks LLC")];
  expect(await found()).toContain(together(first, second));
  const browser = await signedIn(t, await t.harbor.as("manager"));
  await browser.open("/companies/duplicates");
  const page = await browser.submit("/companies/duplicates/dismiss", { first_id: second, second_id: first });
  expect(page.text).toContain("They are not shown as duplicates any more.");
  expect(page.text).toContain("1 pair that is not the same");
  expect(await found()).not.toContain(together(first, second));
  const [pair] = (await send("GET", "distinct-pairs")).body.data;
  expect(pair.attributes).toMatchObject({ entity_type: "companies", first_id: [first, second].toSorted()[0] });
  const again = await browser.submit(`/companies/duplicates/${pair.id}/again`, {});
  expect(again.text).toContain("They are compared again.");
  expect(await found()).toContain(together(first, second));
});

test("it is said once, of two records within reach, by those who may merge", async () => {
  const [first, second] = [await company("Elm Grove"), await company("Elm Grove Inc")];
  const said = { entity_type: "companies", first_id: first, second_id: second };
  const once = await send("POST", "distinct-pairs", said);
  const twice = await send("POST", "distinct-pairs", { ...said, first_id: second, second_id: first });
  expect([once.status, twice.status, twice.body.data.id === once.body.data.id]).toEqual([201, 201, true]);
  expect((await send("POST", "distinct-pairs", { ...said, second_id: first })).status).toBe(422);
  expect((await send("POST", "distinct-pairs", said, await t.harbor.key("technician"))).status).toBe(403);
  const mill = await t.mill.key("administrator");
  expect((await send("POST", "distinct-pairs", said, mill, t.mill)).status).toBe(404);
  expect((await send("GET", "distinct-pairs", undefined, mill, t.mill)).body.data).toEqual([]);
});

test("what was said of a record goes with it", async () => {
  const [first, second] = [await company("Fir Lane"), await company("Fir Lane GmbH")];
  const pair = await send("POST", "distinct-pairs", { entity_type: "companies", first_id: first, second_id: second });
  expect((await send("DELETE", `companies/${second}`)).status).toBe(204);
  expect((await send("GET", `distinct-pairs/${pair.body.data.id}`)).status).toBe(404);
});

test("all are compared, however many pieces they are read in, and never inside of a read", async () => {
  const early = await company("Larch Hill");
  await inUnit(t.harbor.system, async (work) => {
    for (let at = 0; at < 1100; at += 1) await insert(work, companies, { name: `Clearing ${at}`, name_key: `${at}` });
  });
  const late = await company("Larch Hill AG");
  const boss = await t.harbor.as("administrator");
  const { pairs, compared, total } = await duplicatesOf(boss, "companies");
  expect(pairs.map(({ first, second }) => [first.id, second.id])).toContainEqual([early, late]);
  expect(compared).toBeGreaterThan(1100);
  expect(total).toBe(compared);
  const held = await reading(boss, (reader) => duplicatesOf(reader, "companies")).catch(String);
  expect(held).toContain("outside of the read");
});
