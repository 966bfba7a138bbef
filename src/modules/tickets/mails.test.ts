import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient } from "../../../tests/support/desk.ts";
import { setUpMail } from "../../../tests/support/mail-settings.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import type { mailStatuses } from "../../platform/mail/queue.ts";
import {
  addNote,
  addNoteAsClient,
  addNoteWithFiles,
  assignTicket,
  conversationOf,
  openTicket,
  openTicketAsClient,
  takeFiles,
  type TicketRow,
} from "./index.ts";

let t: TestProgram;
let technician: Ctx;
let admin: Ctx;
let client: Client;

beforeAll(async () => {
  t = await startTestProgram();
  technician = await t.harbor.as("technician");
  admin = await t.harbor.as("administrator");
  client = await makeClient(t, "Prairie Printing");
});
afterAll(() => t.close());

interface Mail {
  id: string;
  to_address: string;
  subject: string;
  text_body: string;
  message_id: string;
  in_reply_to: string | null;
  mail_references: string;
}

/** The mails of a ticket in the order they were queued, after everything that is due has taken effect. */
async function mailsOf(ticket: TicketRow): Promise<Mail[]> {
  await t.settle();
  return t.app.database.read(t.harbor.id, (db) =>
    db
      .selectFrom("mails")
      .select(["id", "to_address", "subject", "text_body", "message_id", "in_reply_to", "mail_references"])
      .where("entity_id", "=", ticket.id)
      .orderBy("id")
      .execute(),
  );
}

const open = (given: Record<string, unknown> = {}): Promise<TicketRow> =>
  perform(technician, openTicket, { title: "Scanner is slow", contact_id: client.contact_id, ...given });
const assign = (ticket: TicketRow, by: Ctx, to: Ctx): Promise<TicketRow> =>
  perform(by, assignTicket, { id: ticket.id, assigned_to_id: to.actor.user_id });

