import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startTestProgram, type TestProgram, type TestTenant } from "../../../tests/support/program.ts";
import { startStripe, type StripeStandIn } from "../../../tests/support/stripe.ts";
import type { Visitor } from "../../../tests/support/visitor.ts";
import { startSession } from "../../platform/access/sessions.ts";
import { perform } from "../../platform/action.ts";
import { inUnit } from "../../platform/context.ts";
import { insert, update } from "../../platform/database/records.ts";
import { invoiceLines, invoices } from "../billing/index.ts";
import { companies, contacts } from "../companies/index.ts";
import { saveGateway } from "../payments/index.ts";
import { addNote, attachFiles, openTicket, takeFiles } from "../tickets/index.ts";
import { inviteContact, revokeContact } from "./access.ts";

const password = "a quiet harbour at dawn";

let t: TestProgram;
let stripe: StripeStandIn;
let nordwind: Client;
let atlas: Client;

interface Client {
  companyId: string;
  contactId: string;
  email: string;
  browser: Visitor;
}

beforeAll(async () => {
  stripe = startStripe();
  t = await startTestProgram({ stripeApiBase: stripe.url });
  await perform(await t.harbor.as("administrator"), saveGateway, { secret_key: stripe.secretKey, is_active: true });
  nordwind = await clientOf("Nordwind Logistics", "annika@nordwind.test");
  atlas = await clientOf("Atlas Foods", "bruno@atlas.test");
});
afterAll(async () => {
  await t.close();
  await stripe.stop();
});

async function contactOf(
  company: string,
  email: string | null,
  tenant: TestTenant = t.harbor,
): Promise<{ companyId: string; contactId: string }> {
  return inUnit(tenant.system, async (work) => {
    const { id: companyId } = await insert(work, companies, { name: company });
    const { id: contactId } = await insert(work, contacts, {
      company_id: companyId,
      first_name: "Annika",
      last_name: "Petersen",
      email,
    });
    return { companyId, contactId };
  });
}

/** The link of the last mail to an address. */
async function linkFor(email: string, tenant: TestTenant = t.harbor): Promise<string> {
  const mail = await t.app.database.read(tenant.id, (db) =>
    db
      .selectFrom("mails")
      .select("text_body")
      .where("to_address", "=", email)
      .orderBy("id", "desc")
      .executeTakeFirstOrThrow(),
  );
  return /http:\/\/[^/\s]+(\/portal\/\S+)/.exec(mail.text_body)?.[1] ?? "";
}

/** A contact that was invited, has chosen a password and is signed in. */
async function clientOf(company: string, email: string): Promise<Client> {
  const made = await contactOf(company, email);
  await perform(await t.harbor.as("technician"), inviteContact, { id: made.contactId });
  const browser = t.browser();
  const link = await linkFor(email);
  await browser.open(link);
  const home = await browser.submit(link, { password });
  if (home.url !== "/portal") throw new Error(`not signed in: ${home.url} ${home.text}`);
  return { ...made, email, browser };
}

async function tokenOf(email: string): Promise<string> {
  const answer = await t.api("POST", "/api/v1/portal/auth/login", {
    body: { data: { type: "credentials", attributes: { email, password } } },
  });
  return answer.body.data.attributes.access_token;
}

async function ticketOf(client: Client, title: string): Promise<string> {
  const ticket = await perform(await t.harbor.as("technician"), openTicket, {
    title,
    company_id: client.companyId,
    contact_id: client.contactId,
    description: "<p>Since Monday.</p>",
  });
  return ticket.id;
}

let number = 0;
function invoiceOf(client: Client, total: number, given: Record<string, unknown> = {}): Promise<string> {
  number += 1;
  return inUnit(t.harbor.system, async (work) => {
    const values = {
      company_id: client.companyId,
      invoice_number: `INV-${String(number).padStart(6, "0")}`,
      status: "sent" as const,
      invoice_date: "2026-11-01",
      due_date: "2026-12-01",
      payment_terms: "net_30" as const,
      subtotal: total,
      total,
      balance_due: total,
      currency: "USD",
      sent_at: "2026-11-01T09:00:00.000Z",
    };
    const row = await insert(work, invoices, { ...values, ...given });
    await insert(work, invoiceLines, {
      invoice_id: row.id,
      line_type: "service",
      description: "Managed services",
      quantity: "1",
      unit_price: "100",
      total,
      currency: "USD",
    });
    return row.id;
  });
}

