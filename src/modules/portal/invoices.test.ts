import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { clientOf, type Client, tokenOf } from "../../../tests/support/clients.ts";
import type { TestProgram } from "../../../tests/support/program.ts";
import type { StripeStandIn } from "../../../tests/support/stripe.ts";
import { sentInvoice, sessionOf, startTill, type Till } from "../../../tests/support/payments.ts";
import { inUnit } from "../../platform/context.ts";
import { insert, update } from "../../platform/database/records.ts";
import { invoiceLines, invoices } from "../billing/index.ts";

let till: Till;
let t: TestProgram;
let stripe: StripeStandIn;
let nordwind: Client;
let atlas: Client;

beforeAll(async () => {
  till = await startTill();
  ({ t, stripe } = till);
  nordwind = await clientOf(t, "Nordwind Logistics", "annika@nordwind.test");
  atlas = await clientOf(t, "Atlas Foods", "bruno@atlas.test");
});
afterAll(() => till.close());

/** An invoice with one line that was sent to a client, unless `given` says otherwise. */
async function invoiceOf(
  client: Client,
  total: number,
  given: Parameters<typeof update<typeof invoices>>[3] = {},
): Promise<string> {
  const id = await sentInvoice(t.harbor, client.companyId, total);
  await inUnit(t.harbor.system, async (work) => {
    await update(work, invoices, id, given);
    await insert(work, invoiceLines, {
      invoice_id: id,
      line_type: "service",
      description: "Managed services",
      quantity: "1",
      unit_price: "100",
      total,
      currency: "USD",
    });
  });
  return id;
}

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
    await inUnit(t.harbor.system, (work) =>
      insert(work, invoiceLines, {
        invoice_id: id,
        line_type: "time_entry",
        description: "Remote support",
        quantity: "1.5",
        unit_price: "0",
        total: 0,
        currency: "USD",
      }),
    );
    expect((await nordwind.browser.open(`/portal/invoices/${id}`)).text).toContain("1.50 h");
    expect((await nordwind.browser.open(`/portal/invoices/${id}/pdf`)).html).toStartWith("%PDF");
    for (const [visitor, invoice] of [
      [nordwind, draft],
      [atlas, id],
    ] as const) {
      for (const path of ["", "/pdf", "/paid"])
        expect((await visitor.browser.open(`/portal/invoices/${invoice}${path}`)).status).toBe(404);
      const key = await tokenOf(t, visitor);
      expect((await t.api("GET", `/api/v1/portal/invoices/${invoice}`, { key })).status).toBe(404);
      expect((await t.api("GET", `/api/v1/portal/invoices/${invoice}/pdf`, { key })).status).toBe(404);
      expect((await t.api("POST", `/api/v1/portal/invoices/${invoice}/pay`, { key })).status).toBe(404);
    }
    const key = await tokenOf(t, nordwind);
    const one = await t.api("GET", `/api/v1/portal/invoices/${id}`, { key });
    expect(one.body.data.attributes).toMatchObject({ total: "123.45", balance_due: "123.45", status: "sent" });
    expect(one.body.data.attributes).not.toHaveProperty("internal_notes");
    expect((await t.api("GET", `/api/v1/portal/invoices/${id}/lines`, { key })).body.data).toHaveLength(2);
    expect((await t.api("GET", "/api/v1/portal/invoices?filter[internal_notes][like]=x", { key })).status).toBe(400);
  });

  test("are paid on Stripe's page, and said to be paid on the way back", async () => {
    const client = await clientOf(t, "Payer Ltd", "paula@payer.test");
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
    const session = sessionOf({ url });
    expect(stripe.sessions.get(session)).toMatchObject({ amount_total: 50_000, customer_email: "paula@payer.test" });
    expect((await client.browser.open(`/portal/invoices/${id}/paid`)).text).toContain("has not arrived yet");
    stripe.pay(session);
    const back = await client.browser.open(`/portal/invoices/${id}/paid`);
    expect(back.url).toBe(`/portal/invoices/${id}`);
    expect(back.text).toContain("this invoice is paid");
    expect((await client.browser.open(`/portal/invoices/${id}/paid`)).text).toContain("this invoice is paid");
    expect((await client.browser.open("/portal")).text).toContain("Everything is paid.");
    const key = await tokenOf(t, client);
    expect((await t.api("POST", `/api/v1/portal/invoices/${id}/pay`, { key })).body.errors[0].code).toBe(
      "nothing_to_pay",
    );
  });

  test("are paid over the API by the page that it names", async () => {
    const id = await invoiceOf(nordwind, 700);
    const answer = await t.api("POST", `/api/v1/portal/invoices/${id}/pay`, { key: await tokenOf(t, nordwind) });
    expect(answer.status).toBe(201);
    expect(answer.body.data.attributes.checkout_url).toStartWith(stripe.url);
  });
});
