import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient } from "../../../tests/support/desk.ts";
import { type ApiAnswer, startTestProgram, testNow, type TestProgram } from "../../../tests/support/program.ts";
import { document, pointers } from "../../../tests/support/record-api.ts";
import { ticketApi } from "../../../tests/support/ticket-api.ts";
import { perform } from "../../platform/action.ts";
import { importTicketNote } from "./actions/import-note.ts";

let t: TestProgram;
let open: ReturnType<typeof ticketApi>["open"];
let change: ReturnType<typeof ticketApi>["change"];
let note: ReturnType<typeof ticketApi>["note"];
let show: ReturnType<typeof ticketApi>["show"];
let idOf: ReturnType<typeof ticketApi>["idOf"];
let admin: string;
let technician: string;
let harbor: Client;
let other: Client;

beforeAll(async () => {
  t = await startTestProgram();
  admin = await t.harbor.key("administrator");
  technician = await t.harbor.key("technician");
  ({ open, change, note, show, idOf } = ticketApi(t, technician));
  harbor = await makeClient(t, "Prairie Printing");
  other = await makeClient(t, "Mesa Dental");
});
afterAll(() => t.close());

describe("a ticket", () => {
  test("is opened with a title and a company, although nobody has made any list yet", async () => {
    const made = await open({ title: "Printer on fire", company_id: harbor.company_id });
    expect(made.status).toBe(201);
    expect(made.body.data.attributes).toMatchObject({
      ticket_number: "1001",
      title: "Printer on fire",
      is_billable: true,
      billing_status: "not_billed",
      tags: [],
      actual_hours: "0",
      closed_at: null,
    });
    expect(
      (await t.api("GET", `/api/v1/ticket-statuses/${made.body.data.attributes.status_id}`, { key: technician })).body
        .data.attributes.name,
    ).toBe("New");
    expect((await open({ title: "Second", company_id: harbor.company_id })).body.data.attributes.ticket_number).toBe(
      "1002",
    );
  });

  test("belongs to the company of its contact when only that is named", async () => {
    const made = await open({ title: "Mail", contact_id: harbor.contact_id, tags: ["VIP"] });
    expect(made.body.data.attributes).toMatchObject({ company_id: harbor.company_id, tags: ["vip"] });
    expect(made.body.data.relationships.company.data).toEqual({ type: "companies", id: harbor.company_id });
  });

  test("needs a title and somebody it is for", async () => {
    expect(pointers(await open({ title: "  ", company_id: harbor.company_id }))).toEqual(["/data/attributes/title"]);
    expect(pointers(await open({ title: "For whom?" }))).toEqual(["/data/attributes/company_id"]);
    expect((await open({ title: "x", company_id: harbor.company_id, files: [] })).body.errors[0].code).toBe(
      "unknown_field",
    );
    expect((await open({ title: "x", company_id: harbor.company_id, ticket_number: "7" })).status).toBe(422);
  });

  test("takes nothing that belongs to another company", async () => {
    const theirs = (await open({ title: "Theirs", company_id: other.company_id })).body.data.id;
    const answer = await open({
      title: "Mixed",
      company_id: harbor.company_id,
      contact_id: other.contact_id,
      parent_ticket_id: theirs,
    });
    expect(answer.status).toBe(422);
    expect(pointers(answer).toSorted()).toEqual(["/data/attributes/contact_id", "/data/attributes/parent_ticket_id"]);
    const mine = (await open({ title: "Moves", contact_id: harbor.contact_id })).body.data.id;
    expect(pointers(await change(mine, { company_id: other.company_id }))).toEqual(["/data/attributes/contact_id"]);
    expect((await change(mine, { company_id: other.company_id, contact_id: other.contact_id })).status).toBe(200);
  });

  test("takes a subcategory only of its own category", async () => {
    const make = async (attributes: Record<string, unknown>): Promise<string> =>
      (
        await t.api("POST", "/api/v1/ticket-categories", {
          key: admin,
          body: document("ticket_categories", attributes),
        })
      ).body.data.id;
    const [hardware, software] = [await make({ name: "Hardware" }), await make({ name: "Software" })];
    const printer = await make({ name: "Printer", parent_category_id: hardware });
    expect(
      pointers(
        await open({ title: "x", company_id: harbor.company_id, category_id: software, subcategory_id: printer }),
      ),
    ).toEqual(["/data/attributes/subcategory_id"]);
    expect(
      (await open({ title: "x", company_id: harbor.company_id, category_id: hardware, subcategory_id: printer }))
        .status,
    ).toBe(201);
    expect(pointers(await open({ title: "x", company_id: harbor.company_id, category_id: printer }))).toEqual([
      "/data/attributes/category_id",
    ]);
  });

  test("cannot stand below itself", async () => {
    const top = (await open({ title: "Top", company_id: harbor.company_id })).body.data.id;
    const below = (await open({ title: "Below", company_id: harbor.company_id, parent_ticket_id: top })).body.data.id;
    expect(pointers(await change(top, { parent_ticket_id: below }))).toEqual(["/data/attributes/parent_ticket_id"]);
  });

  test("cannot end before it begins", async () => {
    const answer = await open({
      title: "x",
      company_id: harbor.company_id,
      scheduled_start: "2026-11-22T10:00:00Z",
      scheduled_end: "2026-11-22T09:00:00Z",
    });
    expect(pointers(answer)).toEqual(["/data/attributes/scheduled_end"]);
    const never = { title: "x", company_id: harbor.company_id, scheduled_start: "9999-12-31T10:00:00Z" };
    expect(pointers(await open(never))).toEqual(["/data/attributes/scheduled_start"]);
  });

  test("ends with a closing status and goes on with any other", async () => {
    const { id } = (await open({ title: "Ends", company_id: harbor.company_id })).body.data;
    const [closed, progress] = [await idOf("ticket-statuses", "Closed"), await idOf("ticket-statuses", "In progress")];
    expect((await change(id, { status_id: closed })).body.data.attributes).toMatchObject({
      closed_at: testNow,
      resolved_at: testNow,
    });
    expect((await change(id, { status_id: progress })).body.data.attributes).toMatchObject({
      closed_at: null,
      resolved_at: null,
    });
  });

  test("keeps no markup that could run", async () => {
    const { id } = (
      await open({
        title: "XSS",
        company_id: harbor.company_id,
        description: '<p onclick="x()">Hi<script>alert(1)</script></p>',
      })
    ).body.data;
    expect((await show(id))["description"]).toBe("<p>Hi</p>");
    await change(id, { description: "<p>Ho<img src=x onerror=alert(1)></p>" });
    expect((await show(id))["description"]).toBe("<p>Ho</p>");
    const content = '<p>Hey<svg onload="x()"></svg> <a href="javascript:x()">you</a></p>';
    const written = await note(id, { note_type: "public", content });
    expect(written.body.data.attributes.content).toBe('<p>Hey <a rel="noopener nofollow">you</a></p>');
    const imported = await perform(t.harbor.system, importTicketNote, { ticket_id: id, content });
    expect(imported.content).toBe('<p>Hey <a rel="noopener nofollow">you</a></p>');
  });

  test("takes a note from elsewhere with an instant, kept in UTC, and none without a time or a zone", async () => {
    const { id } = (await open({ title: "Moved here", company_id: harbor.company_id })).body.data;
    const brought = (created_at: string) =>
      perform(t.harbor.system, importTicketNote, { ticket_id: id, content: "Long ago", created_at });
    expect((await brought("2026-11-02T09:30:00+02:00")).created_at).toBe("2026-11-02T07:30:00.000Z");
    for (const wrong of ["01/02/2026", "2026-11-02", "x2026-11-02T09:30:00Zx"])
      await expect(brought(wrong)).rejects.toMatchObject({ status: 422, problems: [{ field: "created_at" }] });
  });

  test("is found by number, by title and by what was written on it, also later", async () => {
    const { id, attributes } = (await open({ title: "Zebra stripes missing", company_id: harbor.company_id })).body
      .data;
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
    expect([answer.status, answer.body.errors[0].detail]).toEqual([
      409,
      expect.stringContaining("what refers to it: note."),
    ]);
  });

  test("is listed under its company and its contact", async () => {
    for (const path of [`companies/${other.company_id}`, `contacts/${other.contact_id}`]) {
      const { body, status } = await t.api("GET", `/api/v1/${path}/tickets`, { key: technician });
      expect(status).toBe(200);
      expect(body.data.length).toBeGreaterThan(0);
      expect(
        new Set(body.data.map((one: { attributes: { company_id: string } }) => one.attributes.company_id)),
      ).toEqual(new Set([other.company_id]));
    }
  });
});