describe("portal access", () => {
  test("is given by a mail with a link, and taken away at once", async () => {
    const { contactId } = await contactOf("Ferry Co", "fred@ferry.test");
    const key = await t.harbor.key("technician");
    const given = await t.api("POST", `/api/v1/contacts/${contactId}/portal-access`, { key });
    expect(given.body.data.attributes).toMatchObject({ is_portal_user: true });
    const link = await linkFor("fred@ferry.test");
    expect(link).toStartWith("/portal/invite/");
    const fred = t.browser();
    await fred.open(link);
    expect((await fred.submit(link, { password: "short" })).status).toBe(422);
    expect((await fred.submit(link, { password })).url).toBe("/portal");
    expect((await t.api("POST", `/api/v1/contacts/${contactId}/portal-access`, { key })).status).toBe(409);
    await perform(await t.harbor.as("technician"), revokeContact, { id: contactId });
    expect((await fred.open("/portal")).url).toStartWith("/portal/sign-in");
    await fred.submit("/portal/sign-in", { email: "fred@ferry.test", password });
    expect((await fred.open("/portal")).url).toStartWith("/portal/sign-in");
    await perform(await t.harbor.as("technician"), inviteContact, { id: contactId });
    const again = await linkFor("fred@ferry.test");
    expect(again).not.toBe(link);
    await fred.open(again);
    expect((await fred.submit(again, { password })).url).toBe("/portal");
  });

  test("ends with the contact", async () => {
    const gone = await clientOf("Gone GmbH", "gerd@gone.test");
    await inUnit(t.harbor.system, (work) => update(work, contacts, gone.contactId, { archived_at: t.clock.now() }));
    expect((await gone.browser.open("/portal")).url).toStartWith("/portal/sign-in");
  });

  test("needs an address that nobody else has, a permission, and the own organization", async () => {
    const key = await t.harbor.key("technician");
    const { contactId: silent } = await contactOf("Silent Co", null);
    const answer = await t.api("POST", `/api/v1/contacts/${silent}/portal-access`, { key });
    expect([answer.status, answer.body.errors[0].source.pointer]).toEqual([422, "/data/attributes/email"]);
    const { contactId: twin } = await contactOf("Twin Co", nordwind.email);
    expect((await t.api("POST", `/api/v1/contacts/${twin}/portal-access`, { key })).status).toBe(422);
    expect(
      (await t.api("POST", `/api/v1/contacts/${twin}/portal-access`, { key: await t.harbor.key("finance") })).status,
    ).toBe(403);
    const { contactId: foreign } = await contactOf("Foreign Co", "f@foreign.test", t.mill);
    expect((await t.api("POST", `/api/v1/contacts/${foreign}/portal-access`, { key })).status).toBe(404);
  });

  test("stands on the contact's page with what can be done about it", async () => {
    const { contactId } = await contactOf("Page Co", "pia@page.test");
    const html = await contactPage(contactId);
    expect(html).toContain("Give portal access");
    await perform(await t.harbor.as("technician"), inviteContact, { id: contactId });
    const invited = await contactPage(contactId);
    expect(invited).toContain("Send the invitation again");
    expect(invited).toContain("Revoke portal access");
  });

  async function contactPage(id: string): Promise<string> {
    const ctx = await t.harbor.as("technician");
    const { token } = await inUnit(ctx, (work) => startSession(work, ctx.actor.user_id ?? ""));
    const answer = await t.fetch(`/contacts/${id}`, { headers: { cookie: `purser=${token}` } });
    return answer.text();
  }

  test("opens only the client's door, and nobody comes in without it", async () => {
    expect((await t.browser().open("/portal/tickets")).url).toStartWith("/portal/sign-in");
    expect((await nordwind.browser.open("/companies")).url).toStartWith("/sign-in");
    const key = await tokenOf(nordwind.email);
    for (const path of ["companies", "tickets", "invoices", "users"])
      expect((await t.api("GET", `/api/v1/${path}`, { key })).status).toBe(403);
    for (const path of ["tickets", "invoices", "company"]) {
      expect((await t.api("GET", `/api/v1/portal/${path}`)).status).toBe(401);
      expect((await t.api("GET", `/api/v1/portal/${path}`, { key: await t.harbor.key("administrator") })).status).toBe(
        401,
      );
    }
  });
});

