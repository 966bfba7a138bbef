import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { reading } from "../../platform/context.ts";

let t: TestProgram;
let key: string;
beforeAll(async () => {
  t = await startTestProgram();
  key = await t.harbor.key("administrator");
});
afterAll(() => t.close());

const post = async (path: string, type: string, attributes: object, status = 201): Promise<string> => {
  const answer = await t.api("POST", `/api/v1/${path}`, { key, body: { data: { type, attributes } } });
  expect([path, answer.status]).toEqual([path, status]);
  return answer.body.data.id as string;
};

const told = (name: string): Promise<unknown[]> =>
  reading(t.harbor.system, async ({ db }) => {
    const rows = await db.selectFrom("events").select("payload").where("event_name", "=", name).orderBy("id").execute();
    return rows.map(({ payload }) => payload);
  });

test("what happens with clients is told: who is new, what was merged, written and talked about", async () => {
  const company_id = await post("companies", "companies", { name: "Prairie Printing" });
  const twin = await post("companies", "companies", { name: "Prairie Printing Inc" });
  expect(await told("companies.created")).toEqual([{ company_id }, { company_id: twin }]);

  const person = { company_id, first_name: "Ann", last_name: "Poe" };
  const contact_id = await post("contacts", "contacts", { ...person, email: "ann@prairie.example" });
  const other = await post("contacts", "contacts", { ...person, email: "poe@prairie.example" });
  expect(await told("companies.contact_created")).toEqual([
    { contact_id, company_id },
    { contact_id: other, company_id },
  ]);
  const site_id = await post("sites", "sites", { company_id, name: "Pier" });
  const pier = await post("sites", "sites", { company_id, name: "The pier" });

  const note_id = await post(`contacts/${contact_id}/notes`, "record_notes", { content: "Call first", is_alert: true });
  expect(await told("journal.note_added")).toEqual([
    { note_id, company_id: null, contact_id, site_id: null, is_alert: true },
  ]);
  const interaction_id = await post("interactions", "interactions", { contact_id, subject: "Printer again" });
  const [logged] = await told("journal.interaction_logged");
  expect(logged).toMatchObject({ interaction_id, company_id, contact_id });

  await post(`contacts/${contact_id}/merge`, "contacts", { merged_id: other }, 200);
  await post(`sites/${site_id}/merge`, "sites", { merged_id: pier }, 200);
  await post(`companies/${company_id}/merge`, "companies", { merged_id: twin }, 200);
  expect(await told("companies.contact_merged")).toEqual([{ contact_id, company_id, merged_id: other }]);
  expect(await told("companies.site_merged")).toEqual([{ site_id, company_id, merged_id: pier }]);
  expect(await told("companies.merged")).toEqual([{ company_id, merged_id: twin }]);
});

test("a note and an interaction are told of when they are changed and when they are gone", async () => {
  const company_id = await post("companies", "companies", { name: "Quay Bakery" });
  const call = async (method: string, path: string, type: string, id: string, attributes?: object): Promise<void> => {
    const body = attributes === undefined ? undefined : { data: { type, id, attributes } };
    const { status } = await t.api(method, `/api/v1/${path}/${id}`, { key, ...(body === undefined ? {} : { body }) });
    expect([path, method, status]).toEqual([path, method, method === "DELETE" ? 204 : 200]);
  };
  const note_id = await post(`companies/${company_id}/notes`, "record_notes", { content: "Closed on Mondays" });
  const note = { note_id, company_id, contact_id: null, site_id: null };
  await call("PATCH", "record-notes", "record_notes", note_id, { is_pinned: true });
  // What changes nothing is told to nobody.
  await call("PATCH", "record-notes", "record_notes", note_id, { is_pinned: true });
  expect(await told("journal.note_updated")).toEqual([note]);
  await call("DELETE", "record-notes", "record_notes", note_id);
  expect(await told("journal.note_deleted")).toEqual([note]);

  const interaction_id = await post("interactions", "interactions", { company_id, subject: "The oven" });
  await call("PATCH", "interactions", "interactions", interaction_id, { subject: "The big oven" });
  await call("DELETE", "interactions", "interactions", interaction_id);
  const gone = [expect.objectContaining({ interaction_id, company_id, contact_id: null })];
  expect(await told("journal.interaction_updated")).toEqual(gone);
  expect(await told("journal.interaction_deleted")).toEqual(gone);
});

test("what was refused is not told", async () => {
  const before = (await told("journal.note_added")).length;
  await t.api("POST", "/api/v1/record-notes", {
    key,
    body: { data: { type: "record_notes", attributes: { content: "None" } } },
  });
  expect(await told("journal.note_added")).toHaveLength(before);
});
