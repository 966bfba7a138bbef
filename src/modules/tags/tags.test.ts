import { afterAll, beforeAll, expect, test } from "bun:test";
import { signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

let t: TestProgram;
let admin: string;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.key("administrator");
});
afterAll(() => t.close());

type Answer = Awaited<ReturnType<TestProgram["api"]>>;
const send = (method: string, path: string, type: string, attributes: Record<string, unknown>): Promise<Answer> =>
  t.api(method, `/api/v1/${path}`, { key: admin, body: { data: { type, attributes } } });
const get = (path: string): Promise<Answer> => t.api("GET", `/api/v1/${path}`, { key: admin });
const company = async (name: string, tags: string[]): Promise<string> =>
  (await send("POST", "companies", "companies", { name, tags })).body.data.id as string;
const tagsOf = async (id: string): Promise<string[]> => (await get(`companies/${id}`)).body.data.attributes.tags;
const idOf = async (name: string): Promise<string> => (await get(`tags?filter[name]=${name}`)).body.data[0].id;

test("records with any of some tags are found, over the API and in the list", async () => {
  await company("Has one", ["find-one"]);
  await company("Has two", ["find-two"]);
  await company("Has none", []);
  const found = await get("companies?filter[tags]=find-one,Find-Two&sort=name");
  expect(found.body.data.map((one: { attributes: { name: string } }) => one.attributes.name)).toEqual([
    "Has one",
    "Has two",
  ]);
  expect((await get("sites?filter[tags]=find-one")).status).toBe(400);
  const browser = await signedIn(t, await t.harbor.as("technician"));
  const page = await browser.open("/companies?tag=find-one");
  expect([page.text.includes("Has one"), page.text.includes("Has two")]).toEqual([true, false]);
});

test("a tag that is new is known from then on, and a list of them typed in one field is taken apart", async () => {
  const id = await company("Typed", ["Fresh One, second"]);
  expect(await tagsOf(id)).toEqual(["fresh one", "second"]);
  // Files take them apart at both, so a tag with one would come back as two.
  expect(await tagsOf(await company("Typed too", ["third; fourth"]))).toEqual(["fourth", "third"]);
  expect((await get("tags?filter[name]=fresh one")).body.data[0].attributes.record_count).toBe(1);
});

test("a tag is renamed on all records, coloured, and not given the name of another one", async () => {
  const id = await company("Renamed", ["old-name"]);
  const tag = await idOf("old-name");
  expect((await send("PATCH", `tags/${tag}`, "tags", { name: "New Name", color: "#d4a017" })).status).toBe(200);
  expect(await tagsOf(id)).toEqual(["new name"]);
  await company("Other", ["taken"]);
  const refused = await send("PATCH", `tags/${tag}`, "tags", { name: "taken" });
  expect([refused.status, refused.body.errors[0].code]).toEqual([409, "duplicate"]);
});

test("two tags become one, also on records that have both", async () => {
  const [both, one] = [await company("Both", ["left", "right"]), await company("Left only", ["left"])];
  const browser = await signedIn(t, await t.harbor.as("administrator"));
  await browser.open(`/settings/tags/${await idOf("left")}/merge`);
  const page = await browser.submit(`/settings/tags/${await idOf("left")}/merge`, { into_id: await idOf("right") });
  expect(page.text).toContain("Merged.");
  expect([await tagsOf(both), await tagsOf(one)]).toEqual([["right"], ["right"]]);
  expect((await get("tags?filter[name]=left")).body.data).toEqual([]);
});

test("a tag that is deleted leaves all records; technicians keep their hands off", async () => {
  const id = await company("Untagged", ["going", "staying"]);
  const tag = await idOf("going");
  const technician = await t.harbor.key("technician");
  expect((await t.api("DELETE", `/api/v1/tags/${tag}`, { key: technician })).status).toBe(403);
  expect((await t.api("DELETE", `/api/v1/tags/${tag}`, { key: admin })).status).toBe(204);
  expect(await tagsOf(id)).toEqual(["staying"]);
  expect(
    (await t.api("GET", `/api/v1/tags/${tag}`, { key: await t.mill.key("administrator"), tenant: t.mill })).status,
  ).toBe(404);
});
