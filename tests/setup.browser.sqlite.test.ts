import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mintOneTime } from "../src/modules/staff/index.ts";
import { inUnit } from "../src/platform/context.ts";
import { browserAvailable, openBrowser, type TestBrowser } from "./support/browser.ts";
import { listen } from "./support/page-list.ts";
import { password } from "./support/people.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(180_000);

describe.skipIf(!browserAvailable)("the wizard in a browser", () => {
  let t: TestProgram;
  let browser: TestBrowser;
  let server: Awaited<ReturnType<typeof listen>>;

  beforeAll(async () => {
    t = await startTestProgram({ isSetUp: false });
    server = await listen(t, t.harbor);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await t.close();
  });

  test("keeps what was typed into a step for whoever goes back and returns, until it is sent; no password", async () => {
    const { page, close } = await browser.newPage();
    const token = await inUnit(t.harbor.system, (work) => mintOneTime(work, "setup", null));
    await page.goto(`${server.origin}/setup/start/${token}`);
    await page.fill("[name=name]", "Alma Boss");
    await page.fill("[name=email]", "alma@harbor.test");
    await page.fill("[name=password]", password);
    await page.getByRole("button", { name: "Create administrator" }).click();
    await page.fill("[name=name]", "Harbor IT");
    for (const step of ["address", "locale", "mail"]) {
      await page.getByRole("button", { name: "Continue" }).click();
      await page.waitForURL(`**/setup/${step}`);
    }
    await page.fill("[name=host]", "smtp.harbor.test");
    await page.fill("[name=password]", "open sesame");
    await page.uncheck("[name=is_certificate_checked]");
    await page.getByRole("link", { name: "Back" }).click();
    await page.waitForURL("**/setup/locale");
    await page.selectOption("[name=currency]", "EUR");
    await page.getByRole("link", { name: "Back" }).click();
    await page.waitForURL("**/setup/address");
    await page.goto(`${server.origin}/setup/locale`);
    expect(await page.inputValue("[name=currency]")).toBe("EUR");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL("**/setup/mail");
    expect([
      await page.inputValue("[name=host]"),
      await page.inputValue("[name=password]"),
      await page.isChecked("[name=is_certificate_checked]"),
    ]).toEqual(["smtp.harbor.test", "", false]);
    const kept = "JSON.stringify(Object.entries(sessionStorage).filter(([key]) => key.startsWith('purser:draft')))";
    expect(await page.evaluate<string>(kept)).not.toContain("sesame");
    expect(await page.evaluate<string>(kept)).not.toContain("EUR");
    await close();
  });
});