describe("somebody", () => {
  test("of the staff gets a ticket, a client or a deactivated person does not", async () => {
    const { id } = (await open({ title: "Assign", company_id: harbor.company_id })).body.data;
    const assign = (assigned_to_id: string | null): Promise<ApiAnswer> =>
      t.api("POST", `/api/v1/tickets/${id}/assign`, { key: technician, body: document("tickets", { assigned_to_id }) });
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
    for (const content of ["", "   ", "<p> </p>", "<script>alert(1)</script>"])
      expect(pointers(await note(id, { content }))).toEqual(["/data/attributes/content"]);
    expect(pointers(await note(id, { content: "x", note_type: "secret" }))).toEqual(["/data/attributes/note_type"]);
    expect((await note("0193c2f4-5a6b-7c8d-9e0f-112233445566", { content: "x" })).status).toBe(404);
  });
});

describe("the lists", () => {
  const make = (path: string, attributes: Record<string, unknown>): Promise<ApiAnswer> =>
    t.api("POST", `/api/v1/${path}`, { key: admin, body: document(path.replaceAll("-", "_"), attributes) });

  test("have one default each", async () => {
    const first = (await make("ticket-queues", { name: "First", is_default: true })).body.data.id;
    const second = (await make("ticket-queues", { name: "Second", is_default: true })).body.data.id;
    const all = (await t.api("GET", "/api/v1/ticket-queues", { key: admin })).body.data;
    expect(
      all
        .filter((one: { attributes: { is_default: boolean } }) => one.attributes.is_default)
        .map((one: { id: string }) => one.id),
    ).toEqual([second]);
    expect((await open({ title: "x", company_id: harbor.company_id })).body.data.attributes.queue_id).toBe(second);
    await t.api("DELETE", `/api/v1/ticket-queues/${first}`, { key: admin });
    expect((await t.api("DELETE", `/api/v1/ticket-queues/${second}`, { key: admin })).status).toBe(409);
  });

  test("refuse what would break tickets", async () => {
    const used = await idOf("ticket-statuses", "New");
    const patch = (id: string, attributes: Record<string, unknown>): Promise<ApiAnswer> =>
      t.api("PATCH", `/api/v1/ticket-statuses/${id}`, { key: admin, body: document("ticket_statuses", attributes) });
    expect((await patch(used, { is_closed: true })).status).toBe(422);
    expect((await patch(await idOf("ticket-statuses", "In progress"), { name: "New" })).status).toBe(409);
    expect(pointers(await make("ticket-statuses", { name: "Done", color: "green" }))).toEqual([
      "/data/attributes/color",
    ]);
  });
});
