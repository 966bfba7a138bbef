import { afterAll, beforeAll, expect, test } from "bun:test";
import { browserHeaders } from "../../../tests/support/everything.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { reading } from "../../platform/context.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const send = async (method: string, path: string, attributes?: object): Promise<string> => {
  const type = (path.split("/")[0] ?? "").replace("-", "_");
  const body = attributes === undefined ? {} : { body: { data: { type, attributes } } };
  const answer = await t.api(method, `/api/v1/${path}`, { key, ...body });
  expect([path, answer.status < 300]).toEqual([path, true]);
  return answer.body?.data?.id ?? "";
};

/** What was told of a record, the oldest first. */
const toldOf = (id: string): Promise<unknown[]> =>
  reading(t.harbor.system, async ({ db }) => {
    const rows = await db.selectFrom("events").select(["event_name", "payload"]).orderBy("id").execute();
    return rows
      .filter(({ payload }) => Object.values(payload).includes(id))
      .map(({ event_name, payload }) => [event_name, payload["changed"] ?? null]);
  });

test("a company's changes are told with the fields that changed, tags and fields of one's own among them", async () => {
  await send("POST", "custom-fields", { entity_type: "companies", field_type: "text", label: "Door code" });
  const id = await send("POST", "companies", { name: "Told & Co", tags: ["one"] });
  await send("PATCH", `companies/${id}`, { industry: "Law", custom_fields: { door_code: "1234" }, tags: ["two"] });
  await send("PATCH", `companies/${id}`, { industry: "Law", tags: ["two"] });
  await send("DELETE", `companies/${id}`);
  expect(await toldOf(id)).toEqual([
    ["companies.created", null],
    ["companies.updated", ["industry", "custom_fields.door_code", "tags"]],
    ["companies.deleted", null],
  ]);
});

test("a contact who becomes the one for bills changes the company as well; archiving and restoring are told as such", async () => {
  const company = await send("POST", "companies", { name: "Archive & Co" });
  const id = await send("POST", "contacts", { company_id: company, first_name: "Ann", contact_type: "billing" });
  expect(await toldOf(company)).toContainEqual(["companies.updated", ["default_billing_contact_id"]]);
  const headers = await browserHeaders(t, await t.harbor.as("technician"));
  for (const verb of ["archive", "restore"])
    await t.fetch(`/contacts/${id}/${verb}`, { method: "POST", headers, body: new URLSearchParams() });
  expect(await toldOf(id)).toEqual([
    ["companies.contact_created", null],
    ["companies.contact_archived", null],
    ["companies.contact_restored", null],
  ]);
});

test("of two primary sites the one that gives way is told of, too", async () => {
  const company_id = await send("POST", "companies", { name: "Sites & Co" });
  const first = await send("POST", "sites", { company_id, name: "Old", is_primary: true });
  const second = await send("POST", "sites", { company_id, name: "New", is_primary: true });
  expect(await toldOf(first)).toEqual([
    ["companies.site_created", null],
    ["companies.site_updated", ["is_primary"]],
  ]);
  expect(await toldOf(second)).toEqual([["companies.site_created", null]]);
});
