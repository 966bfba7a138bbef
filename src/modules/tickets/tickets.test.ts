import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient } from "../../../tests/support/desk.ts";
import { type ApiAnswer, startTestProgram, testNow, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { find, reach } from "../../platform/access/reach.ts";
import { addNoteAsClient, openTicketAsClient, openTicketWithFiles, takeFiles } from "./index.ts";

let t: TestProgram;
let admin: string;
let technician: string;
let finance: string;
let harbor: Client;
let other: Client;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.key("administrator");
  technician = await t.harbor.key("technician");
  finance = await t.harbor.key("finance");
  harbor = await makeClient(t, "Prairie Printing");
  other = await makeClient(t, "Mesa Dental");
});
afterAll(() => t.close());

const document = (type: string, attributes: Record<string, unknown>): unknown => ({ data: { type, attributes } });
const open = (attributes: Record<string, unknown>, key = technician): Promise<ApiAnswer> => t.api("POST", "/api/v1/tickets", { key, body: document("tickets", attributes) });
const change = (id: string, attributes: Record<string, unknown>): Promise<ApiAnswer> => t.api("PATCH", `/api/v1/tickets/${id}`, { key: technician, body: document("tickets", attributes) });
const note = (id: string, attributes: Record<string, unknown>): Promise<ApiAnswer> => t.api("POST", `/api/v1/tickets/${id}/notes`, { key: technician, body: document("ticket_notes", attributes) });
const show = async (id: string): Promise<Record<string, unknown>> => (await t.api("GET", `/api/v1/tickets/${id}`, { key: technician })).body.data.attributes;
const pointers = (answer: ApiAnswer): string[] => answer.body.errors.map((error: { source: { pointer: string } }) => error.source.pointer);

async function idOf(list: string, name: string): Promise<string> {
  const answer = await t.api("GET", `/api/v1/${list}?filter[name]=${encodeURIComponent(name)}`, { key: admin });
  return answer.body.data[0].id;
}

