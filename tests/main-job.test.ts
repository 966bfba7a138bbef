import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { RunningBinary } from "./support/binary.ts";
import { type Installation, newInstallation } from "./support/installation.ts";
import { pdfText } from "./support/pdf.ts";
import { type ReceivedMail, startSmtpServer, type TestSmtpServer } from "./support/smtp.ts";
import { startStripe, type StripeStandIn } from "./support/stripe.ts";
import { waitFor } from "./support/waiting.ts";

/**
 * The whole job over the API of the compiled program: from the first start to a paid invoice. After every step the program
 * is killed with -9 and started again, so each step proves that what was acknowledged before it is there.
 */

// The documents' shapes are what the test is about.
// oxlint-disable-next-line no-explicit-any
type Json = any;

let one: Installation;
let server: RunningBinary;
let smtp: TestSmtpServer;
let stripe: StripeStandIn;
let key = "";
const known: Record<string, string> = {};
const person = { name: "Dana Reyes", email: "dana@harbor.example", password: "seven lanterns over tide" };
const portalPerson = { email: "xavier.zhang@foundrylawgroup.example", password: "paper boats on the canal" };

beforeAll(async () => {
  smtp = await startSmtpServer();
  stripe = startStripe();
  one = await newInstallation({
    env: { PURSER_STRIPE_API_BASE: stripe.url, PURSER_WEBHOOK_ALLOWED_NETWORKS: "127.0.0.0/8" },
  });
});
afterAll(async () => {
  await server?.kill9().catch(() => undefined);
  await smtp.stop();
  await stripe.stop();
  await one.close();
});

