import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { type Ctx, inUnit } from "../src/platform/context.ts";
import { update } from "../src/platform/database/records.ts";
import { organizations } from "../src/platform/tenants.ts";
import { browserAvailable, openBrowser, type TestBrowser, type TestPage } from "./support/browser.ts";
import { type Everything, makeEverything } from "./support/everything.ts";
import { checkMoment } from "./support/page-check.ts";
import { listen, readerOf } from "./support/page-list.ts";
import { browserOf, makeStaff, password, type Person } from "./support/people.ts";
import { setUpTwoSteps } from "./support/second-step.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(300_000);

/** The moments between two pages: what was wrong is said, something was done, it did not work. Each in all four looks. */
describe.skipIf(!browserAvailable)("the moments between", () => {
  let t: TestProgram;
  let e: Everything;
  let browser: TestBrowser;
  let harbor: Awaited<ReturnType<typeof listen>>;
  let sam: Person;
  let administrator: Ctx;

  beforeAll(async () => {
    t = await startTestProgram();
    e = await makeEverything(t);
    harbor = await listen(t, t.harbor);
    sam = await makeStaff(t.harbor, "administrator", "Sam Boss");
    administrator = await t.harbor.as("administrator");
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await harbor.stop();
    await t.close();
  });

  async function tabOf(who: Ctx | null, path: string, options: BrowserContextOptions = {}): Promise<TestPage> {
    const tab = await browser.newPage({ reducedMotion: "reduce", ...options });
    const { cookie } = who === null ? {} : await readerOf(harbor.origin, who);
    if (cookie !== undefined) await tab.page.context().addCookies([{ ...cookie, url: harbor.origin }]);
    await tab.page.goto(harbor.origin + path);
    return tab;
  }

  /** Sends the form of the page's middle as it stands, past what the browser itself would refuse. */
  async function send(page: Page, action: string): Promise<void> {
    const form = `document.querySelector(${JSON.stringify(`form[action="${action}"]`)})`;
    await Promise.all([page.waitForNavigation(), page.evaluate(`${form}.noValidate = true; ${form}.requestSubmit()`)]);
  }

  const announced = async (page: Page, words: RegExp): Promise<void> => {
    const heard = page.locator("#announcer").filter({ hasText: words });
    await heard.waitFor({ state: "attached" });
  };

  test("a form that was not right says so where it is wrong, and takes the focus there", async () => {
    const problems: Record<string, string[]> = {};
    for (const [who, path] of [
      [administrator, "/tickets/new"],
      [administrator, "/companies/new"],
      [administrator, "/contracts/new"],
      [administrator, "/settings/staff/new"],
      [e.client, "/portal/tickets/new"],
    ] as const) {
      const tab = await tabOf(who, path);
      await send(tab.page, path);
      const found = await checkMoment(tab.page, `wrong ${path}`);
      for (const field of await tab.page.locator("main [aria-invalid=true]").all()) {
        const ids = ((await field.getAttribute("aria-describedby")) ?? "").split(" ").filter((id) => id !== "");
        const texts = await Promise.all(ids.map((id) => tab.page.locator(`[id="${id}"]`).count()));
        if (texts.length === 0 || texts.includes(0)) found.push("a wrong field is not described by its sentence");
      }
      // Of several there is a summary before the form; a single one is said at its field.
      if ((await tab.page.locator("main [role=alert]:focus, main [aria-invalid=true]:focus").count()) !== 1)
        found.push("the focus is not where it is said what is wrong");
      if (found.length > 0) problems[path] = found;
      await tab.close();
    }
    expect(problems).toEqual({});
  });

  test("the wizard proposes the browser's time zone and locale, once", async () => {
    const setStep = (setup_step: string): Promise<unknown> =>
      inUnit(t.harbor.system, async (work) => {
        const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
        await update(work, organizations, id, { setup_step });
      });
    const chosen = async (): Promise<string[]> => {
      const own = { timezoneId: "America/Halifax", locale: "en-CA" };
      const tab = await tabOf(administrator, "/setup/locale", own);
      const values = await Promise.all(["timezone", "locale"].map((name) => tab.page.inputValue(`[name=${name}]`)));
      await tab.close();
      return values;
    };
    await setStep("address");
    expect(await chosen()).toEqual(["America/Halifax", "en-CA"]);
    await setStep("locale");
    expect(await chosen()).toEqual(["UTC", "en-US"]);
    await setStep("done");
  });

  test("a wrong password is said at the door", async () => {
    const tab = await tabOf(null, "/sign-in");
    await tab.page.fill("[name=email]", sam.email);
    await tab.page.fill("[name=password]", `${password}?`);
    await send(tab.page, "/sign-in");
    expect(await checkMoment(tab.page, "wrong password")).toEqual([]);
    expect(await tab.page.locator("main [role=alert]").count()).toBeGreaterThan(0);
    await tab.close();
  });

  test("a second step is asked for, and a wrong code said", async () => {
    const kim = await makeStaff(t.harbor, "technician", "Kim Code");
    await setUpTwoSteps(t, await browserOf(t, kim));
    const tab = await tabOf(null, "/sign-in");
    await tab.page.fill("[name=email]", kim.email);
    await tab.page.fill("[name=password]", password);
    await send(tab.page, "/sign-in");
    expect(await checkMoment(tab.page, "second step")).toEqual([]);
    await tab.page.fill("[name=code]", "000000");
    await Promise.all([tab.page.waitForNavigation(), tab.page.keyboard.press("Enter")]);
    expect(await checkMoment(tab.page, "wrong code")).toEqual([]);
    const field = tab.page.locator("[name=code][aria-invalid=true]");
    expect(await field.evaluate((input) => input.matches(":focus"))).toBe(true);
    expect(await field.getAttribute("aria-describedby")).toContain("error");
    await tab.close();
  });

  test("lists, the palette and what was done are announced", async () => {
    const tab = await tabOf(administrator, "/tickets");
    await tab.page.locator('.filters input[type="search"]').first().fill("nothing is called so");
    await announced(tab.page, /Nothing found/);
    expect(await checkMoment(tab.page, "nothing found")).toEqual([]);

    await tab.page.goto(`${harbor.origin}/tickets/${e.ids["tickets"] ?? ""}`);
    await tab.page.locator("#field-assigned_to_id").selectOption({ index: 1 });
    await tab.page.locator('#toast [role="status"]').waitFor();
    expect(await checkMoment(tab.page, "toast")).toEqual([]);

    await tab.page.keyboard.press("Control+k");
    await tab.page.locator('#palette input[name="q"]').fill("Zanzibar");
    await tab.page.locator('#palette a[href*="/companies/"]').first().waitFor();
    expect(await checkMoment(tab.page, "palette with results")).toEqual([]);
    await tab.close();
  });

  test("pages as they are printed can be read", async () => {
    for (const path of [`/tickets/${e.ids["tickets"] ?? ""}`, `/invoices/${e.ids["invoices"] ?? ""}`, "/tickets"]) {
      const tab = await tabOf(administrator, path);
      await tab.page.emulateMedia({ media: "print" });
      expect(await checkMoment(tab.page, `print ${path}`, true)).toEqual([]);
      expect(await tab.page.locator(".topbar").isVisible()).toBe(false);
      await tab.close();
    }
  });

  test("what is missing, forbidden or stopped is said on a page that can be used", async () => {
    for (const [who, path] of [
      [await t.harbor.as("technician"), "/settings/organization"],
      [administrator, "/tickets/01900000-0000-7000-8000-000000000000"],
      [e.client, "/portal/invoices/01900000-0000-7000-8000-000000000000"],
    ] as const) {
      const tab = await tabOf(who, path);
      expect(await checkMoment(tab.page, `refused ${path}`)).toEqual([]);
      await tab.close();
    }
    const gate = { tenantOf: async () => t.harbor.id, trustedProxies: [], isOpen: () => false };
    const server = t.program.server(gate).listen({ port: 0, hostname: "127.0.0.1" });
    const tab = await browser.newPage();
    const answer = await tab.page.goto(`http://127.0.0.1:${server.server?.port ?? 0}/tickets`);
    expect(answer?.status()).toBe(503);
    expect(await checkMoment(tab.page, "stopped")).toEqual([]);
    await tab.close();
    await server.stop(true);
  });
});
