import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { openTicket } from "../src/modules/tickets/index.ts";
import { perform } from "../src/platform/action.ts";
import type { Ctx } from "../src/platform/context.ts";
import { axeProblems } from "./support/axe.ts";
import { browserAvailable, openBrowser, type TestBrowser, type TestPage } from "./support/browser.ts";
import { browserHeaders } from "./support/everything.ts";
import { manyCompanies } from "./support/many.ts";
import { listen, readerOf } from "./support/page-list.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(180_000);

/** Fields of many records, by keyboard and without JavaScript; and what a run of many records says while it goes on. */
describe.skipIf(!browserAvailable)("choices on demand in a browser", () => {
  let t: TestProgram;
  let administrator: Ctx;
  let browser: TestBrowser;
  let harbor: Awaited<ReturnType<typeof listen>>;
  let ids: string[];

  beforeAll(async () => {
    t = await startTestProgram();
    harbor = await listen(t, t.harbor);
    administrator = await t.harbor.as("administrator");
    ids = await manyCompanies(t.harbor);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await harbor.stop();
    await t.close();
  });

  async function visit(path: string, options: BrowserContextOptions = {}): Promise<TestPage> {
    const tab = await browser.newPage({ reducedMotion: "reduce", ...options });
    const { cookie } = await readerOf(harbor.origin, administrator);
    if (cookie !== undefined) await tab.page.context().addCookies([{ ...cookie, url: harbor.origin }]);
    await tab.page.goto(harbor.origin + path);
    return tab;
  }

  async function done(tab: TestPage, ...expected: string[]): Promise<void> {
    tab.assertNoErrors(...expected);
    await tab.close();
  }

  const marked = (page: Page, name: string): Promise<void> =>
    page.locator(".combo-panel [aria-selected=true]", { hasText: name }).waitFor();

  test("one types, moves, takes with Enter, leaves with Escape, and empties", async () => {
    const tab = await visit("/contacts/new");
    const { keyboard } = tab.page;
    const field = tab.page.getByRole("combobox", { name: "Company" });
    const sent = tab.page.locator("select[name=company_id]");
    await field.focus();
    await keyboard.type("client 1");
    await marked(tab.page, "Harbour Client 01");
    expect(await field.getAttribute("aria-expanded")).toBe("true");
    const list = tab.page.locator(`#${(await field.getAttribute("aria-controls")) ?? ""}`);
    expect(await list.getAttribute("role")).toBe("listbox");
    expect(await axeProblems(tab.page)).toEqual([]);
    await keyboard.press("ArrowDown");
    await marked(tab.page, "Harbour Client 10");
    const active = tab.page.locator(`#${(await field.getAttribute("aria-activedescendant")) ?? ""}`);
    expect(await active.textContent()).toBe("Harbour Client 10");
    await keyboard.press("Enter");
    expect(await field.inputValue()).toBe("Harbour Client 10");
    expect(await sent.inputValue()).toBe(ids[9] ?? "");
    expect(await field.getAttribute("aria-expanded")).toBe("false");
    expect(tab.page.url()).toEndWith("/contacts/new");

    await field.fill("client 22");
    await marked(tab.page, "Harbour Client 22");
    await keyboard.press("Escape");
    expect(await list.isVisible()).toBe(false);
    expect(await field.inputValue()).toBe("Harbour Client 10");

    // What was typed and found is taken by going on as well; what fits nothing leaves the field as it was.
    await field.fill("client 33");
    await marked(tab.page, "Harbour Client 33");
    await keyboard.press("Tab");
    expect(await sent.inputValue()).toBe(ids[32] ?? "");
    await field.fill("nobody is called so");
    await tab.page.locator(".combo-note", { hasText: "Nothing has these words." }).waitFor();
    expect(await axeProblems(tab.page)).toEqual([]);
    await keyboard.press("Tab");
    expect(await field.inputValue()).toBe("Harbour Client 33");

    await tab.page.getByRole("button", { name: "Clear: Company" }).press("Enter");
    expect(await field.inputValue()).toBe("");
    expect(await sent.inputValue()).toBe("");
    expect(await field.evaluate((input) => input.matches(":focus"))).toBe(true);
    await done(tab);
  });

  test("the label leads to the field, and so does the sentence about what is wrong", async () => {
    const tab = await visit("/contacts/new");
    await tab.page.locator("label.field-label", { hasText: "Company" }).first().click();
    const field = tab.page.getByRole("combobox", { name: "Company" });
    expect(await field.evaluate((input) => input.matches(":focus"))).toBe(true);
    await tab.page.keyboard.press("Escape");
    await tab.page.locator("main form.form button[type=submit]").click();
    await tab.page.locator("main [role=alert] a", { hasText: "Company" }).click();
    expect(await field.evaluate((input) => input.matches(":focus"))).toBe(true);
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    await done(tab, "422");
  });

  test("a filter narrows its list once something is taken, not while one types", async () => {
    const tab = await visit("/sites");
    const field = tab.page.getByRole("combobox", { name: "Company" });
    await field.click();
    await tab.page.locator(".combo-panel [role=option]", { hasText: "Harbour Client 05" }).waitFor();
    await field.pressSequentially("client 05");
    await marked(tab.page, "Harbour Client 05");
    expect(tab.page.url()).toEndWith("/sites");
    expect(await axeProblems(tab.page)).toEqual([]);
    await tab.page.keyboard.press("Enter");
    await tab.page.waitForURL(new RegExp(`company=${ids[4] ?? ""}`));
    await tab.page.locator("#list-chips", { hasText: "Harbour Client 05" }).waitFor();
    await done(tab);
  });

  test("a new ticket's contacts follow the company that is taken", async () => {
    const tab = await visit("/tickets/new");
    await tab.page.getByRole("combobox", { name: "Company" }).focus();
    await tab.page.keyboard.type("client 07");
    await marked(tab.page, "Harbour Client 07");
    await tab.page.keyboard.press("Enter");
    await tab.page
      .locator("#field-contact_id option", { hasText: "Nobody in particular" })
      .waitFor({ state: "attached" });
    await done(tab);
  });

  test("without JavaScript a button shows all choices and keeps what was typed", async () => {
    const tab = await visit("/contacts/new", { javaScriptEnabled: false });
    await tab.page.fill("[name=first_name]", "Ida");
    await tab.page.getByRole("button", { name: "Show all choices" }).click();
    expect(await tab.page.inputValue("[name=first_name]")).toBe("Ida");
    await tab.page.selectOption("[name=company_id]", ids[40] ?? "");
    await tab.page.goto(`${harbor.origin}/sites`);
    await tab.page.getByRole("button", { name: "Show all choices" }).click();
    await tab.page.selectOption("[name=company]", ids[40] ?? "");
    await tab.page.getByRole("button", { name: "Apply" }).click();
    await tab.page.locator("#list-chips", { hasText: "Harbour Client 41" }).waitFor();
    await tab.close();
  });

  test("a run of many records says how far it is and how it went in a place that stays", async () => {
    const rows: string[] = [];
    for (let number = 0; number < 201; number += 1) {
      const given = { title: `Many ${number}`, company_id: ids[0] ?? "" };
      rows.push((await perform(administrator, openTicket, given)).id);
    }
    const begun = await t.fetch("/bulk/run", {
      method: "POST",
      headers: await browserHeaders(t, administrator),
      body: new URLSearchParams({ list: "/tickets", do: "close", ids: rows.join() }),
    });
    const tab = await visit(begun.headers.get("location") ?? "");
    const status = tab.page.locator("#bulk-run");
    expect(await status.textContent()).toContain("0 of 201");
    await status.evaluate((element) => element.setAttribute("data-same", "yes"));
    const round = t.app.registry.rounds.find(({ name }) => name === "bulk.go_on");
    await round?.run(t.app, () => false);
    await status.filter({ hasText: "201 done" }).waitFor();
    expect(await status.getAttribute("data-same")).toBe("yes");
    expect(await status.getAttribute("role")).toBe("status");
    await tab.page.getByRole("link", { name: "Back to the list" }).waitFor();
    await tab.page.locator("#run-body h2", { hasText: "Done" }).waitFor();
    expect(await tab.page.locator("[hx-get*='/bulk/']").count()).toBe(0);
    expect(await axeProblems(tab.page)).toEqual([]);
    await done(tab);
  });
});