describe("a ticket", () => {
  test("is opened with a title and a company, although nobody has made any list yet", async () => {
    const made = await open({ title: "Printer on fire", company_id: harbor.company_id });
    expect(made.status).toBe(201);
    expect(made.body.data.attributes).toMatchObject({ ticket_number: "1001", title: "Printer on fire", is_billable: true, billing_status: "not_billed", tags: [], actual_hours: "0", closed_at: null });
    expect((await t.api("GET", `/api/v1/ticket-statuses/${made.body.data.attributes.status_id}`, { key: technician })).body.data.attributes.name).toBe("New");
    expect((await open({ title: "Second", company_id: harbor.company_id })).body.data.attributes.ticket_number).toBe("1002");
  });

  test("belongs to the company of its contact when only that is named", async () => {
    const made = await open({ title: "Mail", contact_id: harbor.contact_id, tags: ["VIP"] });
    expect(made.body.data.attributes).toMatchObject({ company_id: harbor.company_id, tags: ["vip"] });
    expect(made.body.data.relationships.company.data).toEqual({ type: "companies", id: harbor.company_id });
  });

  test("needs a title and somebody it is for", async () => {
    expect(pointers(await open({ title: "  ", company_id: harbor.company_id }))).toEqual(["/data/attributes/title"]);
    expect(pointers(await open({ title: "For whom?" }))).toEqual(["/data/attributes/company_id"]);
    expect((await open({ title: "x", company_id: harbor.company_id, files: [] })).body.errors[0].code).toBe("unknown_field");
    expect((await open({ title: "x", company_id: harbor.company_id, ticket_number: "7" })).status).toBe(422);
  });

  test("takes nothing that belongs to another company", async () => {
    const theirs = (await open({ title: "Theirs", company_id: other.company_id })).body.data.id;
    const answer = await open({ title: "Mixed", company_id: harbor.company_id, contact_id: other.contact_id, parent_ticket_id: theirs });
    expect(answer.status).toBe(422);
    expect(pointers(answer).toSorted()).toEqual(["/data/attributes/contact_id", "/data/attributes/parent_ticket_id"]);
    const mine = (await open({ title: "Moves", contact_id: harbor.contact_id })).body.data.id;
    expect(pointers(await change(mine, { company_id: other.company_id }))).toEqual(["/data/attributes/contact_id"]);
    expect((await change(mine, { company_id: other.company_id, contact_id: other.contact_id })).status).toBe(200);
  });

  test("takes a subcategory only of its own category", async () => {
    const make = async (attributes: Record<string, unknown>): Promise<string> => (await t.api("POST", "/api/v1/ticket-categories", { key: admin, body: document("ticket_categories", attributes) })).body.data.id;
    const [hardware, software] = [await make({ name: "Hardware" }), await make({ name: "Software" })];
    const printer = await make({ name: "Printer", parent_category_id: hardware });
    expect(pointers(await open({ title: "x", company_id: harbor.company_id, category_id: software, subcategory_id: printer }))).toEqual(["/data/attributes/subcategory_id"]);
    expect((await open({ title: "x", company_id: harbor.company_id, category_id: hardware, subcategory_id: printer })).status).toBe(201);
    expect(pointers(await open({ title: "x", company_id: harbor.company_id, category_id: printer }))).toEqual(["/data/attributes/category_id"]);
  });

  test("cannot stand below itself", async () => {
    const top = (await open({ title: "Top", company_id: harbor.company_id })).body.data.id;
    const below = (await open({ title: "Below", company_id: harbor.company_id, parent_ticket_id: top })).body.data.id;
    expect(pointers(await change(top, { parent_ticket_id: below }))).toEqual(["/data/attributes/parent_ticket_id"]);
  });

  test("cannot end before it begins", async () => {
    const answer = await open({ title: "x", company_id: harbor.company_id, scheduled_start: "2026-11-22T10:00:00Z", scheduled_end: "2026-11-22T09:00:00Z" });
    expect(pointers(answer)).toEqual(["/data/attributes/scheduled_end"]);
  });

  test("ends with a closing status and goes on with any other", async () => {
    const { id } = (await open({ title: "Ends", company_id: harbor.company_id })).body.data;
    const [closed, progress] = [await idOf("ticket-statuses", "Closed"), await idOf("ticket-statuses", "In progress")];
    expect((await change(id, { status_id: closed })).body.data.attributes).toMatchObject({ closed_at: testNow, resolved_at: testNow });
    expect((await change(id, { status_id: progress })).body.data.attributes).toMatchObject({ closed_at: null, resolved_at: null });
  });

  test("keeps no markup that could run", async () => {
    const { id } = (await open({ title: "XSS", company_id: harbor.company_id, description: '<p onclick="x()">Hi<script>alert(1)</script></p>' })).body.data;
    expect((await show(id))["description"]).toBe("<p>Hi</p>");
  });

  test("is found by number, by title and by what was written on it, also later", async () => {
    const { id, attributes } = (await open({ title: "Zebra stripes missing", company_id: harbor.company_id })).body.data;
    await note(id, { note_type: "internal", content: "<p>The gyroscope was loose</p>" });
    await change(id, { title: "Giraffe" });
    for (const words of ["giraffe", "gyroscope", attributes.ticket_number]) {
      const found = await t.api("GET", `/api/v1/tickets?filter[q]=${words}`, { key: technician });
      expect(found.body.data.map((one: { id: string }) => one.id)).toContain(id);
    }
    expect((await t.api("GET", "/api/v1/tickets?filter[q]=zebra", { key: technician })).body.data).toEqual([]);
  });

  test("is deleted while nothing hangs on it", async () => {
    const { id } = (await open({ title: "Mistake", company_id: harbor.company_id, tags: ["x"] })).body.data;
    expect((await t.api("DELETE", `/api/v1/tickets/${id}`, { key: technician })).status).toBe(204);
    const kept = (await open({ title: "Kept", company_id: harbor.company_id })).body.data.id;
    await note(kept, { content: "Something" });
    const answer = await t.api("DELETE", `/api/v1/tickets/${kept}`, { key: technician });
    expect([answer.status, answer.body.errors[0].detail]).toEqual([409, expect.stringContaining("notes")]);
  });

  test("is listed under its company and its contact", async () => {
    for (const path of [`companies/${other.company_id}`, `contacts/${other.contact_id}`]) {
      const { body, status } = await t.api("GET", `/api/v1/${path}/tickets`, { key: technician });
      expect(status).toBe(200);
      expect(body.data.length).toBeGreaterThan(0);
      expect(new Set(body.data.map((one: { attributes: { company_id: string } }) => one.attributes.company_id))).toEqual(new Set([other.company_id]));
    }
  });
});

