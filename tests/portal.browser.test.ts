import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { invoiceLines } from "../src/modules/billing/index.ts";
import { addNote, openTicket } from "../src/modules/tickets/index.ts";
import { perform } from "../src/platform/action.ts";
import { inUnit } from "../src/platform/context.ts";
import { insert, update } from "../src/platform/database/records.ts";
import { organizations } from "../src/platform/tenants.ts";
import { browserAvailable, openBrowser, type TestBrowser } from "./support/browser.ts";
import { clientPassword, contactOf, linkFor, letIn } from "./support/clients.ts";
import { sentInvoice, startTill, type Till } from "./support/payments.ts";

describe.skipIf(!browserAvailable)("a client in the portal, in a browser", () => {
  const email = "annika@nordwind.test";
  let till: Till;
  let browser: TestBrowser;
  let stop: () => Promise<void>;
  let origin: string;
  let invoiceId: string;

  beforeAll(async () => {
    till = await startTill();
    const { t } = till;
    const gate = { tenantOf: async () => t.harbor.id, trustedProxies: [], isOpen: () => true };
    const server = t.program.server(gate).listen({ port: 0, hostname: "127.0.0.1" });
    origin = `http://127.0.0.1:${server.server?.port ?? 0}`;
    stop = async () => {
      await server.stop(true);
    };
    await inUnit(t.harbor.system, async (work) => {
      const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
      await update(work, organizations, id, { public_url: origin });
    });
    const { companyId, contactId } = await contactOf(t.harbor, "Nordwind Logistics", email);
    const technician = await t.harbor.as("technician");
    await letIn(t, contactId);
    const asked = { title: "Outlook keeps asking", company_id: companyId, contact_id: contactId };
    const ticket = await perform(technician, openTicket, asked);
    await perform(technician, addNote, { ticket_id: ticket.id, note_type: "public", content: "<p>We are looking</p>" });
    invoiceId = await sentInvoice(t.harbor, companyId, 118_050);
    const line = {
      line_type: "service",
      description: "Managed services",
      quantity: "1",
      unit_price: "1180.50",
    } as const;
    await inUnit(t.harbor.system, (work) =>
      insert(work, invoiceLines, { ...line, invoice_id: invoiceId, total: 118_050, currency: "USD" }),
    );
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await stop();
    await till.close();
  });

  test("comes in by the invitation, answers, asks with a file, and pays an invoice", async () => {
    const { page, assertNoErrors, shot, close } = await browser.newPage();
    await page.goto(`${origin}${await linkFor(till.t, email)}`);
    await page.fill('input[name="password"]', clientPassword);
    await page.click('button[type="submit"]');
    await page.waitForURL(`${origin}/portal`);
    await shot("portal-home");

    await page.click("text=Outlook keeps asking");
    await page.waitForSelector("text=We are looking");
    await page.fill('textarea[name="content"]', "It works again");
    await page.click('#composer button[type="submit"]');
    await page.waitForSelector(".note >> text=It works again");
    await shot("portal-ticket");

    await page.goto(`${origin}/portal/tickets/new`);
    await page.fill('input[name="title"]', "A new printer");
    await page.setInputFiles('input[type="file"]', {
      name: "wish.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("red"),
    });
    await shot("portal-new");
    await page.click('main button[type="submit"]');
    await page.waitForSelector("text=wish.txt");

    await page.goto(`${origin}/portal/invoices/${invoiceId}`);
    await shot("portal-invoice");
    await page.click("text=Pay $1,180.50");
    await page.waitForURL(`${till.stripe.url}/pay/*`);
    await page.click("button");
    await page.waitForSelector("text=this invoice is paid");
    expect(page.url()).toBe(`${origin}/portal/invoices/${invoiceId}`);
    expect(await till.invoice(invoiceId)).toMatchObject({ status: "paid", balance_due: 0 });
    await page.goto(`${origin}/portal/account`);
    await page.waitForSelector("text=Where you are signed in");
    await shot("portal-account");
    assertNoErrors();
    await close();
  }, 180_000);
});
