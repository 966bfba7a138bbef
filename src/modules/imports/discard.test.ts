import { afterAll, beforeAll, expect, test } from "bun:test";
import { signedIn } from "../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { plus } from "../../platform/clock.ts";
import { discardOld } from "./discard.ts";

let t: TestProgram;
let key: string;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

type Answer = Awaited<ReturnType<TestProgram["api"]>>;
const at = (id: string): string => `/api/v1/import-batches/${id}`;
const get = (id: string): Promise<Answer> => t.api("GET", at(id), { key });

async function uploaded(name: string, isApplied = false): Promise<string> {
  const answer = await t.fetch(`/api/v1/import-batches?target=companies&dry_run=${String(!isApplied)}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
    body: `name\n${name}\n`,
  });
  return ((await answer.json()) as { data: { id: string } }).data.id;
}

test("a file that is not applied says when it goes, and is discarded on its page", async () => {
  const id = await uploaded("Never Came Ltd");
  const browser = await signedIn(t, await t.harbor.as("administrator"));
  expect((await browser.open(`/imports/${id}`)).text).toContain("cleared by itself: this one on Dec 21, 2026");
  const page = await browser.submit(`/imports/${id}/discard`);
  expect([page.url, page.text.includes("The file is discarded.")]).toEqual(["/imports", true]);
  expect((await get(id)).status).toBe(404);
  expect((await t.api("GET", "/api/v1/companies?filter[q]=never", { key })).body.data).toEqual([]);
});

test("is discarded over the API as it was seen; one that was applied is taken back instead", async () => {
  const id = await uploaded("Not Yet Ltd");
  const headers = { "if-match": '"9"' };
  expect((await t.api("DELETE", at(id), { key, headers })).status).toBe(412);
  expect((await t.api("DELETE", at(id), { key })).status).toBe(204);
  const applied = await uploaded("Came In Ltd", true);
  const refused = await t.api("DELETE", at(applied), { key });
  expect([refused.status, refused.body.errors[0].code]).toEqual([409, "already_applied"]);
  const browser = await signedIn(t, await t.harbor.as("administrator"));
  expect((await browser.open(`/imports/${applied}`)).html).not.toContain("/discard");
});

test("goes by itself a month after somebody last looked into it, and only then", async () => {
  const [old, touched, applied] = [await uploaded("Old"), await uploaded("Touched"), await uploaded("Applied", true)];
  const begin = t.clock.now();
  t.clock.set(plus(begin, 20 * 24 * 3600_000));
  const body = {
    data: { type: "import_batches", id: touched, attributes: { mapping: { "0": "notes" }, mode: "overwrite" } },
  };
  expect((await t.api("PATCH", at(touched), { key, body })).status).toBe(200);
  t.clock.set(plus(begin, 31 * 24 * 3600_000));
  await discardOld.run(t.harbor.system);
  expect([(await get(old)).status, (await get(touched)).status, (await get(applied)).status]).toEqual([404, 200, 200]);
  t.clock.set(begin);
});
