import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type Client, makeClient, signedIn } from "../../../../tests/support/desk.ts";
import { startTestProgram, type TestProgram } from "../../../../tests/support/program.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, inUnit, reading } from "../../../platform/context.ts";
import { update } from "../../../platform/database/records.ts";
import { contacts } from "../../companies/index.ts";
import { addNote, openTicket, type TicketRow } from "../index.ts";

let t: TestProgram;
let technician: Ctx;
let client: Client;

beforeAll(async () => {
  t = await startTestProgram();
  technician = await t.harbor.as("technician");
  client = await makeClient(t, "Prairie Printing");
});
afterAll(() => t.close());

const choose = (values: object): Promise<unknown> =>
  inUnit(t.harbor.system, (work) => update(work, contacts, client.contact_id, values));
beforeEach(() => choose({ is_receipt_mailed: true, is_reply_mailed: true, is_portal_user: true }));

const answered = async (): Promise<TicketRow> => {
  const ticket = await perform(technician, openTicket, { title: "Scanner", contact_id: client.contact_id });
  await perform(technician, addNote, { ticket_id: ticket.id, note_type: "public", content: "<p>It is fixed</p>" });
  await t.settle();
  return ticket;
};
const mailsOf = ({ id }: TicketRow) =>
  reading(t.harbor.system, ({ db }) =>
    db
      .selectFrom("mails")
      .select(["text_body", "html_body", "unsubscribe_url"])
      .where("entity_id", "=", id)
      .where("to_address", "=", client.email)
      .orderBy("id")
      .execute(),
  );
const chosen = () =>
  reading(t.harbor.system, ({ db }) =>
    db
      .selectFrom("contacts")
      .select(["is_receipt_mailed", "is_reply_mailed"])
      .where("id", "=", client.contact_id)
      .executeTakeFirstOrThrow(),
  );

describe("a contact", () => {
  test("gets both kinds of mail, each with its own way out of it", async () => {
    const [receipt, reply] = await mailsOf(await answered());
    expect(receipt?.text_body).toContain("We have received your request");
    expect(reply?.text_body).toContain("It is fixed");
    for (const mail of [receipt, reply]) {
      expect(mail?.text_body.trim()).toEndWith(mail?.unsubscribe_url ?? "?");
      expect(mail?.html_body).toContain(">Stop mails of this kind</a>");
      expect(mail?.html_body).not.toContain(`>${mail?.unsubscribe_url ?? ""}<`);
    }
    expect(receipt?.unsubscribe_url).not.toBe(reply?.unsubscribe_url ?? "");
  });

  test("gets no mail of a kind that they have ended, and the team is told before it writes", async () => {
    await choose({ is_reply_mailed: false });
    const ticket = await answered();
    expect(await mailsOf(ticket)).toHaveLength(1);
    const page = await (await signedIn(t, technician)).open(`/tickets/${ticket.id}`);
    expect(page.text).toContain("wants no mail and reads it in the portal");
    expect(page.text).not.toContain("sent by mail");
  });

  test("without the portal gets answers all the same, and no way out of those", async () => {
    await choose({ is_reply_mailed: false, is_receipt_mailed: false, is_portal_user: false });
    const mails = await mailsOf(await answered());
    expect(mails).toHaveLength(1);
    expect(mails[0]?.text_body).toContain("It is fixed");
    expect(mails[0]?.unsubscribe_url).toBeNull();
  });

  test("chooses in the portal", async () => {
    const visitor = await signedIn(t, client.portal);
    await visitor.open("/portal/account/mails");
    await visitor.submit("/portal/account/mails", { is_receipt_mailed: [] });
    expect(await chosen()).toEqual({ is_receipt_mailed: false, is_reply_mailed: true });
  });
});

describe("the address in a mail", () => {
  const pathOf = (url: string | null | undefined): string => new URL(url ?? "").pathname;
  const post = (path: string, body: string): Promise<Response> =>
    t.fetch(path, { method: "POST", body, headers: { "content-type": "application/x-www-form-urlencoded" } });

  test("ends mails of its kind by one click of a mail program, without signing in", async () => {
    const [receipt] = await mailsOf(await answered());
    const answer = await post(pathOf(receipt?.unsubscribe_url), "List-Unsubscribe=One-Click");
    expect(answer.status).toBe(204);
    expect(await chosen()).toEqual({ is_receipt_mailed: false, is_reply_mailed: true });
  });

  test("is a page that only says what would happen, where one can also go back on it", async () => {
    const [, reply] = await mailsOf(await answered());
    const path = pathOf(reply?.unsubscribe_url);
    const visitor = t.browser();
    const shown = await visitor.open(path);
    expect(shown.text).toContain("Stop these mails");
    expect((await chosen()).is_reply_mailed).toBe(true);
    expect((await visitor.submit(path, { is_on: "no" })).text).toContain("Get them again");
    expect((await chosen()).is_reply_mailed).toBe(false);
    await visitor.submit(path, { is_on: "yes" });
    expect((await chosen()).is_reply_mailed).toBe(true);
  });

  test("is a page in the contact's language, whatever the browser asks for", async () => {
    const [receipt] = await mailsOf(await answered());
    const shown = async (language: string | null): Promise<string> => {
      await choose({ language });
      const answer = await t.fetch(pathOf(receipt?.unsubscribe_url), { headers: { "accept-language": "en" } });
      return answer.text();
    };
    expect(await shown("de")).toMatch(/<html[^>]* lang="de"[^]*Diese E-Mails beenden/);
    expect(await shown(null)).toContain("Stop these mails");
  });

  test("that was altered, or is another organization's, is nothing", async () => {
    const [receipt] = await mailsOf(await answered());
    const path = pathOf(receipt?.unsubscribe_url);
    for (const wrong of [path.replace("is_receipt_mailed", "is_reply_mailed"), `${path}x`, "/mails/x.y.z"])
      expect([wrong, (await t.fetch(wrong)).status, (await post(wrong, "is_on=no")).status]).toEqual([wrong, 404, 404]);
    expect((await t.fetch(path, {}, t.mill)).status).toBe(404);
    expect(await chosen()).toEqual({ is_receipt_mailed: true, is_reply_mailed: true });
  });
});
