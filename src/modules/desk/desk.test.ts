import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient, signedIn } from "../../../tests/support/desk.ts";
import { decoded } from "../../../tests/support/entities.ts";
import { setUpMail } from "../../../tests/support/mail-settings.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit } from "../../platform/context.ts";
import { insert, update } from "../../platform/database/records.ts";
import { htmlToPlain } from "../../platform/written-text.ts";
import { contacts } from "../companies/index.ts";
import { addNote, addNoteAsClient, openTicket, type TicketRow, updateTicket } from "../tickets/index.ts";
import { startTimer, workTypes } from "../time/index.ts";

let t: TestProgram;
let technician: Ctx;
let browser: Visitor;
let client: Client;

beforeAll(async () => {
  t = await startTestProgram();
  technician = await t.harbor.as("technician");
  client = await makeClient(t, "Prairie Printing");
  browser = await signedIn(t, technician);
  await inUnit(t.harbor.system, (work) => insert(work, workTypes, { name: "Remote support" }));
});
afterAll(() => t.close());

const open = (title: string, more: Record<string, unknown> = {}): Promise<TicketRow> =>
  perform(technician, openTicket, { title, contact_id: client.contact_id, ...more });
const statusId = async (name: string): Promise<string> =>
  (
    await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("ticket_statuses").select("id").where("name", "=", name).executeTakeFirstOrThrow(),
    )
  ).id;
const rows = (
  ticket: TicketRow,
): Promise<{
  notes: { note_type: string; content: string }[];
  entries: { duration_minutes: number; note_id: string | null; notes: string; internal_notes: string }[];
  ticket: { closed_at: string | null; status_id: string };
}> =>
  t.app.database.read(t.harbor.id, async (db) => ({
    notes: await db
      .selectFrom("ticket_notes")
      .select(["note_type", "content"])
      .where("ticket_id", "=", ticket.id)
      .orderBy("id")
      .execute(),
    entries: await db
      .selectFrom("time_entries")
      .select(["duration_minutes", "note_id", "notes", "internal_notes"])
      .where("ticket_id", "=", ticket.id)
      .orderBy("id")
      .execute(),
    ticket: await db
      .selectFrom("tickets")
      .select(["closed_at", "status_id"])
      .where("id", "=", ticket.id)
      .executeTakeFirstOrThrow(),
  }));

describe("the page of a ticket", () => {
  test("shows who it is for, what was written, and what the team only says to itself", async () => {
    const ticket = await open("Mailbox is full", { description: "<p>Cannot send</p>" });
    await perform(technician, addNote, { ticket_id: ticket.id, note_type: "internal", content: "Quota 2 GB" });
    const page = await browser.open(`/tickets/${ticket.id}`);
    expect(page.status).toBe(200);
    for (const words of [
      "Mailbox is full",
      "Cannot send",
      "Quota 2 GB",
      "Prairie Printing",
      client.email,
      "Remote support",
    ])
      expect(page.text).toContain(words);
    expect(page.html).toContain('data-kind="internal"');
  });

  test("is not there for others", async () => {
    const ticket = await open("Ours");
    const mill = await signedIn(t, await t.mill.as("administrator"));
    for (const path of ["", "/edit"]) expect((await mill.open(`/tickets/${ticket.id}${path}`)).status).toBe(404);
    expect((await browser.open("/tickets/nonsense")).status).toBe(404);
    const portal = await signedIn(t, client.portal);
    expect((await portal.open(`/tickets/${ticket.id}`)).text).not.toContain("Ours");
  });

  test("lets finance read and not write", async () => {
    const ticket = await open("For reading");
    const finance = await signedIn(t, await t.harbor.as("finance"));
    const page = await finance.open(`/tickets/${ticket.id}`);
    expect(page.html).not.toContain("<select");
    expect(page.text).toMatch(/Details Status New Priority \w+ Queue \w+/);
    expect(page.status).toBe(200);
    expect(page.html).not.toContain('id="composer"');
  });

  test("says when the client waits for an answer", async () => {
    const ticket = await open("Waits");
    await perform(client.portal, addNoteAsClient, { ticket_id: ticket.id, content: "Anybody?" });
    expect((await browser.open(`/tickets/${ticket.id}`)).text).toContain("Client replied");
    await perform(technician, addNote, { ticket_id: ticket.id, note_type: "public", content: "Yes" });
    expect((await browser.open(`/tickets/${ticket.id}`)).text).not.toContain("Client replied");
  });

  test("leads to the next and the previous ticket of the list it was opened from", async () => {
    const [first, second, third] = [await open("Walk a"), await open("Walk b"), await open("Walk c")];
    const from = encodeURIComponent("/tickets?q=walk&sort=title");
    const ways = (html: string): string[] =>
      [...html.matchAll(/<a class="icon-button" href="([^"]+)"/g)].map((match) => decoded(match[1] ?? ""));
    const [previous = "", next = ""] = ways((await browser.open(`/tickets/${second.id}?from=${from}`)).html);
    expect((await browser.open(previous)).url).toBe(`/tickets/${first.id}?from=${from}`);
    expect((await browser.open(next)).url).toBe(`/tickets/${third.id}?from=${from}`);
    const referred = await browser.open(`/tickets/${second.id}`, {
      referer: "http://harbor.test/tickets?q=walk&sort=title",
    });
    expect(ways(referred.html)).toEqual([previous, next]);
    const evil = "?from=//evil.example/tickets";
    expect((await browser.open(`/tickets/${second.id}${evil}`)).html).not.toContain("evil");
    expect((await browser.open(`/tickets/${third.id}/previous${evil}`)).url).toStartWith("/tickets");
  });
});

