import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, makeClient } from "../../../tests/support/desk.ts";
import { browserOf, makeStaff, type Person } from "../../../tests/support/people.ts";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit } from "../../platform/context.ts";
import { setRoles } from "../staff/index.ts";
import { addNote, addNoteAsClient, openTicket, openTicketAsClient, type TicketRow } from "./index.ts";

describe("whoever is mentioned on a ticket", () => {
  let t: TestProgram;
  let technician: Ctx;
  let kim: Person;
  let blind: Person;
  let client: Client;

  beforeAll(async () => {
    t = await startTestProgram();
    technician = await t.harbor.as("technician");
    kim = await makeStaff(t.harbor, "technician", "Kim Ortega");
    blind = await makeStaff(t.harbor, "technician", "Bo Blind");
    await inUnit(t.harbor.system, (work) => setRoles(work, blind.id, []));
    client = await makeClient(t, "Prairie Printing");
  });
  afterAll(() => t.close());

  const open = (title: string): Promise<TicketRow> =>
    perform(technician, openTicket, { title, contact_id: client.contact_id });
  const mailsTo = async (ticket: TicketRow, email: string): Promise<{ subject: string; text_body: string }[]> => {
    await t.settle();
    return t.app.database.read(t.harbor.id, (db) =>
      db
        .selectFrom("mails")
        .select(["subject", "text_body"])
        .where("entity_id", "=", ticket.id)
        .where("to_address", "=", email)
        .execute(),
    );
  };
  const note = (ticket: TicketRow, content: string): Promise<unknown> =>
    perform(technician, addNote, { ticket_id: ticket.id, note_type: "internal", content });
  const bellOf = async (person: Person): Promise<string> =>
    (await (await browserOf(t, person)).open("/notifications")).text;

  test("is told in the app and by mail, with the note, and lands on it", async () => {
    const ticket = await open("Printer on fire");
    await note(ticket, "<p>@Kim Ortega knows the model</p>");
    const [mail] = await mailsTo(ticket, kim.email);
    expect(mail?.text_body).toContain("mentions you on #");
    expect(mail?.text_body).toContain("@Kim Ortega knows the model");
    const visitor = await browserOf(t, kim);
    const list = await visitor.open("/notifications");
    expect(list.text).toContain(`mentions you on #${ticket.ticket_number}`);
    const opened = await visitor.open(/\/notifications\/[0-9a-f-]{36}\/open/.exec(list.html)?.[0] ?? "");
    expect(opened.html).toContain("<strong>@Kim Ortega</strong> knows the model");
  });

  test("is told as they have chosen", async () => {
    const key = await t.harbor.key("administrator");
    const set = await t.api("PUT", `/api/v1/users/${kim.id}/notification-preferences`, {
      key,
      body: {
        data: {
          type: "user_notification_preferences",
          attributes: { preferences: [{ event_type: "tickets.mentioned", channel_types: ["in_app"] }] },
        },
      },
    });
    expect(set.status).toBe(200);
    const ticket = await open("Only the bell");
    await note(ticket, "<p>@Kim Ortega</p>");
    expect(await mailsTo(ticket, kim.email)).toEqual([]);
    expect(await bellOf(kim)).toContain(`mentions you on #${ticket.ticket_number}`);
  });

  test("hears nothing of what they may not see, nor of their own notes", async () => {
    const ticket = await open("Not for everybody");
    const own = technician.actor.name;
    await note(ticket, `<p>@Bo Blind and @${own}</p>`);
    expect(await mailsTo(ticket, blind.email)).toEqual([]);
    expect(await mailsTo(ticket, technician.actor.email)).toEqual([]);
    const offered = await t.api("GET", `/api/v1/tickets/${ticket.id}/mentionable-users?q=b`, {
      key: await t.harbor.key("administrator"),
    });
    expect(offered.body.data.map(({ attributes }: { attributes: { name: string } }) => attributes.name)).not.toContain(
      "Bo Blind",
    );
  });

  test("is offered by the composer, without oneself and without those of other organizations", async () => {
    await makeStaff(t.mill, "technician", "Kim Miller");
    const ticket = await open("Whom to ask");
    const visitor = await browserOf(t, await makeStaff(t.harbor, "technician", "Kim Asks"));
    const offered = await visitor.open(`/tickets/${ticket.id}/mentions?q=kim`);
    expect(offered.html).toContain('data-handle="Kim Ortega"');
    expect(offered.text).not.toContain("Kim Miller");
    expect(offered.text).not.toContain("Kim Asks");
  });

  test("is not mentioned by a client, whose @ is a letter", async () => {
    const { portal } = client;
    const ticket = await perform(portal, openTicketAsClient, { title: "By the client" });
    await perform(portal, addNoteAsClient, { ticket_id: ticket.id, content: "<p>@Kim Ortega help</p>" });
    expect(await bellOf(kim)).not.toContain(`mentions you on #${ticket.ticket_number}`);
  });
});
