import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openTicket, type TicketRow } from "../src/modules/tickets/index.ts";
import { workTypes } from "../src/modules/time/index.ts";
import { startSession } from "../src/platform/access/sessions.ts";
import { perform } from "../src/platform/action.ts";
import { type Ctx, inUnit } from "../src/platform/context.ts";
import { insert, update } from "../src/platform/database/records.ts";
import { staffCookieName } from "../src/platform/http/cookies.ts";
import { organizations } from "../src/platform/tenants.ts";
import { browserAvailable, openBrowser, type TestBrowser, type TestPage } from "./support/browser.ts";
import { type Client, makeClient } from "./support/desk.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

describe.skipIf(!browserAvailable)("the service desk in a browser", () => {
  let t: TestProgram;
  let technician: Ctx;
  let prairie: Client;
  let mesa: Client;
  let browser: TestBrowser;
  let server: ReturnType<TestProgram["program"]["server"]>;
  let origin: string;

  beforeAll(async () => {
    t = await startTestProgram();
    prairie = await makeClient(t, "Prairie Printing");
    mesa = await makeClient(t, "Mesa Dental");
    technician = await t.harbor.as("technician");
    server = t.program.server({ tenantOf: async () => t.harbor.id, trustedProxies: [], isOpen: () => true });
    server.listen({ port: 0, hostname: "127.0.0.1" });
    origin = `http://127.0.0.1:${server.server?.port ?? 0}`;
    await inUnit(t.harbor.system, async (work) => {
      const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
      await update(work, organizations, id, { public_url: origin });
      await insert(work, workTypes, { name: "Remote support" });
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop(true);
    await t.close();
  });

  const open = (title: string): Promise<TicketRow> =>
    perform(technician, openTicket, { title, contact_id: prairie.contact_id });

  async function visit(path: string, options: Parameters<TestBrowser["newPage"]>[0] = {}): Promise<TestPage> {
    const { token } = await inUnit(technician, (work) => startSession(work, technician.actor.user_id ?? ""));
    const tab = await browser.newPage(options);
    await tab.page.context().addCookies([{ name: staffCookieName(origin), value: token, url: origin }]);
    await tab.page.goto(origin + path);
    return tab;
  }

  test("a detail saves by itself and leaves the reply that is being written", async () => {
    const ticket = await open("Draft survives");
    const tab = await visit(`/tickets/${ticket.id}`);
    await tab.page.fill("#composer-body", "Half a thought");
    for (const status of ["In progress", "Resolved"]) {
      await tab.page.selectOption("#field-status_id", { label: status });
      await tab.page.locator("#desk-badges", { hasText: status }).waitFor();
    }
    await tab.page.locator("#desk-notes", { hasText: "set the status to Resolved" }).waitFor();
    expect(await tab.page.inputValue("#composer-body")).toBe("Half a thought");
    await tab.shot("ticket-page");
    tab.assertNoErrors();
    await tab.close();
  });

  test("Send stays where it is while somebody goes there with the pointer", async () => {
    const ticket = await open("Send by pointer");
    const tab = await visit(`/tickets/${ticket.id}`);
    await tab.page.fill("#composer-body", "Written, then looked elsewhere");
    await tab.page.click("h1");
    const button = tab.page.locator("#composer button[type=submit]");
    const { x = 0, y = 0 } = (await button.boundingBox()) ?? {};
    await tab.page.mouse.move(x + 10, y + 10);
    await tab.page.mouse.down();
    await tab.page.mouse.up();
    await tab.page.locator("#desk-notes", { hasText: "Written, then looked elsewhere" }).waitFor();
    await tab.page.check("#composer input[value=internal]", { force: true });
    expect((await button.innerText()).trim()).toBe("Add note");
    tab.assertNoErrors();
    await tab.close();
  });

  test("Ctrl+Enter sends the reply with its time", async () => {
    const ticket = await open("Send by key");
    const tab = await visit(`/tickets/${ticket.id}`);
    await tab.page.fill("#reply-duration", "0:20");
    await tab.page.fill("#composer-body", "Done and dusted");
    await tab.page.press("#composer-body", "Control+Enter");
    await tab.page.locator("#desk-notes", { hasText: "20 min · Remote support" }).waitFor();
    tab.assertNoErrors();
    await tab.close();
  });

  test("the contacts of a new ticket follow the company, and nothing typed is lost", async () => {
    const tab = await visit("/tickets/new");
    await tab.page.fill("#field-title", "Typed before");
    await tab.page.selectOption("#field-company_id", mesa.company_id);
    await tab.page.locator("#field-contact_id option:nth-child(2):last-child").waitFor({ state: "attached" });
    expect(await tab.page.inputValue("#field-title")).toBe("Typed before");
    await tab.page.selectOption("#field-contact_id", mesa.contact_id);
    await tab.shot("ticket-new");
    await tab.page.click("form .act-primary[type=submit]");
    await tab.page.locator("h1", { hasText: "Typed before" }).waitFor();
    tab.assertNoErrors();
    await tab.close();
  });

  test("filters keep the tab, and the list stays usable on a phone", async () => {
    const tab = await visit("/tickets?view=unassigned", { viewport: { width: 390, height: 800 } });
    await tab.page.fill('input[name="q"][type="search"] >> nth=1', "draft");
    await tab.page.waitForURL(/q=draft/);
    expect(tab.page.url()).toContain("view=unassigned");
    await tab.shot("ticket-list-phone");
    tab.assertNoErrors();
    await tab.close();
  });

  test("everything can be done without JavaScript", async () => {
    const tab = await visit("/tickets/new", { javaScriptEnabled: false });
    await tab.page.selectOption("#field-company_id", prairie.company_id);
    await tab.page.fill("#field-title", "Plain HTML");
    await tab.page.click("button[name=_contacts]");
    expect(await tab.page.inputValue("#field-title")).toBe("Plain HTML");
    await tab.page.click("form .act-primary[type=submit]");
    await tab.page.selectOption("#field-status_id", { label: "In progress" });
    await tab.page.click(".desk-details button[type=submit]");
    expect(await tab.page.textContent("#desk-badges")).toContain("In progress");
    await tab.page.fill("#composer-body", "By hand");
    await tab.page.click("#composer button[type=submit]");
    expect(await tab.page.textContent("#desk-notes")).toContain("By hand");
    tab.assertNoErrors();
    await tab.close();
  });
});