describe("a reply", () => {
  test("is sent where there is a mail server; a note for colleagues is not about mail", async () => {
    const ticket = await open("Mailed");
    const send = async (fields: Record<string, string>): Promise<string> => {
      await browser.open(`/tickets/${ticket.id}`);
      return (await browser.submit(`/tickets/${ticket.id}/reply`, fields)).text;
    };
    expect(await send({ content: "For us", note_type: "internal" })).toContain("Note added. ");
    await setUpMail(t.mill);
    expect(await send({ content: "For you" })).toContain("Reply saved. No mail server is set up yet.");
    await setUpMail(t.harbor);
    expect(await send({ content: "For you, too" })).toContain("Reply sent.");
    await inUnit(t.harbor.system, ({ db }) => db.deleteFrom("mail_settings").execute());
  });

  test("writes the note, logs the time and changes the status in one go", async () => {
    const ticket = await open("One submit");
    await browser.open(`/tickets/${ticket.id}`);
    const page = await browser.submit(`/tickets/${ticket.id}/reply`, {
      content: "Fixed.\nPlease test <it>.",
      duration: "0:25",
      status_id: await statusId("Resolved"),
    });
    expect(page.text).toContain("Reply saved. No mail server is set up yet.");
    expect(page.text).toContain("Time logged. Status changed.");
    const { notes, entries, ticket: after } = await rows(ticket);
    expect(notes).toEqual([{ note_type: "resolution", content: "<p>Fixed.<br />Please test &lt;it&gt;.</p>" }]);
    expect(entries).toMatchObject([{ duration_minutes: 25, notes: "Fixed.\nPlease test <it>.", internal_notes: "" }]);
    expect(entries[0]?.note_id).not.toBeNull();
    expect(after.closed_at).not.toBeNull();
    expect(page.text).toContain("25 min · Remote support");
  });

  test("that cannot be done is not done at all, and no word of it is lost", async () => {
    const ticket = await open("Nothing half");
    await browser.open(`/tickets/${ticket.id}`);
    const page = await browser.submit(`/tickets/${ticket.id}/reply`, {
      note_type: "internal",
      content: "A long thought",
      duration: "soon",
      status_id: await statusId("Closed"),
    });
    expect(page.status).toBe(422);
    expect(page.text).toContain("A long thought");
    expect(page.text).toContain("is not a duration");
    expect(page.html).toMatch(/value="internal" checked/);
    expect(await rows(ticket)).toMatchObject({ notes: [], entries: [], ticket: { closed_at: null } });
  });

  test("says nothing to the client's invoice when it is internal", async () => {
    const ticket = await open("Internal time");
    await browser.open(`/tickets/${ticket.id}`);
    await browser.submit(`/tickets/${ticket.id}/reply`, {
      note_type: "internal",
      content: "User error",
      duration: "10",
    });
    expect((await rows(ticket)).entries).toMatchObject([{ notes: "", internal_notes: "User error" }]);
  });

  test("may be just time or just a status, but not nothing", async () => {
    const ticket = await open("Just time");
    await browser.open(`/tickets/${ticket.id}`);
    expect((await browser.submit(`/tickets/${ticket.id}/reply`, {})).status).toBe(422);
    expect((await browser.submit(`/tickets/${ticket.id}/reply`, { duration: "5" })).text).toContain("Time logged.");
    expect(
      (await browser.submit(`/tickets/${ticket.id}/reply`, { status_id: await statusId("In progress") })).text,
    ).toContain("Status changed.");
    expect(await rows(ticket)).toMatchObject({ notes: [], entries: [{ note_id: null }] });
  });

  test("takes the time of the timer that runs for the ticket, and ends it", async () => {
    const ticket = await open("Timed");
    await perform(technician, startTimer, { ticket_id: ticket.id });
    t.clock.advance(12 * 60_000);
    const shown = await browser.open(`/tickets/${ticket.id}`);
    expect(shown.html).toMatch(/name="duration"[^>]* value="12"/);
    await browser.submit(`/tickets/${ticket.id}/reply`, { content: "Done" });
    expect((await rows(ticket)).entries).toMatchObject([{ duration_minutes: 12 }]);
    expect(await t.app.database.read(t.harbor.id, (db) => db.selectFrom("timers").select("id").execute())).toEqual([]);
  });

  test("carries files, with words or without", async () => {
    const ticket = await open("With files");
    const page = await browser.open(`/tickets/${ticket.id}`);
    const form = new FormData();
    form.append("_csrf", /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "");
    form.append("note_type", "internal");
    form.append("content", "");
    form.append("files", new File(["log"], "boot.log", { type: "text/plain" }));
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    expect(
      (await t.fetch(`/tickets/${ticket.id}/reply`, { method: "POST", body: form, headers: { cookie } })).status,
    ).toBe(303);
    expect((await rows(ticket)).notes).toEqual([{ note_type: "internal", content: "<p>boot.log</p>" }]);
    const shown = await browser.open(`/tickets/${ticket.id}`);
    const href = new RegExp(`/tickets/${ticket.id}/attachments/[0-9a-f-]+`).exec(shown.html)?.[0] ?? "";
    expect((await browser.open(href)).html).toBe("log");
  });
});

