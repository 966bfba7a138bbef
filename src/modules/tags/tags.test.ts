import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";

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

test("what tags a record has is a change of it: another version, an entry in the audit log, told to others", async () => {
  for (const [kind, event, id] of [
    ["companies", "companies.updated", await company("Versioned", ["first"])],
    [
      "contacts",
      "companies.contact_updated",
      (await send("POST", "contacts", "contacts", { first_name: "V", company_id: await company("Of V", []) })).body.data
        .id,
    ],
    [
      "tickets",
      "tickets.updated",
      (await send("POST", "tickets", "tickets", { title: "V", company_id: await company("For V", []) })).body.data.id,
    ],
  ] as const) {
    const at = `/api/v1/${kind}/${id}`;
    const change = (tags: string[], version: string): Promise<Answer> =>
      t.api("PATCH", at, {
        key: admin,
        headers: { "if-match": version },
        body: { data: { type: kind, id, attributes: { tags } } },
      });
    const version = (await get(`${kind}/${id}`)).headers.get("etag") ?? "";
    const changed = await change(["second", "third"], version);
    expect([kind, changed.status]).toEqual([kind, 200]);
    expect((await change(["late"], version)).body.errors[0]).toMatchObject({ status: "412", code: "stale" });
    expect((await change(["third", "second"], changed.headers.get("etag") ?? "")).headers.get("etag")).toBe(
      changed.headers.get("etag"),
    );
    const [entry] = (await get(`audit-log?filter[entity_id]=${id}&filter[action]=update&sort=-timestamp`)).body.data;
    const was = kind === "companies" ? ["first"] : [];
    expect(entry.attributes).toMatchObject({ old_values: { tags: was }, new_values: { tags: ["second", "third"] } });
    const told = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("events").select("payload").where("event_name", "=", event).execute(),
    );
    expect(told.map(({ payload }) => payload)).toContainEqual(expect.objectContaining({ changed: ["tags"] }));
  }
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

describe("taking back", () => {
  /** Presses the button that the page offers after something was done. */
  const undo = async (browser: Visitor, page: { html: string }): Promise<string> => {
    const [, offer = ""] = /action="(\/undo\/[^"]+)"/.exec(page.html) ?? [];
    return (await browser.submit(offer)).text;
  };
  const administrator = async (): Promise<Visitor> => signedIn(t, await t.harbor.as("administrator"));

  test("brings a deleted tag back as it was, onto the records that had it and are still there", async () => {
    const [one, other] = [await company("Has it", ["back"]), await company("Will be gone", ["back"])];
    const tag = await idOf("back");
    await send("PATCH", `tags/${tag}`, "tags", { color: "#d4a017" });
    const browser = await administrator();
    await browser.open(`/settings/tags/${tag}`);
    const deleted = await browser.submit(`/settings/tags/${tag}/delete`);
    expect(await tagsOf(one)).toEqual([]);
    expect((await t.api("DELETE", `/api/v1/companies/${other}`, { key: admin })).status).toBe(204);
    expect(await undo(browser, deleted)).toContain("Taken back.");
    expect(await tagsOf(one)).toEqual(["back"]);
    expect((await get(`tags/${tag}`)).body.data.attributes).toMatchObject({ color: "#d4a017", record_count: 1 });
  });

  test("parts two tags that were merged, and leaves alone what was changed since", async () => {
    const [both, one, since] = [
      await company("Both of them", ["minor", "major"]),
      await company("Minor only", ["minor"]),
      await company("Neither any more", ["minor"]),
    ];
    const [minor, major] = [await idOf("minor"), await idOf("major")];
    const browser = await administrator();
    await browser.open(`/settings/tags/${minor}/merge`);
    const merged = await browser.submit(`/settings/tags/${minor}/merge`, { into_id: major });
    await send("PATCH", `companies/${since}`, "companies", { tags: [] });
    expect(await undo(browser, merged)).toContain("Taken back.");
    expect([await tagsOf(both), await tagsOf(one), await tagsOf(since)]).toEqual([["major", "minor"], ["minor"], []]);
  });

  test("gives a tag its old name again, and is refused where another one has it now", async () => {
    const id = await company("Renamed once", ["before"]);
    const tag = await idOf("before");
    const browser = await administrator();
    await browser.open(`/settings/tags/${tag}`);
    const renamed = await browser.submit(`/settings/tags/${tag}`, { name: "after" });
    expect(await undo(browser, renamed)).toContain("Taken back.");
    expect(await tagsOf(id)).toEqual(["before"]);
    await browser.open(`/settings/tags/${tag}`);
    const deleted = await browser.submit(`/settings/tags/${tag}/delete`);
    await company("Named the same", ["before"]);
    expect(await undo(browser, deleted)).toContain("There is already a tag before.");
  });

  test("a merge is refused while somebody looks at a tag as it was", async () => {
    await company("Stale", ["stale", "other"]);
    const [tag, into_id] = [await idOf("stale"), await idOf("other")];
    const browser = await administrator();
    await browser.open(`/settings/tags/${tag}/merge`);
    await send("PATCH", `tags/${tag}`, "tags", { color: "#112233" });
    const page = await browser.submit(`/settings/tags/${tag}/merge`, { into_id });
    expect(page.status).toBe(412);
  });
});
