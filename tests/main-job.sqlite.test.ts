import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import type { RunningBinary } from "./support/binary.ts";
import { openBrowser, type TestBrowser, type TestPage } from "./support/browser.ts";
import { type Installation, newInstallation } from "./support/installation.ts";
import { pdfText } from "./support/pdf.ts";
import { startSmtpServer, type TestSmtpServer } from "./support/smtp.ts";
import { startStripe, type StripeStandIn } from "./support/stripe.ts";

/** The whole job by the screens alone, as somebody does it who has never seen Purser: compiled binary, real browser. */

let one: Installation;
let server: RunningBinary;
let smtp: TestSmtpServer;
let stripe: StripeStandIn;
let browser: TestBrowser;
let staff: TestPage;
let client: TestPage;
let page: Page;
const seen: Record<string, string> = {};

beforeAll(async () => {
  smtp = await startSmtpServer();
  stripe = startStripe();
  one = await newInstallation({ env: { PURSER_STRIPE_API_BASE: stripe.url } });
  server = await one.start();
  browser = await openBrowser();
  staff = await browser.newPage();
  client = await browser.newPage({ viewport: { width: 390, height: 844 } });
  ({ page } = staff);
});
afterAll(async () => {
  await browser?.close();
  await server?.kill9().catch(() => undefined);
  await smtp.stop();
  await stripe.stop();
});

const submit = (name: RegExp | string): Promise<void> => page.locator("main").getByRole("button", { name }).click();
const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

async function bringIn(name: string): Promise<string> {
  await page.goto(`${one.url}/imports/new`);
  await page.setInputFiles("[name=file]", resolve("tests/fixtures/import", name));
  await submit("Check the file");
  await page.waitForURL(/\/imports\/0/);
  await submit(/^Import \d+ row/);
  await page.getByText("Import applied").waitFor();
  return page.locator("main").innerText();
}