describe("mails of a ticket", () => {
  test("confirm to the contact that it was received, with its number in the subject", async () => {
    const ticket = await open({ description: "<p>Since <b>Monday</b></p>" });
    const [mail, ...others] = await mailsOf(ticket);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      to_address: client.email,
      subject: `[#${ticket.ticket_number}] Scanner is slow`,
      in_reply_to: null,
    });
    expect(mail?.text_body).toContain("> Since Monday");
    expect(mail?.text_body).toMatch(/\n\nHello Ana[^\n]*,\n\nYour request “Scanner is slow” has the number/);
    expect(mail?.text_body).toContain(`http://harbor.test/portal/tickets/${ticket.id}`);
    // The word of the portal, which the team's own mails do without.
    expect(mail?.text_body).toContain(`request #${ticket.ticket_number}`);
    expect(mail?.text_body).not.toMatch(/[^/]ticket\b/i);
    expect(mail?.message_id).toMatch(/^<.+@harbor\.test>$/);
  });

  test("go nowhere without a contact", async () => {
    expect(await mailsOf(await open({ contact_id: null, company_id: client.company_id }))).toEqual([]);
  });

  test("bring a public reply to the contact, in the same thread, and the note knows its mail", async () => {
    const ticket = await open();
    const [first] = await mailsOf(ticket);
    const note = await perform(technician, addNote, {
      ticket_id: ticket.id,
      note_type: "public",
      content: "<p>Hello Ana,</p><p>please try again.</p>",
    });
    const [, second] = await mailsOf(ticket);
    expect(second).toMatchObject({
      to_address: client.email,
      subject: `[#${ticket.ticket_number}] Scanner is slow`,
      in_reply_to: first?.message_id ?? "",
      mail_references: first?.message_id ?? "",
    });
    expect(second?.text_body).toContain("please try again.");
    const row = await t.app.database.read(t.harbor.id, (db) =>
      db.selectFrom("ticket_notes").selectAll().where("id", "=", note.id).executeTakeFirstOrThrow(),
    );
    expect(row).toMatchObject({ is_email_sent: true, mail_id: second?.id ?? "" });
    await perform(technician, addNote, { ticket_id: ticket.id, note_type: "public", content: "And now?" });
    const third = (await mailsOf(ticket)).at(-1);
    expect(third?.in_reply_to).toBe(second?.message_id ?? "");
    expect(third?.mail_references).toBe(`${first?.message_id} ${second?.message_id}`);
  });

  test("say on the note what became of them, to the staff alone", async () => {
    const ticket = await open();
    const note = await perform(technician, addNote, {
      ticket_id: ticket.id,
      note_type: "public",
      content: "<p>Try again.</p>",
    });
    const label = async (ctx: Ctx): Promise<string | undefined> => {
      const shown = await reading(ctx, (reader) => conversationOf(reader, ticket, { base: "/tickets" }));
      return shown.find(({ id }) => id === note.id)?.label;
    };
    const become = (mail_status: (typeof mailStatuses)[number]) =>
      t.app.database.write(t.harbor.id, (db) =>
        db.updateTable("mails").set({ mail_status }).where("dedupe_key", "=", `tickets.note:${note.id}`).execute(),
      );
    expect(await label(technician)).toBe("");
    await mailsOf(ticket);
    expect(await label(technician)).toBe("not mailed: there is no mail server");
    await setUpMail(t.harbor);
    expect(await label(technician)).toBe("the mail waits");
    const said: Record<string, string | undefined> = {};
    for (const status of ["sending", "failed", "uncertain", "sent"] as const) {
      await become(status);
      said[status] = await label(technician);
    }
    expect(said).toEqual({
      sending: "the mail is on its way",
      failed: "the mail failed",
      uncertain: "perhaps sent by mail",
      sent: "sent by mail",
    });
    expect(await label(client.portal)).toBe("");
    await t.app.database.write(t.harbor.id, (db) => db.deleteFrom("mail_settings").execute());
  });

  test("never carry an internal note", async () => {
    const ticket = await open();
    await perform(technician, addNote, {
      ticket_id: ticket.id,
      note_type: "internal",
      content: "They forgot to plug it in",
    });
    expect((await mailsOf(ticket)).map((mail) => mail.text_body).join()).not.toContain("plug");
    expect(await mailsOf(ticket)).toHaveLength(1);
  });

  test("tell the assignee, unless they took it themselves", async () => {
    const ticket = await open({ contact_id: null, company_id: client.company_id });
    await assign(ticket, technician, technician);
    expect(await mailsOf(ticket)).toEqual([]);
    await assign(ticket, technician, admin);
    const [mail] = await mailsOf(ticket);
    expect(mail?.to_address).toBe(admin.actor.email);
    expect(mail?.text_body).toContain(`http://harbor.test/tickets/${ticket.id}`);
    expect(mail?.text_body).toContain(`ticket #${ticket.ticket_number}`);
  });

  test("bring a client's answer to the assignee", async () => {
    const ticket = await perform(client.portal, openTicketAsClient, { title: "No sound" });
    await assign(ticket, admin, admin);
    await perform(client.portal, addNoteAsClient, { ticket_id: ticket.id, content: "<p>Still no sound</p>" });
    const mail = (await mailsOf(ticket)).at(-1);
    expect(mail?.to_address).toBe(admin.actor.email);
    expect(mail?.text_body).toContain("> Still no sound");
  });

  test("carry the files of a reply", async () => {
    const ticket = await open();
    const files = await takeFiles(technician, [
      { name: "guide.pdf", type: "application/pdf", bytes: new Uint8Array([1, 2]) },
    ]);
    await addNoteWithFiles(technician, { ticket_id: ticket.id, note_type: "public", content: "See the guide" }, files);
    const mail = (await mailsOf(ticket)).at(-1);
    const attached = await t.app.database.read(t.harbor.id, (db) =>
      db
        .selectFrom("mail_attachments")
        .innerJoin("files", "files.id", "mail_attachments.file_id")
        .select("files.file_name")
        .where("mail_id", "=", mail?.id ?? "")
        .execute(),
    );
    expect(attached).toEqual([{ file_name: "guide.pdf" }]);
  });

  test("are queued once, however often an event is delivered", async () => {
    const ticket = await open();
    await mailsOf(ticket);
    await t.app.database.write(t.harbor.id, (db) =>
      db.updateTable("event_deliveries").set({ succeeded_at: null, next_attempt_at: t.clock.now() }).execute(),
    );
    expect(await mailsOf(ticket)).toHaveLength(1);
  });
});
