import { afterEach, beforeEach, describe, setDefaultTimeout, test } from "bun:test";
import { changeGateway } from "../src/modules/payments/index.ts";
import { mintOneTime } from "../src/modules/staff/index.ts";
import { inUnit } from "../src/platform/context.ts";
import { browserAvailable, openBrowser, type TestBrowser } from "./support/browser.ts";
import { clientPassword, linkFor } from "./support/clients.ts";
import { type Hands, keyboardHands, plainHands } from "./support/hands.ts";
import { listen } from "./support/page-list.ts";
import { password } from "./support/people.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";
import { startStripe, type StripeStandIn } from "./support/stripe.ts";

setDefaultTimeout(180_000);

const client = "annika@nordwind.test";

/** From the first start to a paid invoice, by the pages alone. */
describe.skipIf(!browserAvailable)("the main job", () => {
  let t: TestProgram;
  let stripe: StripeStandIn;
  let browser: TestBrowser;
  let server: Awaited<ReturnType<typeof listen>>;

  beforeEach(async () => {
    stripe = startStripe();
    t = await startTestProgram({ isSetUp: false, stripeApiBase: stripe.url });
    server = await listen(t, t.harbor);
    browser = await openBrowser();
  });
  afterEach(async () => {
    await browser.close();
    await server.stop();
    await t.close();
    await stripe.stop();
  });

  /** The heading of the page that one is on by now. */
  const arrived = (page: Hands["page"], heading: string): Promise<void> =>
    page.locator("h1", { hasText: heading }).first().waitFor();

  async function play({ page, fill, choose, press }: Hands): Promise<void> {
    const { origin } = server;
    // The first start.
    await page.goto(
      `${origin}/setup/start/${await inUnit(t.harbor.system, (work) => mintOneTime(work, "setup", null))}`,
    );
    await fill("Your name", "Alma Boss");
    await fill("E-mail", "alma@harbor.test");
    await fill("Password", password);
    await press("Create administrator");
    await arrived(page, "Your organization");
    await fill("Organization name", "Harbor IT");
    await press("Continue");
    await page.waitForURL(/\/setup\/address/);
    await press("Continue");
    await page.waitForURL(/\/setup\/locale/);
    await press("Continue");
    await page.waitForURL(/\/setup\/mail/);
    await press("Skip for now");
    await page.waitForURL(/\/setup\/reference/);
    await press("Finish");
    await page.waitForURL(/\/setup\/done/);
    const keys = { secret_key: stripe.secretKey, webhook_secret: stripe.webhookSecret, is_active: true };
    await changeGateway(t.harbor.system, keys);

    // A client, with somebody who may use the portal.
    await page.goto(`${origin}/companies/new`);
    await fill("Name", "Nordwind Logistics");
    await press("Create company");
    await arrived(page, "Nordwind Logistics");
    const company = new URL(page.url()).pathname;
    await press("Add contact");
    await arrived(page, "New contact");
    await fill("First name", "Annika");
    await fill("Last name", "Petersen");
    await choose("Type", "Billing");
    await fill("E-mail", client);
    await press("Create contact");
    await arrived(page, "Annika Petersen");
    await press("Give portal access");
    await page.locator("main", { hasText: "Send the invitation again" }).waitFor();

    // A ticket, and an answer with the time that it took.
    await page.goto(`${origin}/tickets/new`);
    await choose("Company", "Nordwind");
    await fill("Title", "Outlook keeps asking");
    await press("Open ticket");
    await arrived(page, "Outlook keeps asking");
    await fill("Text", "The password was stored twice.");
    await fill("Time", "0:45");
    await press("Send");
    await page.locator("#desk-notes", { hasText: "45 min" }).waitFor();

    // A contract, billed for the month.
    await page.goto(`${origin}${company}`);
    await press("New contract");
    await arrived(page, "New contract");
    await fill("Name", "Managed services");
    await choose("Begin as", "Draft");
    await fill("Fee per cycle", "450");
    await press("Create contract");
    await arrived(page, "Managed services");
    await press("Activate");
    await page.locator("main", { hasText: "Active" }).waitFor();
    await page.goto(`${origin}/billing/run`);
    await press("Make the draft");
    await page.locator("#made-title, main [id=made]").first().waitFor();
    await press("Nordwind Logistics");
    await arrived(page, "Draft invoice");
    await press("Approve");
    await arrived(page, "INV-");
    await press("Send");
    await page.locator("main", { hasText: "Send again" }).waitFor();

    // The client comes in by the invitation, and pays.
    await page.goto(`${origin}${await linkFor(t, client)}`);
    await fill("New password", clientPassword);
    await press("Save and sign in");
    await page.waitForURL(`${origin}/portal`);
    await press("INV-");
    await arrived(page, "Invoice INV-");
    await press("Pay $");
    await page.waitForURL(`${stripe.url}/pay/*`);
    await page.locator("button").press("Enter");
    await page.locator("main", { hasText: "this invoice is paid" }).waitFor();
  }

  test("is played without a mouse, and the focus is never lost", async () => {
    const tab = await browser.newPage();
    await play(await keyboardHands(tab.page));
    tab.assertNoErrors();
    await tab.close();
  });

  test("is played with JavaScript off", async () => {
    const tab = await browser.newPage({ javaScriptEnabled: false });
    await play(plainHands(tab.page));
    tab.assertNoErrors();
    await tab.close();
  });
});