describe("the whole job, by the screens alone", () => {
  test("the setup link leads through the wizard to a dashboard that says what to do next", async () => {
    await page.goto(server.setupUrl() ?? "");
    await page.getByLabel("Your name").fill("Dana Reyes");
    await page.getByLabel("E-mail").fill("dana@harbor.example");
    await page.getByLabel("Password").fill("seven lanterns over tide");
    await submit("Create administrator");
    await page.getByLabel("Organization name").fill("Harbor IT");
    await page.getByLabel("Street", { exact: true }).fill("1 Pier Road");
    await page.getByLabel("City").fill("Québec");
    await submit("Continue");
    await page.waitForURL(/\/setup\/address/);
    await submit("Continue");
    await page.getByLabel("Time zone").selectOption("UTC");
    await submit("Continue");
    await page.getByLabel("SMTP server").fill("127.0.0.1");
    await page.getByLabel("Port").fill(String(smtp.port));
    await page.getByLabel("Security").selectOption("none");
    await page.getByLabel("From address").fill("desk@harbor.example");
    await submit("Send a test mail");
    await page.getByText("The server took a test mail").waitFor();
    await smtp.waitForMail((mail) => mail.to.includes("dana@harbor.example"));
    await submit("Save and continue");
    await page.waitForURL(/\/setup\/reference/);
    await submit("Finish");
    await page.getByRole("link", { name: "Go to the dashboard" }).click();
    await page.getByText("What to do next").waitFor();
    staff.assertNoErrors();
  });

  test("three files bring the clients in, and say line by line what does not", async () => {
    const clients = await bringIn("itflow-clients.csv");
    expect(clients).toContain("is the same as on line");
    await bringIn("syncro-customers.csv");
    await bringIn("itflow-contacts.csv");
    await page.goto(`${one.url}/companies?q=foundry law`);
    await page.getByRole("link", { name: "Foundry Law Group" }).click();
    await page.getByText("Xavier Zhang").first().waitFor();
    seen["company"] = page.url();
    staff.assertNoErrors();
  });

  test("a contract with a monthly fee and prepaid hours is made and begins", async () => {
    await page.goto(seen["company"] ?? "");
    await page.getByRole("link", { name: "New contract" }).first().click();
    await page.locator("[name=name]").fill("Managed services");
    await page.locator("[name=start_date]").fill(`${day(0).slice(0, 8)}01`);
    await page.locator("[name=billing_amount]").fill("450.00");
    await submit(/Create contract/);
    await page.waitForURL(/\/contracts\/0/);
    seen["contract"] = page.url();
    await page
      .getByRole("link", { name: /Add.*(item|line)/i })
      .first()
      .click();
    await page.locator("[name=name]").fill("Prepaid support");
    await page.locator("[name=item_type]").selectOption("block_hours");
    await page.locator("[name=unit_price]").fill("200.00");
    await page.locator("[name=included_hours]").fill("2");
    await page.locator("[name=overage_rate]").fill("150.00");
    await page.locator("main form.form button[type=submit]").last().click();
    await page.waitForURL(seen["contract"]);
    await page.getByText("Prepaid support").first().waitFor();
    await page.getByText("Active").first().waitFor();
    staff.assertNoErrors();
  });

  test("payments are connected and tried", async () => {
    await page.goto(`${one.url}/settings/payments`);
    await page.getByLabel("Secret key").fill("sk_test_purser");
    await page.getByLabel("Signing secret").fill("whsec_purser");
    await page.locator("[name=is_active]").check();
    await submit(/^Save/);
    await page.getByText(/saved/i).first().waitFor();
    expect(await page.content()).not.toContain("sk_test_purser");
    staff.assertNoErrors();
  });

  test("a contact is let into the portal, chooses a password and writes a ticket on a phone", async () => {
    await page.goto(seen["company"] ?? "");
    await page.getByRole("link", { name: "Xavier Zhang" }).first().click();
    await page.getByRole("button", { name: /Give portal access/i }).click();
    await page.getByText("Portal user").first().waitFor();
    const mail = await smtp.waitForMail((one) => (one.message.text ?? "").includes("/portal/invite/"), 15_000);
    const { page: phone } = client;
    await phone.goto(/http\S+\/portal\/invite\/\S+/.exec(mail.message.text ?? "")?.[0] ?? "");
    await phone.getByLabel("New password").fill("paper boats on the canal");
    await phone.getByRole("button", { name: /Save and sign in/ }).click();
    await phone.waitForURL(/\/portal$/);
    await phone.goto(`${one.url}/portal/tickets/new`);
    await phone.getByLabel("What is it about?").fill("Printer on fire");
    await phone.getByLabel("What happens, and since when?").fill("It really is.");
    await phone
      .locator("main")
      .getByRole("button", { name: /Send|Create|Open|Submit/i })
      .click();
    await phone.waitForURL(/\/portal\/tickets\/0/);
    seen["portal-ticket"] = phone.url();
    await smtp.waitForMail((one) => (one.message.subject ?? "").includes("Printer on fire"), 15_000);
    client.assertNoErrors();
  });

  test("a technician answers with time and a new status in one go", async () => {
    await page.goto(`${one.url}/tickets?q=printer`);
    await page
      .getByRole("link", { name: /Printer on fire/ })
      .first()
      .click();
    await page.waitForURL(/\/tickets\/0/);
    seen["ticket"] = page.url();
    await page.locator("[name=content]").fill("Please step away from the printer.");
    await page.locator("[name=duration]").fill("3h");
    await page.locator("[name=work_type_id]").selectOption({ label: "Remote support" });
    await page.locator("form [name=status_id]").last().selectOption({ label: "Waiting on client" });
    await page
      .locator("form:has([name=content])")
      .getByRole("button", { name: /Send|Reply|Add/i })
      .first()
      .click();
    await page.getByText("Please step away").first().waitFor();
    await smtp.waitForMail((one) => (one.message.text ?? "").includes("step away"), 15_000);
    await client.page.goto(seen["portal-ticket"] ?? "");
    await client.page.getByText("Please step away").first().waitFor();
    staff.assertNoErrors();
    client.assertNoErrors();
  });

  test("the month is billed: draft, approved, sent as PDF by mail", async () => {
    await page.goto(`${one.url}/settings/tax-rates/new`);
    await page.getByLabel("Name").fill("VAT");
    await page.getByLabel("Percent").fill("20");
    await page.getByLabel("Standard").check();
    await submit(/tax rate|Add|Create|Save/i);
    await page.goto(`${one.url}/billing/run`);
    await page.locator("main").getByText("Foundry Law Group").first().waitFor();
    await submit(/^Make (the draft|drafts)/);
    await page.locator("main a[href^='/invoices/0']").first().click();
    await page.waitForURL(/\/invoices\/0/);
    seen["invoice"] = page.url();
    await page.getByText("960.00").first().waitFor();
    await submit(/Approve/);
    const confirm = page.getByRole("dialog").getByRole("button", { name: /Approve/ });
    if (await confirm.isVisible().catch(() => false)) await confirm.click();
    await page.getByText("INV-000001").first().waitFor();
    await submit(/^Send/);
    const sure = page.getByRole("dialog").getByRole("button", { name: /Send/ });
    if (await sure.isVisible().catch(() => false)) await sure.click();
    const mail = await smtp.waitForMail((one) =>
      one.message.attachments.some((file) => file.mimeType === "application/pdf"),
    );
    const text = await pdfText(new Uint8Array(mail.message.attachments[0]?.content as ArrayBuffer));
    expect(text).toContain("Harbor IT");
    expect(text).toContain("Québec");
    expect(text).toContain("960.00");
    staff.assertNoErrors();
  });

  test("the client pays in the portal and the invoice is settled", async () => {
    const { page: phone } = client;
    await phone.goto(`${one.url}/portal/invoices`);
    await phone
      .getByRole("link", { name: /INV-000001/ })
      .first()
      .click();
    await phone.getByRole("button", { name: /^Pay/ }).first().click();
    await phone.waitForURL(/\/pay\//);
    await phone
      .getByRole("button", { name: /Pay/ })
      .or(phone.getByRole("link", { name: /Pay/ }))
      .first()
      .click();
    await phone.waitForURL(/\/portal\/invoices\//);
    await phone
      .getByText(/Paid|Thank you/i)
      .first()
      .waitFor();
    await page.goto(seen["invoice"] ?? "");
    await page.getByText("Paid", { exact: true }).first().waitFor();
    await smtp.waitForMail((mail) => /payment/i.test(mail.message.subject ?? ""), 15_000);
    client.assertNoErrors();
    staff.assertNoErrors();
  });
});