async function restart(): Promise<void> {
  await server.kill9();
  server = await one.start();
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  token = key,
): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${one.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/vnd.api+json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

async function make(path: string, type: string, attributes: Record<string, unknown>, token = key): Promise<Json> {
  const answer = await call("POST", `/api/v1${path}`, { data: { type, attributes } }, token);
  if (answer.status > 201) throw new Error(`POST ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body.data;
}

async function read(path: string, token = key): Promise<Json> {
  const answer = await call("GET", `/api/v1${path}`, undefined, token);
  if (answer.status !== 200) throw new Error(`GET ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body.data;
}

async function bringIn(name: string): Promise<Json> {
  const response = await fetch(`${one.url}/api/v1/contacts/import/csv`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "text/csv" },
    body: new Blob([readFileSync(`tests/fixtures/import/${name}`)]),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as Json).data.attributes.summary;
}

/**
 * A mail that has to come, through all the kills. When a kill falls into the moment in which nobody can know whether the
 * server took the mail, Purser asks a person instead of sending it twice; here that person has it sent again.
 */
async function mailed(fits: (mail: ReceivedMail) => boolean): Promise<ReceivedMail> {
  return waitFor(
    "a mail",
    async () => {
      const found = smtp.received.find(fits);
      if (found !== undefined) return found;
      for (const mail of await read("/mails?filter[mail_status]=uncertain")) {
        if (smtp.received.every((one) => one.message.messageId !== mail.attributes.message_id))
          await call("POST", `/api/v1/mails/${mail.id}/retry`);
      }
      return undefined;
    },
    // Not so often that the key's own limit is used up when the mail takes its time.
    { timeoutMs: 120_000, everyMs: 250 },
  );
}

const firstId = async (path: string): Promise<string> => (await read(path))[0].id;
const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const monthStart = `${day(0).slice(0, 8)}01`;

describe("from the first start to a paid invoice", () => {
  test("an administrator is made, and mail and payments are connected", async () => {
    key = await one.firstKey(person);
    server = await one.start();
    const session = await call("POST", "/api/v1/auth/login", {
      data: { type: "credentials", attributes: { email: person.email, password: person.password } },
    });
    expect(session.body.data.attributes.token_type).toBe("Bearer");
    expect((await call("GET", "/api/v1/companies", undefined, session.body.data.attributes.access_token)).status).toBe(
      200,
    );
    const mail = await call("PUT", "/api/v1/mail-settings", {
      data: {
        type: "mail_settings",
        attributes: {
          host: "127.0.0.1",
          port: smtp.port,
          security: "none",
          from_name: "Harbor IT",
          from_address: "desk@harbor.example",
        },
      },
    });
    expect(mail.status).toBe(200);
    const gateway = await call("PUT", "/api/v1/payment-gateway/config", {
      data: {
        type: "payment_gateway_configs",
        attributes: { secret_key: "sk_test_purser", webhook_secret: "whsec_purser", is_active: true },
      },
    });
    expect(gateway.status).toBe(200);
    expect(JSON.stringify(gateway.body)).not.toContain("sk_test_purser");
    await restart();
  });

  test("clients come in from the three files, and coming in again changes nothing", async () => {
    known["work_type"] = (
      await make("/work-types", "work_types", { name: "Remote support", default_billable: true })
    ).id;
    await bringIn("itflow-clients.csv");
    await restart();
    await bringIn("syncro-customers.csv");
    await bringIn("itflow-contacts.csv");
    await restart();
    for (const name of ["itflow-clients.csv", "syncro-customers.csv", "itflow-contacts.csv"]) {
      expect(await bringIn(name)).toMatchObject({ created: {}, updated: {} });
    }
    known["company"] = await firstId("/companies?filter[name]=Foundry%20Law%20Group");
    known["contact"] = await firstId(`/contacts?filter[email]=${portalPerson.email}`);
  });

  test("a contract with a monthly fee and prepaid hours begins", async () => {
    const contract = await make("/contracts", "contracts", {
      name: "Managed services",
      company_id: known["company"],
      contract_type: "managed_services",
      start_date: monthStart,
      billing_cycle: "monthly",
      billing_amount: "450.00",
    });
    known["contract"] = contract.id;
    await make(`/contracts/${contract.id}/items`, "contract_items", {
      name: "Prepaid support",
      item_type: "block_hours",
      quantity: "1",
      unit_price: "200.00",
      billing_frequency: "monthly",
      included_hours: "2",
      overage_rate: "150.00",
    });
    expect((await call("POST", `/api/v1/contracts/${contract.id}/activate`)).status).toBe(200);
    await make("/tax-rates", "tax_rates", { name: "VAT", rate: "20", is_default: true });
    await restart();
    expect((await read(`/contracts/${contract.id}`)).attributes).toMatchObject({
      status: "active",
      billing_amount: "450.00",
    });
  });

  test("a contact gets portal access by mail and signs in at a door of their own", async () => {
    expect((await call("POST", `/api/v1/contacts/${known["contact"]}/portal-access`)).status).toBeLessThan(300);
    await restart();
    const mail = await mailed((one) => one.to.includes(portalPerson.email));
    const link = /http\S+\/portal\/invite\/(\S+)/.exec(mail.message.text ?? "")?.[1] ?? "";
    const chosen = await call("POST", "/api/v1/portal/auth/reset-password", {
      data: { type: "password_resets", attributes: { token: link, password: portalPerson.password } },
    });
    expect(chosen.status).toBeLessThan(300);
    const signed = await call("POST", "/api/v1/portal/auth/login", {
      data: { type: "credentials", attributes: portalPerson },
    });
    known["portal"] = signed.body.data.attributes.access_token;
    expect((await call("GET", "/api/v1/companies", undefined, known["portal"])).status).toBe(403);
  });

  test("tickets come from the portal and over the API, and the contact hears of each", async () => {
    const fromPortal = await make(
      "/portal/tickets",
      "tickets",
      { title: "Printer on fire", description: "It really is." },
      known["portal"] ?? "",
    );
    await restart();
    const fromApi = await make("/tickets", "tickets", {
      title: "New laptop",
      company_id: known["company"],
      contact_id: known["contact"],
    });
    known["ticket"] = fromPortal.id;
    expect(fromPortal.attributes.ticket_number).not.toBe(fromApi.attributes.ticket_number);
    expect((await read(`/tickets/${fromPortal.id}`)).attributes).toMatchObject({
      source: "portal",
      company_id: known["company"],
    });
    await mailed((mail) => (mail.message.subject ?? "").includes("Printer on fire"));
    await mailed((mail) => (mail.message.subject ?? "").includes("New laptop"));
  });

  test("a reply goes to the contact, an internal note does not, and the time is logged", async () => {
    const ticket = known["ticket"] ?? "";
    await make(`/tickets/${ticket}/notes`, "ticket_notes", {
      note_type: "public",
      content: "Please step away from the printer.",
    });
    await make(`/tickets/${ticket}/notes`, "ticket_notes", {
      note_type: "internal",
      content: "Third time this month.",
    });
    await make("/time-entries", "time_entries", {
      ticket_id: ticket,
      work_type_id: known["work_type"],
      duration_minutes: 180,
      notes: "Put the fire out",
    });
    await restart();
    const mail = await mailed((one) => (one.message.text ?? "").includes("step away"));
    expect(mail.message.messageId).toContain("@");
    const notes = await read(`/tickets/${ticket}/notes`);
    expect(notes.map((note: Json) => note.attributes.note_type).toSorted()).toEqual(["internal", "public"]);
    const seen = await read(`/portal/tickets/${ticket}/notes`, known["portal"] ?? "").catch(() =>
      read(`/portal/tickets/${ticket}`, known["portal"] ?? ""),
    );
    expect(JSON.stringify(seen)).not.toContain("Third time");
    expect((await read(`/tickets/${ticket}`)).attributes.actual_hours).toBe("3");
  });

  test("the invoice explains the fee, the covered hours and the overage, and is made once", async () => {
    const generate = (): ReturnType<typeof call> =>
      call("POST", "/api/v1/invoices/generate/from-contract", {
        data: { type: "invoices", attributes: { contract_id: known["contract"], date: day(0) } },
      });
    const [first, second] = await Promise.all([generate(), generate()]);
    expect([first.status, second.status].toSorted()).toEqual([201, 409]);
    const draft = (first.status === 201 ? first : second).body.data;
    known["invoice"] = draft.id;
    // 450.00 + 200.00 + one hour over two prepaid ones at 150.00 = 800.00, and 20 % on it.
    expect(draft.attributes).toMatchObject({
      status: "draft",
      invoice_number: null,
      subtotal: "800.00",
      tax_amount: "160.00",
      total: "960.00",
      currency: "USD",
    });
    await restart();
    expect((await generate()).status).toBe(409);
    const lines = await read(`/invoices/${draft.id}/lines`);
    expect(lines.map((line: Json) => line.attributes.total).toSorted()).toEqual(["0.00", "150.00", "200.00", "450.00"]);
  });

  test("approving gives the number, sending mails the PDF with a link", async () => {
    const id = known["invoice"];
    const approved = await call("POST", `/api/v1/invoices/${id}/approve`);
    expect(approved.body.data.attributes.invoice_number).toBe("INV-000001");
    await restart();
    expect((await call("POST", `/api/v1/invoices/${id}/send`)).status).toBe(200);
    await restart();
    const mail = await mailed((one) => one.message.attachments.some((file) => file.mimeType === "application/pdf"));
    const text = await pdfText(new Uint8Array(mail.message.attachments[0]?.content as ArrayBuffer));
    expect(text).toContain("INV-000001");
    expect(text).toContain("Foundry Law Group");
    expect(text).toContain("960.00");
    expect(mail.message.text ?? "").toContain("/portal/invoices/");
    const pdf = (): Promise<ArrayBuffer> =>
      fetch(`${one.url}/api/v1/invoices/${id}/pdf`, { headers: { authorization: `Bearer ${key}` } }).then((answer) =>
        answer.arrayBuffer(),
      );
    const [left, right] = [await pdf(), await pdf()];
    expect(Buffer.from(left).equals(Buffer.from(right))).toBe(true);
  });

  test("the client pays in the portal; the return, the webhook and a kill between them settle it once", async () => {
    const id = known["invoice"];
    const started = await make(`/portal/invoices/${id}/pay`, "checkout_sessions", {}, known["portal"] ?? "");
    const session = await waitFor("a checkout session", () => [...stripe.sessions.values()].at(-1));
    expect(started.attributes.checkout_url).toBe(session.url);
    expect(session.amount_total).toBe(96_000);
    await restart();
    stripe.pay(session.id);
    const tenant =
      /^pk_([0-9a-f]{32})_/.exec(key)?.[1]?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") ?? "";
    const hook = await stripe.webhook(session.id);
    const deliver = (signature: string): Promise<Response> =>
      fetch(`${one.url}/hooks/stripe/${tenant}`, {
        method: "POST",
        headers: { "stripe-signature": signature, "content-type": "application/json" },
        body: hook.body,
      });
    expect((await deliver("t=1,v1=00")).status).toBe(400);
    const answers = await Promise.all([deliver(hook.signature), deliver(hook.signature), deliver(hook.signature)]);
    expect(answers.some((answer) => answer.status === 200)).toBe(true);
    await restart();
    expect((await deliver(hook.signature)).status).toBe(200);
    const invoice = await read(`/invoices/${id}`);
    expect(invoice.attributes).toMatchObject({ status: "paid", amount_paid: "960.00", balance_due: "0.00" });
    const payments = await read(`/payments?filter[invoice_id]=${id}`);
    expect(payments.map((payment: Json) => payment.attributes.amount)).toEqual(["960.00"]);
  });

  test("nothing was sent twice", async () => {
    await mailed((mail) => /payment/i.test(mail.message.subject ?? ""));
    const ids = smtp.received.map((mail) => mail.message.messageId);
    expect(new Set(ids).size).toBe(ids.length);
    const subjects = smtp.received.map((mail) => `${mail.to.join()} ${mail.message.subject ?? ""}`);
    const invoices = subjects.filter((subject) => subject.includes("INV-000001") && !/payment/i.test(subject));
    expect(invoices).toHaveLength(1);
    expect(subjects.filter((subject) => /payment/i.test(subject))).toHaveLength(1);
  });
});