describe("requests in the portal", () => {
  test("are opened and answered, with files", async () => {
    const { browser } = nordwind;
    await browser.open("/portal/tickets/new");
    expect((await browser.submit("/portal/tickets/new", { title: "", description: "x" })).status).toBe(422);
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
    const key = await tokenOf(nordwind.email);
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
      "description",
      "is_closed",
      "priority_id",
      "status",
      "ticket_number",
      "title",
      "updated_at",
    ]);
    expect((await t.api("GET", "/api/v1/portal/tickets?filter[q]=junk", { key })).status).toBe(400);
    expect((await t.api("GET", "/api/v1/portal/tickets?filter[assigned_to_id]=x", { key })).status).toBe(400);
  });

  test("of another company do not exist", async () => {
    const id = await ticketOf(nordwind, "Private matter");
    expect((await atlas.browser.open(`/portal/tickets/${id}`)).status).toBe(404);
    expect((await atlas.browser.open("/portal/tickets")).text).not.toContain("Private matter");
    const key = await tokenOf(atlas.email);
    expect((await t.api("GET", `/api/v1/portal/tickets/${id}`, { key })).status).toBe(404);
    for (const part of ["notes", "attachments"])
      expect((await t.api("GET", `/api/v1/portal/tickets/${id}/${part}`, { key })).status).toBe(404);
    const body = { data: { type: "ticket_notes", attributes: { content: "Hello" } } };
    expect((await t.api("POST", `/api/v1/portal/tickets/${id}/notes`, { key, body })).status).toBe(404);
  });

  test("go over the API as well", async () => {
    const key = await tokenOf(nordwind.email);
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

describe("invoices in the portal", () => {
  test("are shown from the moment they were sent, to their company only", async () => {
    const id = await invoiceOf(nordwind, 12_345);
    const draft = await invoiceOf(nordwind, 999, { status: "draft", sent_at: null });
    const list = await nordwind.browser.open("/portal/invoices");
    expect(list.text).toContain("$123.45");
    expect(list.text).not.toContain("$9.99");
    const shown = await nordwind.browser.open(`/portal/invoices/${id}`);
    expect(shown.text).toContain("Managed services");
    expect(shown.text).toContain("Pay $123.45");
    expect((await nordwind.browser.open(`/portal/invoices/${id}/pdf`)).html).toStartWith("%PDF");
    for (const [visitor, invoice] of [
      [nordwind, draft],
      [atlas, id],
    ] as const) {
      for (const path of ["", "/pdf", "/paid"])
        expect((await visitor.browser.open(`/portal/invoices/${invoice}${path}`)).status).toBe(404);
      const key = await tokenOf(visitor.email);
      expect((await t.api("GET", `/api/v1/portal/invoices/${invoice}`, { key })).status).toBe(404);
      expect((await t.api("GET", `/api/v1/portal/invoices/${invoice}/pdf`, { key })).status).toBe(404);
      expect((await t.api("POST", `/api/v1/portal/invoices/${invoice}/pay`, { key })).status).toBe(404);
    }
    const key = await tokenOf(nordwind.email);
    const one = await t.api("GET", `/api/v1/portal/invoices/${id}`, { key });
    expect(one.body.data.attributes).toMatchObject({ total: "123.45", balance_due: "123.45", status: "sent" });
    expect(one.body.data.attributes).not.toHaveProperty("internal_notes");
    expect((await t.api("GET", `/api/v1/portal/invoices/${id}/lines`, { key })).body.data).toHaveLength(1);
    expect((await t.api("GET", "/api/v1/portal/invoices?filter[internal_notes][like]=x", { key })).status).toBe(400);
  });

  test("are paid on Stripe's page, and said to be paid on the way back", async () => {
    const client = await clientOf("Payer Ltd", "paula@payer.test");
    const id = await invoiceOf(client, 50_000, { due_date: "2026-11-02" });
    const home = await client.browser.open("/portal");
    expect(home.text).toContain("$500.00");
    expect(home.text).toContain("overdue");
    const cookies = [...client.browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const csrf =
      /name="_csrf" value="([^"]+)"/.exec((await client.browser.open(`/portal/invoices/${id}`)).html)?.[1] ?? "";
    const pay = await t.fetch(`/portal/invoices/${id}/pay`, {
      method: "POST",
      headers: { cookie: cookies },
      body: new URLSearchParams({ _csrf: csrf }),
    });
    expect(pay.status).toBe(303);
    const url = pay.headers.get("location") ?? "";
    expect(url).toStartWith(`${stripe.url}/pay/`);
    const session = url.split("/").at(-1) ?? "";
    expect(stripe.sessions.get(session)).toMatchObject({ amount_total: 50_000, customer_email: "paula@payer.test" });
    expect((await client.browser.open(`/portal/invoices/${id}/paid`)).text).toContain("has not arrived yet");
    stripe.pay(session);
    const back = await client.browser.open(`/portal/invoices/${id}/paid`);
    expect(back.url).toBe(`/portal/invoices/${id}`);
    expect(back.text).toContain("this invoice is paid");
    expect((await client.browser.open(`/portal/invoices/${id}/paid`)).text).toContain("this invoice is paid");
    expect((await client.browser.open("/portal")).text).toContain("Everything is paid.");
    const key = await tokenOf(client.email);
    expect((await t.api("POST", `/api/v1/portal/invoices/${id}/pay`, { key })).body.errors[0].code).toBe(
      "nothing_to_pay",
    );
  });

  test("are paid over the API by the page that it names", async () => {
    const id = await invoiceOf(nordwind, 700);
    const answer = await t.api("POST", `/api/v1/portal/invoices/${id}/pay`, { key: await tokenOf(nordwind.email) });
    expect(answer.status).toBe(201);
    expect(answer.body.data.attributes.checkout_url).toStartWith(stripe.url);
  });
});

describe("a client's account", () => {
  test("changes its password, and other browsers are signed out", async () => {
    const client = await clientOf("Account AG", "aga@account.test");
    const other = t.browser();
    await other.open("/portal/sign-in");
    expect((await other.submit("/portal/sign-in", { email: client.email, password })).url).toBe("/portal");
    const page = await client.browser.open("/portal/account");
    expect(page.text).toContain("Where you are signed in");
    const next = "another quiet harbour";
    const changed = await client.browser.submit("/portal/account/password", {
      present_password: password,
      new_password: next,
      repeated_password: next,
    });
    expect(changed.text).toContain("Password changed.");
    expect((await other.open("/portal")).url).toStartWith("/portal/sign-in");
  });

  test("gets a new password by a link over the API; an unknown address gets the same answer", async () => {
    const client = await clientOf("Forgetful Inc", "fay@forgetful.test");
    const ask = (email: string): ReturnType<TestProgram["api"]> =>
      t.api("POST", "/api/v1/portal/auth/forgot-password", {
        body: { data: { type: "password_resets", attributes: { email } } },
      });
    expect((await ask("nobody@nowhere.test")).status).toBe(204);
    expect((await ask(client.email)).status).toBe(204);
    const token = (await linkFor(client.email)).split("/").at(-1) ?? "";
    const reset = (): ReturnType<TestProgram["api"]> =>
      t.api("POST", "/api/v1/portal/auth/reset-password", {
        body: { data: { type: "password_resets", attributes: { token, password } } },
      });
    expect((await reset()).status).toBe(204);
    expect((await reset()).status).toBe(404);
    const key = await tokenOf(client.email);
    expect((await t.api("GET", "/api/v1/portal/company", { key })).status).toBe(200);
    expect((await t.api("POST", "/api/v1/portal/auth/logout", { key })).status).toBe(204);
    expect((await t.api("GET", "/api/v1/portal/company", { key })).status).toBe(401);
  });
});