describe("somebody", () => {
  test("of the staff gets a ticket, a client or a deactivated person does not", async () => {
    const { id } = (await open({ title: "Assign", company_id: harbor.company_id })).body.data;
    const assign = (assigned_to_id: string | null): Promise<ApiAnswer> => t.api("POST", `/api/v1/tickets/${id}/assign`, { key: technician, body: document("tickets", { assigned_to_id }) });
    const me = (await t.harbor.as("technician")).actor.user_id;
    expect((await assign(me)).body.data.attributes.assigned_to_id).toBe(me);
    expect((await assign(null)).body.data.attributes.assigned_to_id).toBeNull();
    expect(pointers(await assign(harbor.portal.actor.user_id))).toEqual(["/data/attributes/assigned_to_id"]);
  });
});

describe("notes", () => {
  test("tell who wrote last, and when the first answer was given", async () => {
    const { id } = (await open({ title: "Replies", contact_id: harbor.contact_id })).body.data;
    await note(id, { note_type: "internal", content: "Look at this" });
    expect(await show(id)).toMatchObject({ first_response_at: null, last_staff_reply_at: null });
    expect((await note(id, { note_type: "public", content: "<p>Hello</p>" })).status).toBe(201);
    expect(await show(id)).toMatchObject({ first_response_at: testNow, last_staff_reply_at: testNow });
  });

  test("change the status in the same unit of work, or do nothing at all", async () => {
    const { id } = (await open({ title: "Together", company_id: harbor.company_id })).body.data;
    const resolved = await idOf("ticket-statuses", "Resolved");
    await note(id, { note_type: "resolution", content: "Done", status_id: resolved });
    expect((await show(id))["closed_at"]).toBe(testNow);
    const refused = await note(id, { content: "Lost?", status_id: harbor.company_id });
    expect(refused.status).toBe(422);
    expect((await t.api("GET", `/api/v1/tickets/${id}/notes`, { key: technician })).body.data).toHaveLength(1);
  });

  test("need words", async () => {
    const { id } = (await open({ title: "Empty", company_id: harbor.company_id })).body.data;
    for (const content of ["", "   ", "<p> </p>", "<script>alert(1)</script>"]) expect(pointers(await note(id, { content }))).toEqual(["/data/attributes/content"]);
    expect(pointers(await note(id, { content: "x", note_type: "secret" }))).toEqual(["/data/attributes/note_type"]);
    expect((await note("0193c2f4-5a6b-7c8d-9e0f-112233445566", { content: "x" })).status).toBe(404);
  });
});

