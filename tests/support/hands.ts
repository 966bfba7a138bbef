import { expect } from "bun:test";
import type { Page } from "playwright-core";

/** Two ways of doing the same on a page: what a script of the main job is played with. */
export interface Hands {
  page: Page;
  /** Writes into the field that this label names. */
  fill(label: string, value: string): Promise<void>;
  /** Chooses what a select shows under this text. */
  choose(label: string, option: string): Promise<void>;
  /** Presses the button or link of this name in the page's middle, or in a dialog. */
  press(name: string): Promise<void>;
}

const focused = 'document.activeElement?.matches("body, html") === false';

/**
 * Somebody without a mouse: Tab until it is reached, then keys. Each press of Tab has to lead somewhere, and what htmx swaps
 * must not take the focus away.
 */
export async function keyboardHands(page: Page): Promise<Hands> {
  const lost: string[] = [];
  await page.context().exposeFunction("focusLost", (what: string) => lost.push(what));
  await page.addInitScript(`
    let had = false;
    document.addEventListener("focusin", () => (had = true));
    document.addEventListener("htmx:after:swap", (event) => setTimeout(() => {
      if (had && document.activeElement === document.body) focusLost(location.pathname + " " + (event.detail.ctx?.target?.id ?? ""));
    }, 50));
  `);
  /** Tabs from where the focus is, once around the page at most. */
  const reach = async (name: string, isIt: string): Promise<void> => {
    await page.waitForLoadState("load");
    for (let tabs = 0; tabs < 400; tabs += 1) {
      if (await page.evaluate<boolean>(`(${isIt})(document.activeElement, ${JSON.stringify(name)})`)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`Tab never comes to ${name} on ${page.url()}`);
  };
  const labelled = `(element, label) => [...(element?.labels ?? [])].some((one) =>
    one.textContent.replaceAll(/[\\s*]+/g, " ").trim().startsWith(label))`;
  const named = `(element, name) => element?.matches("main a, main button, dialog button, a.skip") &&
    (element.getAttribute("aria-label") ?? element.textContent).replaceAll(/\\s+/g, " ").trim().startsWith(name)`;
  const check = async (): Promise<void> => {
    expect(lost).toEqual([]);
    expect(await page.evaluate<boolean>(focused)).toBe(true);
  };
  return {
    page,
    async fill(label, value) {
      await reach(label, labelled);
      await page.keyboard.press("Control+a");
      await page.keyboard.type(value);
      await check();
    },
    async choose(label, option) {
      await reach(label, labelled);
      await page.keyboard.type(option);
      const shown = await page.evaluate<string>(
        "document.activeElement.selectedOptions?.[0]?.textContent.trim() ?? document.activeElement.tagName",
      );
      expect(shown).toStartWith(option);
      await check();
    },
    async press(name) {
      await reach(name, named);
      const asks = await page.evaluate<boolean>(
        `document.activeElement.closest("form")?.dataset.confirm !== undefined`,
      );
      await page.keyboard.press("Enter");
      // What cannot be undone is asked for once more.
      const go = page.locator("#confirm-dialog[open] [data-go]");
      if (asks && (await page.evaluate<boolean>(`document.activeElement?.closest("dialog") !== null`))) {
        await reach(await go.innerText(), named);
        await page.keyboard.press("Enter");
      }
      expect(lost).toEqual([]);
    },
  };
}

/** Somebody whose browser runs no script. */
export function plainHands(page: Page): Hands {
  return {
    page,
    fill: (label, value) => page.locator("main").getByLabel(label).first().fill(value),
    choose: async (label, option) => {
      const field = page.locator("main").getByLabel(label).first();
      const options = await field.locator("option").allTextContents();
      const found = options.find((text) => text.trim().startsWith(option));
      if (found === undefined) throw new Error(`${label} offers ${options.join(", ")}`);
      await field.selectOption({ label: found });
    },
    press: (name) =>
      page
        .locator("main a, main button")
        .filter({ hasText: new RegExp(`^\\s*${name.replaceAll(/[$.?()]/g, "\\$&")}`) })
        .first()
        .click(),
  };
}
