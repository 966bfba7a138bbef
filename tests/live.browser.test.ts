import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { addNote, assignTicket, openTicket, type TicketRow, updateTicket } from "../src/modules/tickets/index.ts";
import { startSession } from "../src/platform/access/sessions.ts";
import { perform } from "../src/platform/action.ts";
import { type Ctx, inUnit, reading } from "../src/platform/context.ts";
import { update } from "../src/platform/database/records.ts";
import { portalCookieName, staffCookieName } from "../src/platform/http/cookies.ts";
import { organizations } from "../src/platform/tenants.ts";
import { browserAvailable, openBrowser, type TestBrowser, type TestPage } from "./support/browser.ts";
import { type Client, makeClient } from "./support/desk.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

describe.skipIf(!browserAvailable)("a page that somebody looks at", () => {
  let t: TestProgram;
  let technician: Ctx;
  let colleague: Ctx;
  let client: Client;
  let contact_id: string;
  let browser: TestBrowser;
  let server: ReturnType<TestProgram["program"]["server"]>;
  let origin: string;

  beforeAll(async () => {
    t = await startTestProgram();
    client = await makeClient(t, "Prairie Printing");
    contact_id = client.contact_id;
    technician = await t.harbor.as("technician");
    colleague = await t.harbor.as("administrator");
    server = t.program.server({ tenantOf: async () => t.harbor.id, trustedProxies: [], isOpen: () => true });
    server.listen({ port: 0, hostname: "127.0.0.1" });
    origin = `http://127.0.0.1:${server.server?.port ?? 0}`;
    await inUnit(t.harbor.system, async (work) => {
      const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
      await update(work, organizations, id, { public_url: origin });
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    t.app.live.close();
    await browser.close();
    await server.stop(true);
    await t.close();
  });

  const open = (title: string): Promise<TicketRow> => perform(colleague, openTicket, { title, contact_id });

  async function visit(path: string, options: Parameters<TestBrowser["newPage"]>[0] = {}): Promise<TestPage> {
    const { token } = await inUnit(technician, (work) => startSession(work, technician.actor.user_id ?? ""));
    const tab = await browser.newPage(options);
    await tab.page.context().addCookies([{ name: staffCookieName(origin), value: token, url: origin }]);
    const listening = tab.page.waitForResponse((answer) => answer.url().includes("/live?"));
    await tab.page.goto(origin + path);
    await listening;
    return tab;
  }

  test("shows a colleague's note on the ticket, and leaves what is being typed, and the focus", async () => {
    const ticket = await open("Two at once");
    const tab = await visit(`/tickets/${ticket.id}`);
    await tab.page.fill("#composer-body", "Half a thought");
    await tab.page.focus("#composer-body");
    await perform(colleague, addNote, { ticket_id: ticket.id, content: "<p>I am on it</p>", note_type: "internal" });
    await tab.page.locator("#desk-notes", { hasText: "I am on it" }).waitFor();
    expect(await tab.page.inputValue("#composer-body")).toBe("Half a thought");
    expect(await tab.page.evaluate("document.activeElement.id")).toBe("composer-body");
    await perform(colleague, addNote, { ticket_id: ticket.id, content: "<p>And done</p>", note_type: "internal" });
    await tab.page.locator("#desk-notes", { hasText: "And done" }).waitFor();
    tab.assertNoErrors();
    await tab.close();
  });

  test("shows what a colleague sets, in the details too, so that the next change is not refused", async () => {
    const ticket = await open("Set by two");
    const tab = await visit(`/tickets/${ticket.id}`);
    const inProgress = await tab.page
      .locator("#field-status_id option", { hasText: "In progress" })
      .getAttribute("value");
    await perform(colleague, updateTicket, { id: ticket.id, status_id: inProgress ?? "" });
    await tab.page.locator(`#field-status_id option[value="${inProgress}"][selected]`).waitFor({ state: "attached" });
    await tab.page.locator("#desk-badges", { hasText: "In progress" }).waitFor();
    await tab.page.selectOption("#field-priority_id", { label: "High" });
    await tab.page.locator("#desk-badges", { hasText: "High" }).waitFor();
    expect(await tab.page.textContent("#desk-badges")).toContain("In progress");
    tab.assertNoErrors();
    await tab.close();
  });

  test("says quietly how much has changed in the list of tickets", async () => {
    const ticket = await open("In the list");
    const tab = await visit("/tickets");
    const note = tab.page.locator("#list-live");
    expect(await note.isVisible()).toBe(false);
    await perform(colleague, updateTicket, { id: ticket.id, title: "Renamed" });
    await note.waitFor();
    expect(await note.textContent()).toContain("1 change");
    await open("Another one");
    await tab.page.locator("#list-live", { hasText: "2 changes" }).waitFor();
    await tab.shot("live-list");
    await note.getByRole("link").click();
    await tab.page.locator("#list-region", { hasText: "Renamed" }).waitFor();
    tab.assertNoErrors();
    await tab.close();
  });

  test("rings the bell, and shows what it is about", async () => {
    const ticket = await open("Yours now");
    const tab = await visit("/tickets");
    await perform(colleague, assignTicket, { id: ticket.id, assigned_to_id: technician.actor.user_id });
    await t.settle();
    await tab.page.locator(".bell-count", { hasText: "1" }).waitFor();
    await tab.page.click("#bell");
    await tab.page.locator("#bell-list", { hasText: "Yours now" }).waitFor();
    await tab.shot("bell");
    await tab.page.click("#bell-list a");
    await tab.page.locator("h1", { hasText: "Yours now" }).waitFor();
    expect(await tab.page.locator(".bell-count").count()).toBe(0);
    tab.assertNoErrors();
    await tab.close();
  });

  test("shows a client the answer and the new status in the portal, and says nothing of internal notes", async () => {
    const ticket = await open("Watched by the client");
    const { token } = await inUnit(client.portal, (work) => startSession(work, client.portal.actor.user_id ?? ""));
    const tab = await browser.newPage();
    await tab.page.context().addCookies([{ name: portalCookieName(origin), value: token, url: origin }]);
    const listening = tab.page.waitForResponse((answer) => answer.url().includes("/portal/live?"));
    let fetched = 0;
    tab.page.on("request", (request) => {
      if (request.url().endsWith(`/portal/tickets/${ticket.id}`)) fetched += 1;
    });
    await tab.page.goto(`${origin}/portal/tickets/${ticket.id}`);
    await listening;
    const once = fetched;
    const note = (content: string, note_type: "internal" | "public"): Promise<unknown> =>
      perform(colleague, addNote, { ticket_id: ticket.id, content, note_type });
    await note("<p>They have not paid</p>", "internal");
    const priority = await reading(colleague, ({ db }) =>
      db
        .selectFrom("ticket_priorities")
        .select("id")
        .where("id", "<>", ticket.priority_id)
        .limit(1)
        .executeTakeFirstOrThrow(),
    );
    await perform(colleague, updateTicket, { id: ticket.id, priority_id: priority.id });
    expect(fetched).toBe(once);
    await note("<p>It is fixed</p>", "public");
    await tab.page.locator("#portal-notes", { hasText: "It is fixed" }).waitFor();
    expect(await tab.page.textContent("main")).not.toContain("They have not paid");
    tab.assertNoErrors();
    await tab.close();
  });

  test("offers colleagues behind an @, by keyboard, and puts the name into the note", async () => {
    const ticket = await open("Whom to tell");
    const tab = await visit(`/tickets/${ticket.id}`);
    const field = tab.page.locator("#composer-body");
    const first = colleague.actor.name.split(" ")[0] ?? "";
    await field.pressSequentially(`Thanks, @${first.slice(0, 4)}`);
    await tab.page.locator(".mention-list [role=option]", { hasText: colleague.actor.name }).waitFor();
    await field.press("Enter");
    expect(await field.inputValue()).toBe(`Thanks, @${colleague.actor.name} `);
    await field.pressSequentially("well done @zzzz");
    await field.press("Enter");
    expect(await field.inputValue()).toEndWith("@zzzz\n");
    tab.assertNoErrors();
    await tab.close();
  });

  test("takes nobody whom the letters behind the @ no longer fit, however late the answer is", async () => {
    const ticket = await open("Whom not to tell");
    const tab = await visit(`/tickets/${ticket.id}`);
    const answered = Promise.withResolvers<void>();
    await tab.page.route("**/mentions?q=z", async (route) => {
      await answered.promise;
      await route.continue();
    });
    const field = tab.page.locator("#composer-body");
    await field.pressSequentially("@");
    await tab.page.locator(".mention-list [role=option]").first().waitFor();
    await field.pressSequentially("z");
    await field.press("Enter");
    expect(await field.inputValue()).toBe("@z\n");
    answered.resolve();
    tab.assertNoErrors();
    await tab.close();
  });

  test("works without JavaScript: the bell leads to the notifications", async () => {
    const { token } = await inUnit(technician, (work) => startSession(work, technician.actor.user_id ?? ""));
    const tab = await browser.newPage({ javaScriptEnabled: false });
    await tab.page.context().addCookies([{ name: staffCookieName(origin), value: token, url: origin }]);
    await tab.page.goto(`${origin}/tickets`);
    await tab.page.click("#bell");
    await tab.page.click("#bell-menu a[href='/notifications']");
    await tab.page.locator("h1", { hasText: "Notifications" }).waitFor();
    await tab.close();
  });
});
