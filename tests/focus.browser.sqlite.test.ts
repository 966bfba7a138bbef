import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { browserAvailable, openBrowser, type TestBrowser } from "./support/browser.ts";
import { makeOverfull, type Overfull } from "./support/overfull.ts";
import { listen, readerOf } from "./support/page-list.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

setDefaultTimeout(300_000);

/** More stops than any of the pages has within a few windows' height. */
const mostStops = 60;

/**
 * What has the focus, if nothing of it can be seen: outside of the window, or with something else over all of it. Points
 * of the whole box are asked for, as WCAG 2.4.11 speaks of what is hidden entirely.
 */
const hiddenFocus = String.raw`(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const box = element.getBoundingClientRect();
  const shares = [0.08, 0.3, 0.5, 0.7, 0.92];
  const isSeen = shares.some((x) => shares.some((y) => {
    const top = document.elementFromPoint(box.x + box.width * x, box.y + box.height * y);
    // A box that is drawn by its label lies under it.
    return top !== null && (element.contains(top) || top.closest("label")?.control === element);
  }));
  return isSeen ? null : element.outerHTML.slice(0, 120) + " at " + Math.round(box.y) + " of " + innerHeight;
})()`;

describe.skipIf(!browserAvailable)("the focus, whatever keeps its place at the window's edge", () => {
  let t: TestProgram;
  let overfull: Overfull;
  let browser: TestBrowser;
  let harbor: Awaited<ReturnType<typeof listen>>;

  beforeAll(async () => {
    t = await startTestProgram();
    overfull = await makeOverfull(t);
    harbor = await listen(t, t.harbor);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await harbor.stop();
    await t.close();
  });

  async function hiddenStops(page: Page, key: "Tab" | "Shift+Tab"): Promise<string[]> {
    const hidden: string[] = [];
    for (let stop = 0; stop < mostStops; stop += 1) {
      await page.keyboard.press(key);
      const found = await page.evaluate<string | null>(hiddenFocus);
      if (found !== null) hidden.push(`${key}: ${found}`);
    }
    return hidden;
  }

  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    test(`is seen at every stop at ${viewport.width} pixels, there and back`, async () => {
      const reader = await readerOf(harbor.origin, await t.harbor.as("administrator"));
      const tab = await browser.newPage({ viewport, reducedMotion: "reduce" });
      if (reader.cookie !== undefined) await tab.page.context().addCookies([{ ...reader.cookie, url: reader.origin }]);
      const hidden: Record<string, string[]> = {};
      for (const path of [
        ...overfull.staff
          .map(({ path }) => path)
          .filter((path) => /^\/(tickets|contacts|invoices)(\/[0-9a-f-]{36}(\/edit)?)?$/.test(path)),
        "/settings/organization",
      ]) {
        await tab.page.goto(harbor.origin + path);
        const box = tab.page.locator('[name="ids"]').first();
        // The bar of what can be done with the chosen comes when something is ticked.
        if ((await box.count()) > 0) await box.check({ force: true });
        await tab.page.evaluate("document.activeElement?.blur()");
        const found = [...(await hiddenStops(tab.page, "Tab")), ...(await hiddenStops(tab.page, "Shift+Tab"))];
        if (found.length > 0) hidden[path] = [...new Set(found)];
      }
      await tab.close();
      expect(hidden).toEqual({});
    });
  }
});
