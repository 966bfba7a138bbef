import { afterAll, beforeAll, expect, test } from "bun:test";
import { makeClient, signedIn } from "../../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import type { Visitor } from "../../../../tests/support/visitor.ts";

let t: TestProgram;
let key: string;
let browser: Visitor;

beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
  await makeClient(t, "Kranich Optik");
  const data = { type: "organizations", attributes: { timezone: "Europe/Berlin" } };
  expect((await t.api("PATCH", "/api/v1/organization", { key, body: { data } })).status).toBe(200);
  browser = await signedIn(t, await t.harbor.as("administrator"));
});
afterAll(() => t.close());

async function send(target: string, body: string): Promise<string> {
  const answer = await t.fetch(`/api/v1/import-batches?target=${target}&dry_run=true`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
    body,
  });
  return ((await answer.json()) as { data: { id: string } }).data.id;
}

const said = "Times without a zone are read as Europe/Berlin time";
const preview = async (id: string): Promise<string> => (await browser.open(`/imports/${id}`)).text;

test("a preview says in which zone times are read that name none, and they are read in it", async () => {
  const id = await send("companies", "Name,Created\nKranich Nord,2026-01-15 09:30\n");
  expect(await preview(id)).toContain(said);
  expect((await t.api("POST", `/api/v1/import-batches/${id}/apply`, { key })).status).toBe(200);
  const [made] = (await t.api("GET", "/api/v1/companies?filter[name]=Kranich Nord", { key })).body.data;
  expect(made.attributes.created_at).toBe("2026-01-15T08:30:00.000Z");
});

test("so does one of a file whose times go into a field of one's own; one without times says nothing of zones", async () => {
  const field = { entity_type: "companies", label: "Last visit", field_type: "datetime" };
  const body = { data: { type: "custom_fields", attributes: field } };
  expect((await t.api("POST", "/api/v1/custom-fields", { key, body })).status).toBe(201);
  expect(await preview(await send("companies", "Name,Last visit\nKranich West,2026-07-15 09:30\n"))).toContain(said);
  expect(await preview(await send("companies", "Name,City\nKranich Ost,Kiel\n"))).not.toContain("Times without a zone");
});