describe("the details", () => {
  test("save on their own, and say in the conversation what was changed", async () => {
    const ticket = await open("Details");
    await browser.open(`/tickets/${ticket.id}`);
    const page = await browser.submit(`/tickets/${ticket.id}`, {
      status_id: await statusId("Scheduled"),
      assigned_to_id: technician.actor.user_id ?? "",
    });
    expect(page.text).toContain("set the status to Scheduled");
    expect((await rows(ticket)).ticket.status_id).toBe(await statusId("Scheduled"));
  });

  test("are not written over what somebody else has changed meanwhile", async () => {
    const ticket = await open("Stale");
    await browser.open(`/tickets/${ticket.id}`);
    await perform(await t.harbor.as("administrator"), updateTicket, { id: ticket.id, title: "Stale, renamed" });
    const page = await browser.submit(`/tickets/${ticket.id}`, { status_id: await statusId("Closed") });
    expect(page.status).toBe(412);
    expect(page.text).toContain("Somebody else has changed this record");
    expect((await rows(ticket)).ticket.closed_at).toBeNull();
    // What stands there now is shown, so that the next change does not take it back.
    expect(page.html).toContain(`<option value="${ticket.status_id}" selected>`);
  });

  test("come back alone when htmx asks, so that a reply being written stays", async () => {
    const ticket = await open("Fragment");
    await browser.open(`/tickets/${ticket.id}`);
    const page = await browser.submit(
      `/tickets/${ticket.id}`,
      { status_id: await statusId("In progress") },
      { "hx-request": "true", "hx-target": "desk-details" },
    );
    expect(page.status).toBe(200);
    expect(page.html).not.toContain("<html");
    expect(page.html).toContain('id="desk-details"');
  });
});

describe("editing", () => {
  test("keeps whom the ticket is for when they have moved to another company since", async () => {
    const there = await makeClient(t, "Moved To");
    const contact = await inUnit(t.harbor.system, (work) =>
      insert(work, contacts, { company_id: client.company_id, first_name: "Mo" }),
    );
    const ticket = await open("Theirs", { contact_id: contact.id, description: "<p>One</p><p>Two <em>too</em></p>" });
    await inUnit(t.harbor.system, (work) => update(work, contacts, contact.id, { company_id: there.company_id }));
    const form = await browser.open(`/tickets/${ticket.id}/edit`);
    expect(form.html).toContain(`<option value="${contact.id}" selected`);
    // As browsers send what was typed: with both characters at the end of a line.
    const description = htmlToPlain(ticket.description).replaceAll("\n", "\r\n");
    await browser.submit(`/tickets/${ticket.id}/edit`, { title: "Still theirs", description });
    const after = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("tickets").selectAll().where("id", "=", ticket.id).executeTakeFirstOrThrow(),
    );
    const { company_id } = client;
    const kept = { company_id, contact_id: contact.id, description: ticket.description };
    expect(after).toMatchObject({ title: "Still theirs", ...kept });
  });

  test("changes the words and keeps the markup that nobody touched", async () => {
    const ticket = await open("Rich", { description: "<p>With <strong>weight</strong></p>", is_billable: false });
    await browser.open(`/tickets/${ticket.id}/edit`);
    await browser.submit(`/tickets/${ticket.id}/edit`, { title: "Richer", tags: "one, Two" });
    const after = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("tickets").selectAll().where("id", "=", ticket.id).executeTakeFirstOrThrow(),
    );
    expect(after).toMatchObject({
      title: "Richer",
      description: "<p>With <strong>weight</strong></p>",
      is_billable: false,
    });
    const shown = await browser.open(`/tickets/${ticket.id}`);
    expect(shown.html).toContain('href="/tickets?tag&#x3D;two"');
    expect((await browser.open("/tickets?tag=two")).text).toContain("Richer");
  });
});