describe("files", () => {
  test("come as a form or as a document, and are given out as what they are", async () => {
    const { id } = (await open({ title: "Files", company_id: harbor.company_id })).body.data;
    const form = new FormData();
    form.append("file", new File(["<svg onload=alert(1)>"], "../x<y>.svg", { type: "image/svg+xml" }));
    const sent = await t.fetch(`/api/v1/tickets/${id}/attachments`, { method: "POST", body: form, headers: { authorization: `Bearer ${technician}` } });
    expect(sent.status).toBe(201);
    const { attributes } = ((await sent.json()) as ApiAnswer["body"]).data;
    expect(attributes).toMatchObject({ file_name: "x_y_.svg", file_size: 21 });
    expect(attributes.storage_path).toBeUndefined();
    const bytes = await t.fetch(attributes.content_url, { headers: { authorization: `Bearer ${technician}` } });
    expect(await bytes.text()).toBe("<svg onload=alert(1)>");
    expect(bytes.headers.get("content-type")).toBe("application/octet-stream");
    const made = await t.api("POST", `/api/v1/tickets/${id}/attachments`, { key: technician, body: document("ticket_attachments", { file_name: "a.txt", mime_type: "text/plain", content: btoa("hello") }) });
    expect(made.status).toBe(201);
    expect((await t.api("GET", `/api/v1/tickets/${id}/attachments`, { key: technician })).body.data).toHaveLength(2);
    const elsewhere = (await open({ title: "Elsewhere", company_id: harbor.company_id })).body.data.id;
    expect((await t.api("GET", `/api/v1/tickets/${elsewhere}/attachments/${made.body.data.id}/content`, { key: technician })).status).toBe(404);
  });

  test("are refused when they are no file", async () => {
    const { id } = (await open({ title: "No files", company_id: harbor.company_id })).body.data;
    const send = (attributes: Record<string, unknown>): Promise<ApiAnswer> => t.api("POST", `/api/v1/tickets/${id}/attachments`, { key: technician, body: document("ticket_attachments", attributes) });
    expect(pointers(await send({ file_name: "a", content: "%%%" }))).toEqual(["/data/attributes/content"]);
    expect(pointers(await send({ content: "" }))).toEqual(["/data/attributes/file_name"]);
    expect(pointers(await send({ file_name: "a", content: "", storage_path: "deadbeef" }))).toEqual(["/data/attributes/storage_path"]);
    const many = Array.from({ length: 11 }, (_, index) => ({ name: `${index}`, type: "", bytes: new Uint8Array() }));
    await expect(takeFiles(await t.harbor.as("technician"), many)).rejects.toMatchObject({ status: 422 });
  });
});

describe("a client", () => {
  const titleOnly = { title: "My screen is black", description: "<p>Since <b>today</b></p>" };

  test("opens tickets for the own company, and sees the words of the lists", async () => {
    const ticket = await perform(harbor.portal, openTicketAsClient, titleOnly);
    expect(ticket).toMatchObject({ company_id: harbor.company_id, contact_id: harbor.contact_id, source: "portal", last_client_reply_at: testNow, assigned_to_id: null });
    await expect(perform(harbor.portal, openTicketAsClient, { ...titleOnly, company_id: other.company_id })).rejects.toMatchObject({ status: 422 });
    expect((await reading(harbor.portal, (ctx) => find(ctx, "ticket_statuses", ticket.status_id))).name).toBe("New");
  });

  test("hangs files on it, all or nothing", async () => {
    const [file] = await takeFiles(harbor.portal, [{ name: "screen.png", type: "image/png", bytes: new Uint8Array([1]) }]);
    if (file === undefined) throw new Error("not stored");
    const ticket = await openTicketWithFiles(harbor.portal, titleOnly, [file], openTicketAsClient);
    const seen = await reading(harbor.portal, (ctx) => reach(ctx, "ticket_attachments").selectAll().where("ticket_id", "=", ticket.id).execute());
    expect(seen.map((row) => row.file_name)).toEqual(["screen.png"]);
    await expect(openTicketWithFiles(harbor.portal, { title: "" }, [file], openTicketAsClient)).rejects.toMatchObject({ status: 422 });
  });

  test("reads neither internal notes nor files on them, nor anything of another company", async () => {
    const { id } = (await open({ title: "Secrets", company_id: harbor.company_id })).body.data;
    await note(id, { note_type: "internal", content: "Client is annoying" });
    await note(id, { note_type: "public", content: "We are on it" });
    const notes = (who: Client): Promise<string[]> => reading(who.portal, async (ctx) => (await reach(ctx, "ticket_notes").selectAll().where("ticket_id", "=", id).execute()).map((row) => row.content));
    expect(await notes(harbor)).toEqual(["We are on it"]);
    expect(await notes(other)).toEqual([]);
    await expect(reading(other.portal, (ctx) => find(ctx, "tickets", id))).rejects.toMatchObject({ status: 404 });
    await expect(perform(other.portal, addNoteAsClient, { ticket_id: id, content: "Let me in" })).rejects.toMatchObject({ status: 404 });
  });

  test("opens a closed ticket again by answering", async () => {
    const { id } = (await open({ title: "Back again", contact_id: harbor.contact_id })).body.data;
    await change(id, { status_id: await idOf("ticket-statuses", "Closed") });
    const written = await perform(harbor.portal, addNoteAsClient, { ticket_id: id, content: "<p>It is back</p>" });
    expect(written.note_type).toBe("public");
    expect(await show(id)).toMatchObject({ status_id: await idOf("ticket-statuses", "New"), closed_at: null, last_client_reply_at: testNow });
  });
});

