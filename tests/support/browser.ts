/** Debian's Chromium under playwright-core, in the form that shows nothing. */
import { mkdirSync } from "node:fs";

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

import { isMissing } from "./programs.ts";

const program = "chromium-headless-shell";

/** Whether Chromium is here; where it is not, `scripts/test` has said so: `describe.skipIf(!browserAvailable)`. */
export const browserAvailable = !isMissing(program);

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  // Shared memory is small in many a container, and a browser that finds none dies in the middle of a test.
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

const shotFolder = "tmp/shots";

/** A page in a context (cookies, storage) of its own, and what went wrong on it. */
export type TestPage = {
  page: Page;
  /** Console errors, uncaught exceptions and requests that failed, in words. */
  errors: string[];
  /** @throws when there was any error, except those that hold one of the given texts */
  assertNoErrors: (...expected: string[]) => void;
  /** Saves the whole page as tmp/shots/NAME.png and answers the path. */
  shot: (name: string) => Promise<string>;
  close: () => Promise<void>;
};

export type TestBrowser = {
  browser: Browser;
  /** Options are Playwright's: viewport, colorScheme, javaScriptEnabled, storageState … */
  newPage: (options?: BrowserContextOptions) => Promise<TestPage>;
  close: () => Promise<void>;
};

/** Starts Chromium; one per test file is enough. Pages are 1440 × 900 unless told otherwise. */
export async function openBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({ executablePath: Bun.which(program) ?? `/usr/bin/${program}`, args: flags });
  return { browser, newPage: (options) => openPage(browser, options), close: () => browser.close() };
}

async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<TestPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-US", ...options });
  const page = await context.newPage();
  // Keys go to the page that is in front, whatever was opened or closed before it.
  await page.bringToFront();
  // Long: a machine that other work shares may stand still for half a minute, and no test is about that.
  page.setDefaultTimeout(120_000);
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error")
      errors.push(`console at ${page.url()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => errors.push(`exception at ${page.url()}: ${error.message}`));
  page.on("requestfailed", (request) => {
    // A navigation away, a download or a live update that is closed ends a request this way, and rightly so.
    const reason = request.failure()?.errorText ?? "";
    if (reason !== "net::ERR_ABORTED") errors.push(`request failed: ${request.url()} ${reason}`);
  });
  return {
    page,
    errors,
    assertNoErrors(...expected) {
      const unexpected = errors.filter((error) => !expected.some((text) => error.includes(text)));
      if (unexpected.length > 0) throw new Error(`the browser reported:\n  ${unexpected.join("\n  ")}`);
    },
    async shot(name) {
      mkdirSync(shotFolder, { recursive: true });
      const path = `${shotFolder}/${name}.png`;
      await page.screenshot({ path, fullPage: true });
      return path;
    },
    close: () => context.close(),
  };
}
