import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { contacts } from "../src/modules/companies/index.ts";
import { openTicket, type TicketRow } from "../src/modules/tickets/index.ts";
import { users } from "../src/platform/access/schema.ts";
import { startSession } from "../src/platform/access/sessions.ts";
import { perform } from "../src/platform/action.ts";
import { type Ctx, inUnit } from "../src/platform/context.ts";
import { insert, update } from "../src/platform/database/records.ts";
import { staffCookieName } from "../src/platform/http/cookies.ts";
import { organizations } from "../src/platform/tenants.ts";
import { axeProblems } from "./support/axe.ts";
import { browserAvailable, openBrowser, type TestBrowser, type TestPage } from "./support/browser.ts";
import { makeClient } from "./support/desk.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(180_000);

describe.skipIf(!browserAvailable)("lists in a browser", () => {
  let t: TestProgram;
  let technician: Ctx;
  let browser: TestBrowser;
  let server: ReturnType<TestProgram["program"]["server"]>;
  let origin: string;
  const rows: TicketRow[] = [];

  beforeAll(async () => {
    t = await startTestProgram();
    technician = await t.harbor.as("administrator");
    const { company_id } = await makeClient(t, "Prairie Printing");
    for (const title of ["Toner is low", "Printer jams", "Scanner is slow", "Paper is damp"])
      rows.push(await perform(technician, openTicket, { title, company_id }));
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
    await browser.close();
    await server.stop(true);
    await t.close();
  });

  async function visit(path: string, options: Parameters<TestBrowser["newPage"]>[0] = {}): Promise<TestPage> {
    const { token } = await inUnit(technician, (work) => startSession(work, technician.actor.user_id ?? ""));
    const tab = await browser.newPage(options);
    await tab.page.context().addCookies([{ name: staffCookieName(origin), value: token, url: origin }]);
    await tab.page.goto(origin + path);
    if (options.javaScriptEnabled !== false) await tab.page.waitForLoadState("networkidle");
    return tab;
  }

  async function done(tab: TestPage): Promise<void> {
    tab.assertNoErrors();
    await tab.close();
  }

  test("a long address stays in one line, and is whole in its title", async () => {
    const email = "anastasia.papadopoulou-hernandez@accounting.prairie-printing-and-binding.example";
    await inUnit(t.harbor.system, (work) =>
      insert(work, contacts, { company_id: rows[0]?.company_id ?? "", first_name: "Anastasia", last_name: "P", email }),
    );
    for (const width of [1440, 1280]) {
      const tab = await visit("/contacts", { viewport: { width, height: 900 } });
      expect((await tab.page.locator(`a:has([title="${email}"])`).boundingBox())?.height).toBeLessThan(30);
      expect(await tab.page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      await done(tab);
    }
  });

  test("counts come to the tabs after the page", async () => {
    const tab = await visit("/tickets");
    await tab.page.locator("#list-tabs a[aria-current] .count", { hasText: "4" }).waitFor();
    await done(tab);
  });

  test("a filter that is changed in place marks the tab of what is shown then", async () => {
    const tab = await visit("/tickets?view=unassigned");
    const marked = (label: string): Promise<void> =>
      tab.page.locator("#list-tabs a[aria-current]", { hasText: label }).waitFor();
    await marked("Unassigned");
    await tab.page.locator("#list-tabs .count").first().waitFor({ state: "attached" });
    await tab.page.locator("select[name=state]").selectOption("closed");
    await marked("Closed");
    expect(await tab.page.locator("#list-tabs a[aria-current]").count()).toBe(1);
    await tab.page.locator("#list-clear a").click();
    await marked("Unassigned");
    await done(tab);
  });

  test("the tab one is on is in sight where not all of them fit", async () => {
    const tab = await visit("/tickets?view=closed", { viewport: { width: 390, height: 844 } });
    const current = tab.page.locator("#list-tabs a[aria-current]", { hasText: "Closed" });
    await tab.page.locator("#list-tabs .count").first().waitFor({ state: "attached" });
    const box = await current.boundingBox();
    expect(box !== null && box.x >= 0 && box.x + box.width <= 390).toBe(true);
    await done(tab);
  });

  test("Ctrl+K opens the palette, which goes where one says, and remembers what was opened", async () => {
    const tab = await visit(`/tickets/${rows[0]?.id ?? ""}`);
    await tab.page.keyboard.press("Control+k");
    await tab.page.locator("#palette-list [role=option]").first().waitFor();
    await tab.page.keyboard.type("unassigned");
    await tab.page.locator("#palette-list [aria-selected=true]", { hasText: "Unassigned" }).waitFor();
    expect(await axeProblems(tab.page)).toEqual([]);
    await tab.shot("palette");
    await tab.page.keyboard.press("Enter");
    await tab.page.waitForURL(/view=unassigned/);
    await tab.page.keyboard.press("Control+k");
    await tab.page.locator("#palette-list", { hasText: "Toner is low" }).waitFor();
    await tab.page.keyboard.press("Escape");
    expect(await tab.page.locator("#palette").getAttribute("open")).toBeNull();
    await done(tab);
  });

  test("Enter in the palette waits for what fits the words, and takes nothing that fitted fewer of them", async () => {
    const tab = await visit("/tickets");
    await tab.page.keyboard.press("Control+k");
    await tab.page.locator("#palette-list [role=option]").first().waitFor();
    const pressed = Promise.withResolvers<void>();
    await tab.page.route("**/palette?*q=unassigned*", async (route) => {
      await pressed.promise;
      await route.continue();
    });
    await tab.page.locator("#palette input[name=q]").fill("unassigned");
    await tab.page.keyboard.press("Enter");
    pressed.resolve();
    await tab.page.waitForURL(/view=unassigned/);
    await done(tab);
  });

  test("single keys go to pages, move through rows and tick them, and stay away from what is typed", async () => {
    const tab = await visit("/");
    await tab.page.keyboard.press("g");
    await tab.page.keyboard.press("t");
    await tab.page.waitForURL(/\/tickets$/);
    await tab.page.keyboard.press("j");
    await tab.page.keyboard.press("j");
    await tab.page.keyboard.press("x");
    expect(await tab.page.locator("tbody tr:nth-child(2) input[name=ids]").isChecked()).toBe(true);
    expect(await tab.page.locator(".bulk-bar").isVisible()).toBe(true);
    await tab.page.locator(".filter-search input").focus();
    await tab.page.keyboard.type("gt?jx");
    expect(await tab.page.locator(".filter-search input").inputValue()).toBe("gt?jx");
    await done(tab);
  });

  test("? shows the map, and nobody who has switched single keys off gets it that way", async () => {
    const tab = await visit("/tickets");
    await tab.page.keyboard.press("?");
    await tab.page.locator("#sheet .keymap").waitFor();
    const shown = (): Promise<string[]> =>
      tab.page
        .locator("#sheet [data-shortcut]:visible")
        .evaluateAll((rows) => rows.map(({ dataset }) => dataset.shortcut));
    expect(await shown()).toEqual(expect.arrayContaining(["c", "g t", "j", "x", "e", "Escape"]));
    for (const elsewhere of ["r", "[", "z", "Control+s"]) expect(await shown()).not.toContain(elsewhere);
    expect(await axeProblems(tab.page)).toEqual([]);
    await tab.shot("keyboard");
    await tab.page.keyboard.press("Escape");
    await tab.page.goto(`${new URL(tab.page.url()).origin}/tickets/new`);
    await tab.page.locator("h1").focus();
    await tab.page.keyboard.press("?");
    await tab.page.locator("#sheet .keymap").waitFor();
    expect(await shown()).toContain("Control+s");
    expect(await shown()).not.toContain("j");
    await tab.page.goBack();
    const set = (is_shortcuts_on: boolean): Promise<unknown> =>
      inUnit(t.harbor.system, (work) => update(work, users, technician.actor.user_id ?? "", { is_shortcuts_on }));
    await set(false);
    await tab.page.reload();
    await tab.page.keyboard.press("?");
    await tab.page.keyboard.press("c");
    await tab.page.keyboard.press("Control+k");
    await tab.page.locator("#palette[open]").waitFor();
    expect(await tab.page.locator("#sheet[open]").count()).toBe(0);
    expect(tab.page.url()).toEndWith("/tickets");
    await set(true);
    await done(tab);
  });

  test("on paper the title has the most room, and narrow paper leaves out what is secondary", async () => {
    const tab = await visit("/tickets", { viewport: { width: 703, height: 900 } });
    await tab.page.emulateMedia({ media: "print" });
    const row = tab.page.locator("#list-region tbody tr").first();
    const widthOf = async (label: string): Promise<number> =>
      (await row.locator(`td[data-label="${label}"]`).boundingBox())?.width ?? 0;
    for (const label of ["Number", "Company", "Status", "Priority", "Queue", "Assigned to", "Changed"])
      expect(await widthOf("Title")).toBeGreaterThan(1.5 * (await widthOf(label)));
    await tab.page.setViewportSize({ width: 500, height: 900 });
    expect(await row.locator('td[data-label="Queue"]').isVisible()).toBe(false);
    await done(tab);
  });

  test("columns are chosen in a dialog, by keyboard, and the focus is where it belongs", async () => {
    const tab = await visit("/tickets");
    await tab.page.getByRole("link", { name: "Columns" }).click();
    await tab.page.locator("#sheet[open]").waitFor();
    expect(await axeProblems(tab.page)).toEqual([]);
    await tab.shot("columns");
    const up = tab.page.getByRole("button", { name: "Move Title up" });
    await up.focus();
    await tab.page.keyboard.press("Enter");
    expect(await up.evaluate((button) => button.matches(":focus"))).toBe(true);
    await tab.page.getByRole("checkbox", { name: "Opened", exact: true }).check();
    await tab.page.getByRole("button", { name: "Show these columns" }).click();
    await tab.page.waitForURL(/columns=title/);
    expect(await tab.page.locator("thead th:not(.pick)").first().textContent()).toContain("Title");
    await tab.page.getByRole("link", { name: "Columns" }).click();
    await tab.page.getByRole("button", { name: "Reset" }).click();
    await tab.page.waitForURL(/\/tickets$/);
    await done(tab);
  });

  test("filters of several values narrow the list while they are ticked, with chips to take away", async () => {
    const tab = await visit("/tickets");
    await tab.page.getByRole("button", { name: "Assigned to" }).click();
    await tab.page.locator("#filter-assignee").getByLabel("Nobody").check();
    await tab.page.waitForURL(/assignee=none/);
    await tab.page.locator("#filter-assignee").getByLabel("Me", { exact: true }).check();
    await tab.page.waitForURL(/assignee=me%2Cnone|assignee=me,none/);
    await tab.page.locator(".chip", { hasText: "Me, Nobody" }).waitFor();
    await tab.shot("filters");
    await tab.page.keyboard.press("Escape");
    await tab.page.locator(".chip", { hasText: "Me, Nobody" }).click();
    await tab.page.waitForURL((url) => !url.search.includes("assignee=me"));
    await done(tab);
  });

  test("many are changed at once, with Shift for all in between, and taken back", async () => {
    const tab = await visit("/tickets?sort=title");
    const boxes = tab.page.locator("tbody input[name=ids]");
    await boxes.nth(0).click();
    await boxes.nth(2).click({ modifiers: ["Shift"] });
    await tab.page.locator("[data-bulk-count]", { hasText: "3 chosen" }).waitFor();
    await tab.shot("bulk-bar");
    expect(await axeProblems(tab.page)).toEqual([]);
    await tab.page.locator(".bulk-bar").getByRole("button", { name: "Close tickets" }).click();
    await tab.page.locator("#sheet h2", { hasText: "Close tickets: 3 records" }).waitFor();
    await tab.page.locator("#sheet").getByRole("button", { name: "Close tickets" }).click();
    await tab.page.locator("h1", { hasText: "Tickets: Close tickets" }).waitFor();
    expect(await tab.page.textContent("main")).toContain("3 done, 0 skipped, 0 failed");
    await tab.shot("bulk-report");
    expect(await axeProblems(tab.page)).toEqual([]);
    await tab.page.getByRole("button", { name: "Undo" }).click();
    await tab.page.locator("h1", { hasText: "Taken back" }).waitFor();
    expect(await tab.page.textContent("main")).toContain("3 done");
    await done(tab);
  });

  test("a detail that saves by itself offers to be taken back", async () => {
    const tab = await visit(`/tickets/${rows[3]?.id ?? ""}`);
    await tab.page.selectOption("#field-status_id", { label: "In progress" });
    await tab.page.locator("#toast").getByRole("button", { name: "Undo" }).click();
    await tab.page.locator(".flash", { hasText: "Taken back." }).waitFor();
    expect(await tab.page.textContent("#desk-badges")).not.toContain("In progress");
    await done(tab);
  });

  test("a list is left as it was: the way back from a record leads to its filters", async () => {
    const tab = await visit("/companies?q=prairie");
    await tab.page.locator(".row-link").first().click();
    await tab.page.locator(".crumbs a").first().click();
    await tab.page.waitForURL(/\/companies\?q=prairie/);
    await done(tab);
  });

  test("all of it works without JavaScript", async () => {
    const tab = await visit("/tickets?sort=title", { javaScriptEnabled: false });
    await tab.page.getByRole("link", { name: "Columns" }).click();
    await tab.page.getByRole("checkbox", { name: "Opened", exact: true }).check();
    await tab.page.getByRole("button", { name: "Move Title up" }).click();
    await tab.page.getByRole("button", { name: "Show these columns" }).click();
    expect(await tab.page.textContent("thead")).toContain("Opened");
    await tab.page.locator("tbody input[name=ids]").first().check();
    await tab.page.locator(".bulk-bar").getByRole("button", { name: "Close tickets" }).click();
    await tab.page.locator("main").getByRole("button", { name: "Close tickets" }).click();
    expect(await tab.page.textContent("main")).toContain("1 done");
    await tab.page.goto(`${origin}/lists/columns?list=/tickets`);
    await tab.page.getByRole("button", { name: "Reset" }).click();
    await done(tab);
  });
});