describe("who may", () => {
  test("finance reads, and writes nothing", async () => {
    expect((await t.api("GET", "/api/v1/tickets", { key: finance })).status).toBe(200);
    expect((await open({ title: "No", company_id: harbor.company_id }, finance)).status).toBe(403);
    expect((await t.api("POST", "/api/v1/ticket-queues", { key: technician, body: document("ticket_queues", { name: "Mine" }) })).status).toBe(403);
  });

  test("another organization sees nothing of it", async () => {
    const { id } = (await open({ title: "Ours", company_id: harbor.company_id })).body.data;
    const at = { key: await t.mill.key("administrator"), tenant: t.mill };
    expect((await t.api("GET", "/api/v1/tickets", at)).body.data).toEqual([]);
    for (const path of ["", "/notes", "/attachments", "/activity"]) expect((await t.api("GET", `/api/v1/tickets/${id}${path}`, at)).status).toBe(404);
    expect((await t.api("POST", `/api/v1/tickets/${id}/notes`, { ...at, body: document("ticket_notes", { content: "Hi" }) })).status).toBe(404);
    expect((await t.api("POST", "/api/v1/tickets", { ...at, body: document("tickets", { title: "x", company_id: harbor.company_id }) })).status).toBe(422);
  });
});

describe("the lists", () => {
  const make = (path: string, attributes: Record<string, unknown>): Promise<ApiAnswer> => t.api("POST", `/api/v1/${path}`, { key: admin, body: document(path.replaceAll("-", "_"), attributes) });

  test("have one default each", async () => {
    const first = (await make("ticket-queues", { name: "First", is_default: true })).body.data.id;
    const second = (await make("ticket-queues", { name: "Second", is_default: true })).body.data.id;
    const all = (await t.api("GET", "/api/v1/ticket-queues", { key: admin })).body.data;
    expect(all.filter((one: { attributes: { is_default: boolean } }) => one.attributes.is_default).map((one: { id: string }) => one.id)).toEqual([second]);
    expect((await open({ title: "x", company_id: harbor.company_id })).body.data.attributes.queue_id).toBe(second);
    await t.api("DELETE", `/api/v1/ticket-queues/${first}`, { key: admin });
    expect((await t.api("DELETE", `/api/v1/ticket-queues/${second}`, { key: admin })).status).toBe(409);
  });

  test("refuse what would break tickets", async () => {
    const used = await idOf("ticket-statuses", "New");
    const patch = (id: string, attributes: Record<string, unknown>): Promise<ApiAnswer> => t.api("PATCH", `/api/v1/ticket-statuses/${id}`, { key: admin, body: document("ticket_statuses", attributes) });
    expect((await patch(used, { is_closed: true })).status).toBe(422);
    expect((await patch(await idOf("ticket-statuses", "In progress"), { name: "New" })).status).toBe(409);
    expect(pointers(await make("ticket-statuses", { name: "Done", color: "green" }))).toEqual(["/data/attributes/color"]);
  });
});
