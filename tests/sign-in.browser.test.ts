import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { inUnit } from "../src/platform/context.ts";
import { update } from "../src/platform/database/records.ts";
import { organizations } from "../src/platform/tenants.ts";
import { browserAvailable, openBrowser, type TestBrowser } from "./support/browser.ts";
import { makeStaff, password, type Person } from "./support/people.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";
import { codeOf } from "./support/second-step.ts";

/** A security key in software, which says yes to everything; the answer removes it again. */
async function softwareKey(page: Page): Promise<{ isRightPerson(is: boolean): Promise<void> }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    isRightPerson: async (isUserVerified) => {
      await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
    },
  };
}

describe.skipIf(!browserAvailable)("signing in, in a browser", () => {
  let t: TestProgram;
  let browser: TestBrowser;
  let stop: () => Promise<void>;
  let origin: string;
  let sam: Person;

  beforeAll(async () => {
    t = await startTestProgram();
    const gate = { tenantOf: async () => t.harbor.id, trustedProxies: [], isOpen: () => true };
    const server = t.program.server(gate).listen({ port: 0, hostname: "127.0.0.1" });
    // Browsers allow passkeys without encryption on this name alone.
    origin = `http://localhost:${server.server?.port ?? 0}`;
    stop = async () => {
      await server.stop(true);
    };
    await inUnit(t.harbor.system, async (work) => {
      const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
      await update(work, organizations, id, { public_url: origin });
    });
    sam = await makeStaff(t.harbor, "administrator", "Sam Boss");
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await stop();
    await t.close();
  });

  const enterPassword = async (page: Page): Promise<void> => {
    await page.goto(`${origin}/sign-in`);
    await page.fill('input[name="email"]', sam.email);
    await page.fill('input[name="password"]', password);
    await page.click('button[type="submit"]');
  };

  test("a passkey is added, signs in alone and as the second step, and is removed", async () => {
    const { page, assertNoErrors, shot, close } = await browser.newPage();
    const key = await softwareKey(page);
    await enterPassword(page);
    await page.waitForURL(`${origin}/`);
    await page.goto(`${origin}/account`);
    await page.fill("#passkey-name", "Work laptop");
    await page.click('[data-passkey="register"]');
    await page.waitForSelector("text=Added just now, not used yet");
    await shot("passkeys");
    // The same key a second time: what the browser says of it is no sentence for people.
    await page.press("#passkey-name", "Enter");
    await page.waitForSelector("text=This device has a passkey of yours already.");

    const signOut = async (): Promise<void> => {
      await page.context().clearCookies({ name: "purser" });
      await page.goto(`${origin}/sign-in`);
    };
    await signOut();
    await shot("sign-in");
    await page.click('[data-passkey="authenticate"]');
    await page.waitForURL(`${origin}/`);

    // The password alone now leads to the second step.
    await signOut();
    await enterPassword(page);
    await page.waitForURL(/\/sign-in\/code/);
    await shot("second-step");
    // Who has no authenticator app is not asked for a code of one.
    expect(await page.locator("[name=code]").count()).toBe(0);
    expect((await page.goto(`${origin}/companies`))?.url()).toContain("/sign-in");
    await page.goto(`${origin}/sign-in/code`);
    await page.click('[data-passkey="authenticate"]');
    await page.waitForURL(`${origin}/`);

    // Somebody else's finger gets nothing.
    await signOut();
    await key.isRightPerson(false);
    await page.click('[data-passkey="authenticate"]');
    await page.waitForSelector("[data-passkey]:not([disabled])");
    expect(page.url()).toContain("/sign-in");
    await key.isRightPerson(true);
    await page.click('[data-passkey="authenticate"]');
    await page.waitForURL(`${origin}/`);

    await page.goto(`${origin}/account`);
    await page.click('a[href*="/passkeys/"][href$="/remove"]');
    await page.click('form[action*="/passkeys/"] button[type="submit"]');
    await page.waitForSelector("text=The passkey is removed.");
    await signOut();
    await page.click('[data-passkey="authenticate"]');
    await page.waitForSelector("text=This passkey is not known here");
    assertNoErrors("401");
    await close();
  }, 180_000);

  test("an authenticator app is set up from the picture's key, on a phone's width as well", async () => {
    const { page, assertNoErrors, shot, close } = await browser.newPage({
      viewport: { width: 390, height: 844 },
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await enterPassword(page);
    await page.waitForURL(`${origin}/`);
    await page.goto(`${origin}/account`);
    await page.click('form[action="/account/two-step/start"] button');
    await page.waitForURL(`${origin}/account/two-step`);
    expect(await page.locator('.two-step a[href^="otpauth://totp/"]').isVisible()).toBe(true);
    await shot("two-step-390");
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(390);
    const isShown = await page.evaluate("document.querySelector('img.two-step-code').naturalWidth");
    expect(isShown).toBeGreaterThan(0);
    const secret = (await page.textContent(".two-step-key code")) ?? "";
    await page.fill('input[name="code"]', codeOf(t, secret));
    await page.click('main button[type="submit"]');
    await page.waitForSelector(".recovery-codes");
    await shot("recovery-codes-390");
    const codes = await page.locator(".recovery-codes code").allTextContents();
    expect(codes).toHaveLength(10);
    await page.click("[data-copy]");
    await page.waitForSelector("text=Copied");
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(codes.join("\n"));
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("a[download]")]);
    expect(download.suggestedFilename()).toBe("recovery-codes-localhost.txt");
    const kept = await Bun.file(await download.path()).text();
    for (const code of codes) expect(kept).toContain(`${code}\r\n`);
    await page.evaluate("window.print = () => { window.hasPrinted = true; }");
    await page.click("[data-print]");
    expect(await page.evaluate("window.hasPrinted")).toBe(true);
    assertNoErrors();
    await close();
  }, 180_000);
});
