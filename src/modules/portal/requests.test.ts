import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { clientOf, type Client, tokenOf } from "../../../tests/support/clients.ts";
import { makeColleague } from "../../../tests/support/desk.ts";
import { browserHeaders } from "../../../tests/support/everything.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { inUnit } from "../../platform/context.ts";
import { addNote, attachFiles, openTicket, takeFiles, updateTicket } from "../tickets/index.ts";

let t: TestProgram;
let nordwind: Client;
let atlas: Client;

beforeAll(async () => {
  t = await startTestProgram();
  nordwind = await clientOf(t, "Nordwind Logistics", "annika@nordwind.test");
  atlas = await clientOf(t, "Atlas Foods", "bruno@atlas.test");
});
afterAll(() => t.close());

async function ticketOf(client: Client, title: string): Promise<string> {
  const ticket = await perform(await t.harbor.as("technician"), openTicket, {
    title,
    company_id: client.companyId,
    contact_id: client.contactId,
    description: "<p>Since Monday.</p>",
  });
  return ticket.id;
}

describe("requests in the portal", () => {
  test("are opened and answered, with files", async () => {
    const { browser } = nordwind;
    await browser.open("/portal/tickets/new");
    const refused = await browser.submit("/portal/tickets/new", { title: "", description: "x" });
    expect([refused.status, refused.text.includes("Say in a few words what it is about.")]).toEqual([422, true]);
    expect(refused.text).not.toContain("Title");
    const shown = await browser.submit("/portal/tickets/new", {
      title: "Printer <b>on fire</b>",
      description: "It burns.\n\nSince <noon>.",
    });
    expect(shown.url).toMatch(/^\/portal\/tickets\/[0-9a-f-]{36}$/);
    expect(shown.text).toContain("Since <noon>.");
    expect(shown.html).not.toContain("<b>on fire");
    const id = shown.url.split("/").at(-1) ?? "";
    const ticket = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("tickets").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
    );
    expect(ticket).toMatchObject({ source: "portal", company_id: nordwind.companyId, contact_id: nordwind.contactId });
    expect((await browser.submit(`/portal/tickets/${id}/notes`, { content: "  " })).status).toBe(422);
    await browser.open(`/portal/tickets/${id}`);
    const answered = await browser.submit(`/portal/tickets/${id}/notes`, { content: "The fire is out." });
    expect(answered.text).toContain("The fire is out.");
    expect((await browser.open("/portal/tickets")).text).toContain("Printer <b>on fire</b>");
  });

  test("show nothing that the team writes to itself: notes, files, time, internal names", async () => {
    const id = await ticketOf(nordwind, "Slow network");
    const technician = await t.harbor.as("technician");
    await perform(technician, addNote, {
      ticket_id: id,
      note_type: "internal",
      content: "<p>Their switch is junk</p>",
    });
    await perform(technician, addNote, { ticket_id: id, note_type: "public", content: "<p>We are looking</p>" });
    const internal = await perform(technician, addNote, {
      ticket_id: id,
      note_type: "internal",
      content: "<p>See file</p>",
    });
    const bytes = new TextEncoder().encode("secret plan");
    const stored = await takeFiles(technician, [
      { name: "plan.txt", type: "text/plain", bytes },
      { name: "hello.txt", type: "text/plain", bytes },
    ]);
    const [hidden, open] = await inUnit(technician, async (work) => [
      ...(await attachFiles(work, { ticket_id: id, note_id: internal.id }, stored.slice(0, 1))),
      ...(await attachFiles(work, { ticket_id: id, note_id: null }, stored.slice(1))),
    ]);
    const page = await nordwind.browser.open(`/portal/tickets/${id}`);
    expect(page.text).toContain("We are looking");
    expect(page.text).toContain("hello.txt");
    for (const secret of ["junk", "plan.txt", "See file"]) expect(page.html).not.toContain(secret);
    expect((await nordwind.browser.open(`/portal/tickets/${id}/attachments/${open?.id ?? ""}`)).html).toBe(
      "secret plan",
    );
    expect((await nordwind.browser.open(`/portal/tickets/${id}/attachments/${hidden?.id ?? ""}`)).status).toBe(404);
    const key = await tokenOf(t, nordwind);
    const notes = await t.api("GET", `/api/v1/portal/tickets/${id}/notes`, { key });
    expect(notes.body.data).toHaveLength(1);
    const files = await t.api("GET", `/api/v1/portal/tickets/${id}/attachments`, { key });
    expect(files.body.data.map((file: { attributes: { file_name: string } }) => file.attributes.file_name)).toEqual([
      "hello.txt",
    ]);
    const one = await t.api("GET", `/api/v1/portal/tickets/${id}`, { key });
    expect(Object.keys(one.body.data.attributes).toSorted()).toEqual([
      "closed_at",
      "company_id",
      "contact_id",
      "created_at",
      "custom_fields",
      "description",
      "is_closed",
      "news_at",
      "priority_id",
      "status",
      "ticket_number",
      "title",
    ]);
    expect((await t.api("GET", "/api/v1/portal/tickets?filter[q]=junk", { key })).status).toBe(400);
    expect((await t.api("GET", "/api/v1/portal/tickets?filter[assigned_to_id]=x", { key })).status).toBe(400);
    const byId = await t.api("GET", `/api/v1/portal/tickets?filter[id]=${id}&sort=-id`, { key });
    expect([byId.status, byId.body.data?.map((ticket: { id: string }) => ticket.id)]).toEqual([200, [id]]);
  });

  test("tell nothing over the API of what the team changes and notes for itself, not even when or how often", async () => {
    const id = await ticketOf(nordwind, "Quiet work");
    const [key, technician] = [await tokenOf(t, nordwind), await t.harbor.as("technician")];
    const told = async (): Promise<unknown[]> => {
      const { headers, body } = await t.api("GET", `/api/v1/portal/tickets/${id}`, { key });
      return [headers.get("etag"), body.data.attributes];
    };
    const before = await told();
    t.clock.advance(60_000);
    await perform(technician, updateTicket, { id, is_billable: false, assigned_to_id: technician.actor.user_id });
    await perform(technician, addNote, { ticket_id: id, note_type: "internal", content: "<p>Odd.</p>" });
    expect(await told()).toEqual(before);
    expect((await t.api("GET", "/api/v1/portal/tickets?sort=-updated_at", { key })).status).toBe(400);
    await perform(technician, addNote, { ticket_id: id, note_type: "public", content: "<p>Done.</p>" });
    expect(await told()).not.toEqual(before);
  });

  test("of another company do not exist", async () => {
    const id = await ticketOf(nordwind, "Private matter");
    expect((await atlas.browser.open(`/portal/tickets/${id}`)).status).toBe(404);
    expect((await atlas.browser.open("/portal/tickets")).text).not.toContain("Private matter");
    const key = await tokenOf(t, atlas);
    expect((await t.api("GET", `/api/v1/portal/tickets/${id}`, { key })).status).toBe(404);
    for (const part of ["notes", "attachments"])
      expect((await t.api("GET", `/api/v1/portal/tickets/${id}/${part}`, { key })).status).toBe(404);
    const body = { data: { type: "ticket_notes", attributes: { content: "Hello" } } };
    expect((await t.api("POST", `/api/v1/portal/tickets/${id}/notes`, { key, body })).status).toBe(404);
  });

  test("are found by number, title and who asked, and never by what the team writes to itself", async () => {
    const id = await ticketOf(nordwind, "The fax is silent");
    const technician = await t.harbor.as("technician");
    await perform(technician, addNote, { ticket_id: id, note_type: "internal", content: "<p>Scrapyard</p>" });
    const { ticket_number } = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("tickets").select("ticket_number").where("id", "=", id).executeTakeFirstOrThrow(),
    );
    const found = async (words: string, more = ""): Promise<boolean> =>
      (await nordwind.browser.open(`/portal/tickets?q=${words}${more}`)).text.includes("The fax is silent");
    expect(await found("fax")).toBe(true);
    expect(await found(String(ticket_number))).toBe(true);
    expect(await found("petersen+silent")).toBe(true);
    expect(await found("scrapyard")).toBe(false);
    expect(await found("fax", "&state=done")).toBe(false);
    expect((await atlas.browser.open("/portal/tickets?q=fax")).text).not.toContain("The fax is silent");
  });

  test("say who asked to those who see all of the company's", async () => {
    const id = await ticketOf(nordwind, "Keys for the new office");
    expect((await nordwind.browser.open("/portal/tickets")).text).toContain("Asked by");
    const colleague = await makeColleague(t, nordwind.companyId);
    await inUnit(t.harbor.system, ({ db }) =>
      db.updateTable("tickets").set({ contact_id: colleague.actor.contact_id }).where("id", "=", id).execute(),
    );
    const list = await t.fetch("/portal/tickets", { headers: await browserHeaders(t, colleague) });
    const text = await list.text();
    expect([text.includes("Keys for the new office"), text.includes("Asked by")]).toEqual([true, false]);
    const row = /Keys for the new office.*?<\/tr>/s.exec((await nordwind.browser.open("/portal/tickets")).html);
    expect(row?.[0]).toContain("Col League");
  });

  test("stand by their last news, which is what the client can see of them", async () => {
    const client = await clientOf(t, "Newsagent", "nell@newsagent.test");
    const technician = await t.harbor.as("technician");
    const older = await ticketOf(client, "Older one");
    t.clock.advance(3_600_000);
    await ticketOf(client, "Newer one");
    t.clock.advance(3_600_000);
    const order = async (): Promise<string[]> =>
      (await client.browser.open("/portal/tickets")).text.match(/Older one|Newer one/g) ?? [];
    await perform(technician, addNote, { ticket_id: older, note_type: "internal", content: "<p>A bill is open.</p>" });
    expect(await order()).toEqual(["Newer one", "Older one"]);
    expect((await client.browser.open("/portal/tickets")).text).not.toContain("just now");
    await perform(technician, addNote, { ticket_id: older, note_type: "public", content: "<p>We come today.</p>" });
    expect(await order()).toEqual(["Older one", "Newer one"]);
    expect((await client.browser.open("/portal/tickets?sort=news_at")).text).toMatch(/Newer one.*Older one.*just now/s);
  });

  test("that wait for the client stand first on the first page, and each says who wrote last", async () => {
    const harbor = await clientOf(t, "Lighthouse Ltd", "lea@lighthouse.test");
    const technician = await t.harbor.as("technician");
    const waiting = await ticketOf(harbor, "Which printer?");
    t.clock.advance(60_000);
    const answered = await ticketOf(harbor, "Slow laptop");
    t.clock.advance(60_000);
    await ticketOf(harbor, "New chair");
    const { id: status_id } = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("ticket_statuses").select("id").where("waiting_on", "=", "client").executeTakeFirstOrThrow(),
    );
    const ask = { ticket_id: waiting, note_type: "public", content: "<p>The red one?</p>", status_id } as const;
    await perform(technician, addNote, ask);
    await perform(technician, addNote, { ticket_id: waiting, note_type: "internal", content: "<p>Later</p>" });
    t.clock.advance(60_000);
    await harbor.browser.open(`/portal/tickets/${answered}`);
    await harbor.browser.submit(`/portal/tickets/${answered}/notes`, { content: "Still slow" });
    const { text } = await harbor.browser.open("/portal");
    const places = ["Which printer?", "Slow laptop", "New chair"].map((title) => text.indexOf(title));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(text).toMatch(
      new RegExp(`Which printer\\? #\\d+ · ${technician.actor.name} answered 1 min ago Waiting for you`),
    );
    expect(text).toMatch(/Slow laptop #\d+ · you wrote just now/);
    expect(text).toMatch(/New chair #\d+ · you asked 1 min ago/);
  });

  test("go over the API as well", async () => {
    const key = await tokenOf(t, nordwind);
    const made = await t.api("POST", "/api/v1/portal/tickets", {
      key,
      body: {
        data: { type: "tickets", attributes: { title: "From a script", description: "<p>Hi<script>x</script></p>" } },
      },
    });
    expect(made.status).toBe(201);
    expect(made.body.data.attributes).toMatchObject({
      title: "From a script",
      description: "<p>Hi</p>",
      is_closed: false,
    });
    const { id } = made.body.data;
    expect(made.headers.get("location")).toBe(`/api/v1/portal/tickets/${id}`);
    const note = await t.api("POST", `/api/v1/portal/tickets/${id}/notes`, {
      key,
      body: { data: { type: "ticket_notes", attributes: { content: "<p>More</p>" } } },
    });
    expect([note.status, note.body.data.attributes.note_type]).toEqual([201, "public"]);
    const internal = await t.api("POST", `/api/v1/portal/tickets/${id}/notes`, {
      key,
      body: { data: { type: "ticket_notes", attributes: { content: "<p>x</p>", note_type: "internal" } } },
    });
    expect(internal.status).toBe(422);
    const file = await t.api("POST", `/api/v1/portal/tickets/${id}/attachments`, {
      key,
      body: { data: { type: "ticket_attachments", attributes: { file_name: "log.txt", content: btoa("hello") } } },
    });
    expect(file.status).toBe(201);
    const content = await t.fetch(file.body.data.attributes.content_url, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await content.text()).toBe("hello");
    expect(
      (
        await t.api("POST", "/api/v1/portal/tickets", {
          key,
          body: { data: { type: "tickets", attributes: { title: "x", company_id: atlas.companyId } } },
        })
      ).status,
    ).toBe(422);
    expect((await t.api("GET", "/api/v1/portal/company", { key })).body.data.attributes).toMatchObject({
      name: "Nordwind Logistics",
    });
  });
});
